// SPDX-License-Identifier: Apache-2.0

package hedge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// script is what a copy does: it takes so long, unless it heeds the end of its context, and ends so.
type script struct {
	takes time.Duration
	fails bool
	heeds bool
}

// play is one call, and everybody who has a part in it.
type play struct {
	after   time.Duration
	copies  int
	allowed int           // copies that the budget allows
	leaves  time.Duration // when the caller does
	scripts []script
}

// outcome is what there is to see of a play.
type outcome struct {
	answer    int
	err       string
	took      time.Duration
	sent      int
	refused   uint64
	discarded []int
	empty     time.Duration // when nothing ran any more
}

func drawPlay(t *rapid.T) play {
	p := play{
		after:   time.Duration(rapid.IntRange(1, 10).Draw(t, "after")) * time.Millisecond,
		copies:  rapid.IntRange(1, mostCopies).Draw(t, "copies"),
		allowed: rapid.IntRange(0, mostCopies).Draw(t, "allowed"),
		leaves:  time.Duration(rapid.IntRange(1, 60).Draw(t, "leaves"))*time.Millisecond + 500*time.Microsecond,
	}
	for i := range mostCopies + 1 {
		p.scripts = append(p.scripts, script{
			takes: time.Duration(rapid.IntRange(0, 40).Draw(t, "takes"))*time.Millisecond + time.Duration(i+1)*time.Microsecond, // no two end at once
			fails: rapid.Bool().Draw(t, "fails"),
			heeds: rapid.Bool().Draw(t, "heeds"),
		})
	}
	return p
}

// act plays it with the real thing.
func (p play) act(t *testing.T) (o outcome) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Policy{After: p.after, Copies: p.copies})
		ctx, cancel := context.WithTimeout(t.Context(), p.leaves)
		defer cancel()
		var mu sync.Mutex
		allowed := p.allowed
		options := Options[int]{
			Safe:  true,
			Allow: func(fuseboard.Instant) bool { allowed--; return allowed >= 0 },
			Discard: func(answer int) {
				mu.Lock()
				defer mu.Unlock()
				o.discarded = append(o.discarded, answer)
			},
		}
		start := time.Now()
		answer, err := Do(ctx, h, options, func(ctx context.Context, which int) (int, error) {
			mu.Lock()
			o.sent = max(o.sent, which+1)
			mu.Unlock()
			s := p.scripts[which]
			var end <-chan struct{}
			if s.heeds {
				end = ctx.Done()
			}
			select {
			case <-end:
				return 0, context.Cause(ctx)
			case <-time.After(s.takes):
			}
			if s.fails {
				return 0, fmt.Errorf("copy %d", which)
			}
			return 100 + which, nil
		})
		o.answer, o.took = answer, time.Since(start)
		if err != nil {
			o.err = err.Error()
		}
		if err := h.Close(t.Context()); err != nil {
			t.Error(err)
		}
		o.empty = time.Since(start)
		o.refused = h.View().Refused
		if v := h.View(); v.Copies != uint64(o.sent-1) || v.Running != 0 || v.Calls != 1 || (v.Won == 1) != (answer > 100) {
			t.Errorf("%+v, %s", o, v)
		}
	})
	slices.Sort(o.discarded)
	return o
}

// foretell works out the same on a line of time.
func (p play) foretell() (o outcome) {
	never := time.Hour
	begins, ends := []time.Duration{0}, []time.Duration{p.scripts[0].takes}
	over, asked := never, 0
	for at := time.Duration(0); over == never; at += time.Microsecond {
		if at == p.leaves {
			over, o.err = at, context.DeadlineExceeded.Error()
		}
		running := 0
		for i, end := range ends {
			if end > at {
				running++
			} else if end == at && !p.scripts[i].fails && over == never {
				over, o.answer = at, 100+i
			}
		}
		if running == 0 && over == never {
			over, o.err = at, "copy 0"
		}
		if next := len(begins); over == never && next <= p.copies && asked < next && at == begins[next-1]+p.after {
			if asked++; asked > p.allowed {
				o.refused++
			} else {
				begins, ends = append(begins, at), append(ends, at+p.scripts[next].takes)
			}
		}
	}
	o.took, o.sent, o.empty = over, len(begins), over
	for i, end := range ends {
		s := p.scripts[i]
		if end <= over || s.heeds {
			continue
		}
		if o.empty = max(o.empty, end); !s.fails {
			o.discarded = append(o.discarded, 100+i)
		}
	}
	slices.Sort(o.discarded)
	return o
}

func TestDoAgreesWithALineOfTime(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := drawPlay(rt)
		got, want := p.act(t), p.foretell()
		if fmt.Sprint(got) != fmt.Sprint(want) {
			rt.Fatalf("%+v\n got %+v\nwant %+v", p, got, want)
		}
	})
}

var errBroken = errors.New("broken")
