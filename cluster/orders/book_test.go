// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"testing"
	"time"
)

// later is a change to an order: signed so much after noon.
func later(d time.Duration) func(*Order) {
	return func(o *Order) {
		o.Issued, o.Version = noon.Add(d), Version{}.Next(noon.Add(d))
		if !o.Expires.IsZero() {
			o.Expires = o.Issued.Add(10 * time.Minute)
		}
	}
}

func lasting(d time.Duration) func(*Order) { return func(o *Order) { o.Expires = o.Issued.Add(d) } }
func of(dependency string) func(*Order)    { return func(o *Order) { o.Dependency = dependency } }
func saying(v Verb) func(*Order)           { return func(o *Order) { o.Verb = v } }

func verbOf(e *Entry) Verb {
	if e == nil {
		return 0
	}
	return e.Verb
}

func TestTheNewestOrderHoldsAndReplaysNever(t *testing.T) {
	b := NewBook(trusting(t, 1))
	first := signed(t, 1, hold(noon))
	second := signed(t, 1, hold(noon, later(time.Second), saying(HoldClosed)))
	if c := apply(t, b, noon, first); c.Verdict != Taken || c.Before != nil || c.Entry.Operator != "b" || c.Entry.Key != fixed(1).Key() {
		t.Errorf("%+v", c)
	}
	if c := apply(t, b, noon, second); c.Verdict != Taken || verbOf(c.Before) != HoldOpen {
		t.Errorf("%+v", c)
	}
	if c := apply(t, b, noon, second); c.Verdict != Same {
		t.Errorf("%+v", c)
	}
	if c := apply(t, b, noon, first); c.Verdict != Older || c.Entry.Verb != HoldClosed {
		t.Errorf("%+v", c)
	}
	if f := b.For("payments", noon); verbOf(f.Circuit) != HoldClosed || f.Mode != nil || f.Values != nil {
		t.Errorf("%+v", f)
	}
	if s := b.Stats(); s.Held != 1 || s.Taken != 2 || s.Same != 1 || s.Older != 1 {
		t.Errorf("%+v", s)
	}
}

func TestOrdersOfOneVersionAreDecidedByTheKey(t *testing.T) {
	a, c := signed(t, 1, hold(noon)), signed(t, 2, hold(noon, saying(HoldClosed)))
	want := HoldOpen
	if fixed(2).Key().compare(fixed(1).Key()) > 0 {
		want = HoldClosed
	}
	for _, all := range [][]Signed{{a, c}, {c, a}} {
		b := NewBook(trusting(t, 1, 2))
		for _, s := range all {
			apply(t, b, noon, s)
		}
		if got := verbOf(b.For("payments", noon).Circuit); got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

func TestSlotsHoldSideBySide(t *testing.T) {
	b := NewBook(trusting(t, 1))
	for _, o := range []Order{
		hold(noon), hold(noon, saying(Shadow)),
		hold(noon, func(o *Order) { o.Verb, o.Policy = Policy, map[string]string{"bulkhead.concurrency": "8"} }),
	} {
		apply(t, b, noon, signed(t, 1, o))
	}
	f := b.For("payments", noon)
	if verbOf(f.Circuit) != HoldOpen || verbOf(f.Mode) != Shadow || verbOf(f.Values) != Policy || f.Values.Policy["bulkhead.concurrency"] != "8" {
		t.Errorf("%+v", f)
	}
	apply(t, b, noon, signed(t, 1, hold(noon, later(time.Second), saying(Bypass))))
	if f := b.For("payments", noon); verbOf(f.Circuit) != HoldOpen || verbOf(f.Mode) != Bypass {
		t.Errorf("%+v", f)
	}
}

func TestAReleaseEndsOneSlotOrEverythingBeforeIt(t *testing.T) {
	begin := func() *Book {
		b := NewBook(trusting(t, 1))
		apply(t, b, noon, signed(t, 1, hold(noon)))
		apply(t, b, noon, signed(t, 1, hold(noon, saying(Shadow))))
		return b
	}
	b := begin()
	apply(t, b, noon, signed(t, 1, hold(noon, later(time.Second), release, func(o *Order) { o.Of = Circuit })))
	if f := b.For("payments", noon); f.Circuit != nil || verbOf(f.Mode) != Shadow {
		t.Errorf("%+v", f)
	}
	b = begin()
	apply(t, b, noon, signed(t, 1, hold(noon, later(time.Second), release)))
	if f := b.For("payments", noon); f != (Force{}) || len(b.InForce(noon)) != 0 {
		t.Errorf("%+v", f)
	}
	apply(t, b, noon, signed(t, 1, hold(noon, later(2*time.Second)))) // what comes after it is not ended by it
	if f := b.For("payments", noon); verbOf(f.Circuit) != HoldOpen || f.Mode != nil {
		t.Errorf("%+v", f)
	}
}

func TestOrdersForAllAndForOneCountAlikeAndTheNewestHolds(t *testing.T) {
	b := NewBook(trusting(t, 1))
	steps := []struct {
		change           []func(*Order)
		payments, search Verb
	}{
		{[]func(*Order){later(0), saying(Bypass), lasting(time.Hour)}, Bypass, 0},
		{[]func(*Order){later(1 * time.Second), saying(Shadow), of(All)}, Shadow, Shadow},
		{[]func(*Order){later(2 * time.Second), release}, 0, Shadow}, // payments is out of what is for all
		{[]func(*Order){later(3 * time.Second), saying(Bypass), lasting(time.Hour)}, Bypass, Shadow},
		{[]func(*Order){later(4 * time.Second), saying(Shadow), of(All)}, Shadow, Shadow},
	}
	for i, s := range steps {
		apply(t, b, noon, signed(t, 1, hold(noon, s.change...)))
		p, q := b.For("payments", noon), b.For("search", noon)
		if verbOf(p.Mode) != s.payments || verbOf(q.Mode) != s.search {
			t.Errorf("step %d: payments %v, search %v", i, verbOf(p.Mode), verbOf(q.Mode))
		}
	}
	after := noon.Add(11 * time.Minute) // that for all has ended, and the older one for payments has not
	if p, q := b.For("payments", after), b.For("search", after); verbOf(p.Mode) != Bypass || q.Mode != nil {
		t.Errorf("%+v, %+v", p, q)
	}
	if in := b.InForce(noon); len(in) != 1 || in[0].Dependency != All {
		t.Errorf("%+v", in)
	}
	apply(t, b, noon, signed(t, 1, hold(noon, later(5*time.Second), release, of(All))))
	if p, q := b.For("payments", noon), b.For("search", noon); p != (Force{}) || q != (Force{}) {
		t.Errorf("%+v, %+v", p, q)
	}
}

func TestAnOrderEndsByItselfAndIsToldOnce(t *testing.T) {
	b := NewBook(trusting(t, 1))
	apply(t, b, noon, signed(t, 1, hold(noon)))
	apply(t, b, noon, signed(t, 1, hold(noon, of("search"), lasting(time.Hour))))
	apply(t, b, noon, signed(t, 1, hold(noon, of("mail"), release)))
	end, found := b.NextEnd(noon)
	if !found || !end.Equal(noon.Add(10*time.Minute)) {
		t.Errorf("%v, %v", end, found)
	}
	if ended := b.Expire(end.Add(-time.Millisecond)); len(ended) != 0 || len(b.InForce(end.Add(-time.Millisecond))) != 2 {
		t.Errorf("%+v", ended)
	}
	if ended := b.Expire(end); len(ended) != 1 || ended[0].Dependency != "payments" || len(b.InForce(end)) != 1 {
		t.Errorf("%+v", ended)
	}
	if ended := b.Expire(end.Add(time.Second)); len(ended) != 0 {
		t.Errorf("told again: %+v", ended)
	}
	if end, _ := b.NextEnd(end); !end.Equal(noon.Add(time.Hour)) {
		t.Error(end)
	}
	if b.Expire(noon.Add(LongestTTL)); len(b.All()) != 0 {
		t.Errorf("still held: %+v", b.All())
	}
	if _, found := b.NextEnd(noon); found {
		t.Error("nothing is held, and something ends")
	}
}

func TestAnOrderThatHasEndedKeepsWhatItSupersededFromComingBack(t *testing.T) {
	long := signed(t, 1, hold(noon, lasting(LongestTTL)))
	short := signed(t, 1, hold(noon, later(time.Second)))
	late := noon.Add(5 * 24 * time.Hour) // the short one is long over, the long one is not
	b := NewBook(trusting(t, 1))
	apply(t, b, noon, short)
	b.Expire(late)
	if c := apply(t, b, late, long); c.Verdict != Older || b.For("payments", late).Circuit != nil {
		t.Errorf("%+v", c)
	}
	b = NewBook(trusting(t, 1)) // and on a node that sees them late and the other way round
	apply(t, b, late, long)
	if c := apply(t, b, late, short); c.Verdict != Taken || b.For("payments", late).Circuit != nil || len(b.Expire(late)) != 0 {
		t.Errorf("%+v", c)
	}
	b.Expire(noon.Add(LongestTTL + time.Second)) // now it may go: the other has ended everywhere
	if _, err := b.Apply(noon.Add(LongestTTL+time.Second), long); len(b.All()) != 0 {
		t.Error(b.All())
	} else {
		refuses(t, err, Expired)
	}
}

func TestWhatIsRefusedChangesNothingAndIsCounted(t *testing.T) {
	b := NewBook(trusting(t, 1))
	forged := signed(t, 1, hold(noon)).Bytes()
	forged[len(forged)-1] ^= 1
	for _, c := range []struct {
		bytes []byte
		want  Reason
	}{
		{nil, Malformed},
		{[]byte{9}, OtherFormat},
		{forged, BadSignature},
		{signed(t, 2, hold(noon)).Bytes(), UnknownKey},
		{signed(t, 1, hold(noon, func(o *Order) { o.Fleet = "x" })).Bytes(), OtherFleet},
		{signed(t, 1, hold(noon.Add(time.Hour))).Bytes(), TooFarAhead},
		{signed(t, 1, hold(noon.Add(-LongestTTL))).Bytes(), Expired},
	} {
		_, err := b.Receive(noon, c.bytes)
		refuses(t, err, c.want)
		if n := b.Stats().Refused[c.want]; n != 1 {
			t.Errorf("%v was counted %d times", c.want, n)
		}
	}
	if len(b.All()) != 0 || b.Stats().Taken != 0 || b.Next(noon) != (Version{Millis: uint64(noon.UnixMilli())}) {
		t.Errorf("%+v", b.Stats())
	}
}

func TestWhatWasTooFarAheadIsTakenWhenItsTimeHasCome(t *testing.T) {
	b := NewBook(trusting(t, 1))
	s := signed(t, 1, hold(noon.Add(2*time.Minute)))
	_, err := b.Apply(noon, s)
	refuses(t, err, TooFarAhead)
	if c := apply(t, b, noon.Add(time.Minute), s); c.Verdict != Taken {
		t.Errorf("%+v", c)
	}
}

func TestAVersionIsAboveAllThatTheBookHasSeenWhateverTheClock(t *testing.T) {
	b := NewBook(trusting(t, 1))
	at := noon
	for range 100 {
		v := b.Next(at)
		c := apply(t, b, noon, signed(t, 1, hold(at, func(o *Order) { o.Version = v })))
		if c.Verdict != Taken {
			t.Fatalf("%+v", c)
		}
		at = at.Add(-time.Second) // a clock that runs backwards
	}
	if v := (Version{Millis: 7, Counter: 1<<32 - 1}).Next(time.UnixMilli(3)); v != (Version{Millis: 8}) {
		t.Error(v)
	}
	if v := (Version{}).Next(time.Unix(-5, 0)); v != (Version{Counter: 1}) {
		t.Error(v)
	}
}

func TestAFullBookKeepsTheNewest(t *testing.T) {
	b := NewBook(trusting(t, 1))
	b.most = 3
	at := func(i int) Signed {
		return signed(t, 1, hold(noon, later(time.Duration(i)*time.Second), of("d"+string(rune('0'+i)))))
	}
	for _, i := range []int{1, 2, 3} {
		apply(t, b, noon, at(i))
	}
	if c := apply(t, b, noon, at(4)); c.Displaced == nil || c.Displaced.Dependency != "d1" || len(b.All()) != 3 {
		t.Errorf("%+v", c)
	}
	_, err := b.Apply(noon, at(1))
	refuses(t, err, Full)
	if c := apply(t, b, noon, signed(t, 1, hold(noon, later(5*time.Second), of("d3")))); c.Displaced != nil || len(b.All()) != 3 {
		t.Errorf("%+v", c)
	}
}

func TestOrdersOfAKeyThatIsTrustedNoMoreAreDropped(t *testing.T) {
	b := NewBook(trusting(t, 1, 2))
	apply(t, b, noon, signed(t, 1, hold(noon)))
	apply(t, b, noon, signed(t, 2, hold(noon, of("search"))))
	if dropped := b.Retrust(trusting(t, 2, 3)); len(dropped) != 1 || dropped[0].Dependency != "payments" {
		t.Errorf("%+v", dropped)
	}
	if in := b.InForce(noon); len(in) != 1 || in[0].Dependency != "search" {
		t.Errorf("%+v", in)
	}
	_, err := b.Apply(noon, signed(t, 1, hold(noon)))
	refuses(t, err, UnknownKey)
	apply(t, b, noon, signed(t, 3, hold(noon)))
}

func TestWhatABookGivesIsTheCallersToChange(t *testing.T) {
	b := NewBook(trusting(t, 1))
	c := apply(t, b, noon, signed(t, 1, hold(noon, func(o *Order) { o.Verb, o.Policy = Policy, map[string]string{"a": "1"} })))
	c.Entry.Policy["a"] = "2"
	b.All()[0].Policy["a"] = "3"
	b.For("payments", noon).Values.Policy["a"] = "4"
	if got := b.InForce(noon)[0].Policy["a"]; got != "1" {
		t.Error(got)
	}
}
