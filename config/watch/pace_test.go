// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// naive is the pace as one would tell it: it remembers every change, and looks at all of
// them each millisecond.
type naive struct {
	debounce, poll time.Duration
	seen           []fuseboard.Instant // changes since the last read
	read           fuseboard.Instant   // the last read
}

func (n *naive) at(now fuseboard.Instant) act {
	if len(n.seen) == 0 {
		if now.Sub(n.read) < n.poll {
			return wait
		}
		n.read = now
		return poll
	}
	quiet := true
	for _, at := range n.seen {
		quiet = quiet && now.Sub(at) >= n.debounce
	}
	if !quiet && now.Sub(n.seen[0]) < ceiling*n.debounce {
		return wait
	}
	n.read, n.seen = now, nil
	return settle
}

func TestPaceAgreesWithTheNaiveModel(t *testing.T) {
	const ms = fuseboard.Instant(time.Millisecond)
	rapid.Check(t, func(t *rapid.T) {
		o := Options{
			Debounce: time.Duration(rapid.IntRange(10, 40).Draw(t, "debounce")) * time.Millisecond,
			Poll:     time.Duration(rapid.IntRange(100, 1000).Draw(t, "poll")) * time.Millisecond,
		}
		events := map[fuseboard.Instant]bool{}
		for now := fuseboard.Instant(0); now < 3000*ms; {
			now += fuseboard.Instant(rapid.OneOf(rapid.IntRange(1, 15), rapid.IntRange(1, 500)).Draw(t, "gap")) * ms
			events[now] = true
		}
		p, n := newPace(o, 0), naive{debounce: o.Debounce, poll: o.Poll}
		for now := fuseboard.Instant(0); now < 3000*ms; now += ms {
			if events[now] {
				p.changed(now, true)
				n.seen = append(n.seen, now)
			}
			due := p.due() <= now
			got, want := p.step(now), n.at(now)
			if got != want || due != (want != wait) {
				t.Fatalf("at %v: %v (due: %v), want %v", time.Duration(now), got, due, want)
			}
		}
	})
}

func TestAChangeThatDoesNotRestIsReadAfterTenQuietTimes(t *testing.T) {
	const ms = fuseboard.Instant(time.Millisecond)
	p := newPace(Options{Debounce: 10 * time.Millisecond, Poll: time.Hour}, 0)
	for now := 5 * ms; now < 105*ms; now += ms {
		p.changed(now, true)
		if got := p.step(now); got != wait {
			t.Fatalf("%v at %v", got, time.Duration(now))
		}
	}
	p.changed(105*ms, true)
	if got := p.step(105 * ms); got != settle {
		t.Fatal(got)
	}
}

func TestWhatDoesNotSettleIsReadAgainUntilTenQuietTimesAreOver(t *testing.T) {
	const ms = fuseboard.Instant(time.Millisecond)
	p := newPace(Options{Debounce: 10 * time.Millisecond, Poll: time.Hour}, 0)
	p.changed(0, false)
	reads := 0
	for now := fuseboard.Instant(0); ; now += ms {
		if p.step(now) == wait {
			continue
		}
		if reads++; !p.again(now) {
			if now != 100*ms || reads != 10 {
				t.Fatalf("given up at %v, after %d reads", time.Duration(now), reads)
			}
			break
		}
	}
	if p.due() != (100 * ms).Add(time.Hour) {
		t.Fatalf("the next read is due at %v: a change that was given up is over", time.Duration(p.due()))
	}
}

// Events are told some time after they came, perhaps when a read has begun already.
func TestChangesThatAreToldLateAreReadAsOfTheirTime(t *testing.T) {
	const ms = fuseboard.Instant(time.Millisecond)
	p := newPace(Options{Debounce: 10 * time.Millisecond, Poll: time.Hour}, 0)
	p.changed(30*ms, true)
	p.changed(20*ms, true)
	if p.due() != 40*ms || p.limit() != 120*ms {
		t.Fatalf("due at %v, at %v at the latest", time.Duration(p.due()), time.Duration(p.limit()))
	}
}
