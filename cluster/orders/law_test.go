// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// crowd draws orders that compete: few dependencies, few versions, three operators, one of whom nobody trusts.
func crowd(t *rapid.T) []Signed {
	n := rapid.IntRange(1, 24).Draw(t, "orders")
	all := make([]Signed, 0, n)
	for range n {
		at := noon.Add(time.Duration(rapid.IntRange(0, 8).Draw(t, "at")) * 24 * time.Hour)
		o := hold(at)
		o.Dependency = rapid.SampledFrom([]string{"payments", "search", All}).Draw(t, "dependency")
		o.Verb = Verb(rapid.IntRange(int(HoldOpen), int(Release)).Draw(t, "verb"))
		o.Expires = at.Add(time.Duration(rapid.SampledFrom([]int{1, 24, 100, 168}).Draw(t, "hours")) * time.Hour)
		o.Version.Counter = rapid.Uint32Range(0, 1).Draw(t, "counter")
		o.Reason = rapid.SampledFrom([]string{"one", "two"}).Draw(t, "reason")
		if o.Verb == Release {
			o.Of, o.Expires = Slot(rapid.IntRange(0, int(Values)).Draw(t, "of")), time.Time{}
		}
		if o.Verb == Policy {
			o.Policy = map[string]string{"bulkhead.concurrency": rapid.SampledFrom([]string{"4", "8"}).Draw(t, "value")}
		}
		s, err := fixed(rapid.SampledFrom([]byte{1, 2, 9}).Draw(t, "signer")).Sign(o)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// told is what a book holds and says, to be compared.
func told(b *Book, now time.Time) (lines []string) {
	for _, e := range b.All() {
		lines = append(lines, fmt.Sprintf("%x", e.Signed().Bytes()))
	}
	for _, name := range []string{"payments", "search", "mail", All} {
		f := b.For(name, now)
		lines = append(lines, says(name, f.Circuit, f.Mode, f.Values))
	}
	return lines
}

func says(name string, slots ...*Entry) string {
	line := name
	for _, e := range slots {
		if e == nil {
			line += " -"
			continue
		}
		line += fmt.Sprintf(" %x", e.Signed().Bytes())
	}
	return line
}

// hear gives a book all orders, some of them several times, in some order and at some times until end, as a node
// hears them that is alone for days; and at the end what the others know.
func hear(t *rapid.T, b *Book, all []Signed, end time.Time) {
	heard := slices.Clone(all)
	for range rapid.IntRange(0, 8).Draw(t, "again") {
		heard = append(heard, rapid.SampledFrom(all).Draw(t, "replay"))
	}
	hours := rapid.SliceOfN(rapid.IntRange(0, int(end.Sub(noon).Hours())), len(heard), len(heard)).Draw(t, "hours")
	slices.Sort(hours)
	for i, s := range rapid.Permutation(heard).Draw(t, "arrival") {
		now := noon.Add(time.Duration(hours[i]) * time.Hour)
		b.Expire(now)
		_, _ = b.Apply(now, s)
	}
	for _, s := range rapid.Permutation(all).Draw(t, "repair") {
		_, _ = b.Apply(end, s)
	}
	b.Expire(end)
}

// naive is what a fleet should say that was given all orders, written down from the words of the documentation.
func naive(trust Trust, all []Signed, now time.Time) (lines []string) {
	var kept []*Entry
	for _, s := range all {
		if _, err := trust.signer(s); err != nil || !now.Before(s.claim.forgotten()) {
			continue
		}
		newest := !slices.ContainsFunc(all, func(o Signed) bool {
			_, err := trust.signer(o)
			return err == nil && o.claim.Register() == s.claim.Register() && o.compare(s) > 0
		})
		if newest && !slices.ContainsFunc(kept, func(e *Entry) bool { return e.signed.bytes == s.bytes }) {
			kept = append(kept, &Entry{Order: s.claim, signed: s})
		}
	}
	slices.SortFunc(kept, func(a, b *Entry) int { return cmp.Compare(a.Register(), b.Register()) })
	for _, e := range kept {
		lines = append(lines, fmt.Sprintf("%x", e.signed.Bytes()))
	}
	for _, name := range []string{"payments", "search", "mail", All} {
		lines = append(lines, says(name, holds(kept, name, Circuit, now), holds(kept, name, Mode, now), holds(kept, name, Values, now)))
	}
	return lines
}

// holds is the newest order that concerns a slot of a dependency and has not ended, unless it is a release.
func holds(kept []*Entry, name string, slot Slot, now time.Time) (best *Entry) {
	for _, e := range kept {
		concerns := (e.Dependency == name || e.Dependency == All) && (e.Slot() == slot || e.Slot() == Everything)
		if concerns && !e.Ended(now) && (best == nil || e.signed.compare(best.signed) > 0) {
			best = e
		}
	}
	if best != nil && best.Verb == Release {
		return nil
	}
	return best
}

// Order, grouping, repetition and the time of arrival don't matter: who was given the same says the same.
func TestBooksThatWereGivenTheSameOrdersSayTheSame(t *testing.T) {
	trust := trusting(t, 1, 2)
	inForce, ended := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		all := crowd(t)
		end := noon.Add(time.Duration(rapid.IntRange(8*24, 14*24).Draw(t, "end")) * time.Hour)
		want := naive(trust, all, end)
		for range 2 {
			b := NewBook(trust)
			hear(t, b, all, end)
			if got := told(b, end); !slices.Equal(got, want) {
				t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			inForce += len(b.InForce(end))
			ended += len(b.All()) - len(b.InForce(end))
		}
	})
	if !testing.Short() && (inForce < 100 || ended < 100) {
		t.Errorf("%d orders were in force, and %d kept that were not: that proves little", inForce, ended)
	}
}

// Merging what another book holds is as good as having been given what it was given.
func TestABookMergedIntoAnotherIsAsGoodAsItsOrders(t *testing.T) {
	trust := trusting(t, 1, 2)
	rapid.Check(t, func(t *rapid.T) {
		all := crowd(t)
		end := noon.Add(9 * 24 * time.Hour)
		cut := rapid.IntRange(0, len(all)).Draw(t, "cut")
		a, b := NewBook(trust), NewBook(trust)
		for _, s := range all[:cut] {
			_, _ = a.Apply(end, s)
		}
		for _, s := range all[cut:] {
			_, _ = b.Apply(end, s)
		}
		fromA, fromB := a.All(), b.All()
		for _, e := range fromB {
			_, _ = a.Apply(end, e.Signed())
		}
		for _, e := range fromA {
			_, _ = b.Apply(end, e.Signed())
		}
		if got, want := told(a, end), naive(trust, all, end); !slices.Equal(got, want) || !slices.Equal(told(b, end), want) {
			t.Fatalf("%v\n%v\n%v", got, told(b, end), want)
		}
	})
}

// Books that are full keep the same, too.
func TestFullBooksThatWereGivenTheSameOrdersKeepTheSame(t *testing.T) {
	trust := trusting(t, 1, 2)
	full := 0
	rapid.Check(t, func(t *rapid.T) {
		all := crowd(t)
		end := noon.Add(8 * 24 * time.Hour)
		var first []string
		for i := range 2 {
			b := NewBook(trust)
			b.most = 3
			for _, s := range rapid.Permutation(all).Draw(t, "arrival") {
				if _, err := b.Apply(end, s); err != nil {
					if why, _ := reasonOf(err); why == Full {
						full++
					}
				}
			}
			if i == 0 {
				first = told(b, end)
			} else if got := told(b, end); !slices.Equal(got, first) {
				t.Fatalf("%v\n%v", got, first)
			}
		}
	})
	if !testing.Short() && full == 0 {
		t.Error("no book was ever full")
	}
}
