// SPDX-License-Identifier: Apache-2.0

package hedge

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/quantile"
)

func TestStorm_EachAnswerIsTakenOrDiscardedOnce(t *testing.T) { synctest.Test(t, stormOfAnswers) }

// stormOfAnswers lets copies and callers end at the same instants. An answer is something that has to be closed once.
func stormOfAnswers(t *testing.T) {
	const callers, each = 8, 400
	h := New(Policy{After: leastWait, Copies: 3})
	var made, closes, panics atomic.Int64
	options := Options[*atomic.Int64]{
		Safe:    true,
		Allow:   func(now fuseboard.Instant) bool { return now%7 != 0 },
		Discard: func(a *atomic.Int64) { a.Add(1); closes.Add(1) },
	}
	var all sync.WaitGroup
	for g := range callers {
		all.Go(func() {
			for i := range each {
				random := rand.New(rand.NewPCG(uint64(g), uint64(i)))
				choices := rand.New(rand.NewPCG(uint64(i), uint64(g))).Perm(8)
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.IntN(24))*leastWait/2)
				answer, err := Do(ctx, h, options, func(ctx context.Context, which int) (*atomic.Int64, error) {
					for range choices[which] * 4 {
						if which%2 == 0 && ctx.Err() != nil {
							return nil, ctx.Err()
						}
						_ = sleep(ctx, leastWait/2)
					}
					switch choices[which] {
					case 1:
						return nil, errBroken
					case 2:
						panics.Add(1)
						panic("broken")
					}
					made.Add(1)
					return new(atomic.Int64), nil
				})
				switch {
				case err == nil && answer.Add(1) == 1:
					closes.Add(1)
				case err == nil:
					t.Error("an answer that was discarded is returned")
				case answer != nil:
					t.Error("an answer with an error", err)
				}
				cancel()
				if i%50 == g {
					h.Reshape(Policy{After: leastWait * time.Duration(1+i%2), Copies: 1 + i%5, Quantile: 0.9 * float64(i%2), MinCalls: 10})
					_ = h.View().String()
				}
			}
		})
	}
	all.Wait()
	if err := h.Close(context.Background()); err != nil {
		t.Error(err)
	}
	v := h.View()
	if made.Load() != closes.Load() || int64(v.Panics) != panics.Load() || v.Running != 0 || v.Calls > callers*each || v.Copies == 0 || v.Won == 0 {
		t.Errorf("%d answers, %d taken or discarded, %d of %d panics; %s", made.Load(), closes.Load(), v.Panics, panics.Load(), v)
	}
}

func TestStorm_CloseComesBetweenCalls(t *testing.T) { synctest.Test(t, stormOfCloses) }

func stormOfCloses(t *testing.T) {
	for i := range 50 {
		h := New(Policy{After: leastWait, Copies: 2})
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for {
					_, err := Do(t.Context(), h, Options[int]{Safe: true}, func(ctx context.Context, _ int) (int, error) {
						return 0, sleep(ctx, 2*leastWait)
					})
					if errors.Is(err, ErrClosed) {
						return
					}
				}
			})
		}
		time.Sleep(time.Duration(i) * leastWait / 2)
		if err := h.Close(context.Background()); err != nil || h.View().Running != 0 {
			t.Error(err, h.View())
		}
		all.Wait()
	}
}

func TestAnArmedHedgeAllocatesNothing_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates")
	}
	h, now := New(Policy{Quantile: 0.95}), fuseboard.Instant(0)
	h.Record(now, 10*ms)
	if n := testing.AllocsPerRun(1000, func() {
		now = now.Add(50 * ms)
		_, _ = h.Wait()
		h.Record(now, 10*ms)
		h.Lost(now, 12*ms)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestBytesAreThoseOfAHedger(t *testing.T) {
	own := int64(unsafe.Sizeof(Hedger{}) + unsafe.Sizeof(fuseboard.Clock{}))
	if got := (Policy{After: ms}).Bytes(); got != own {
		t.Errorf("%d bytes, want %d", got, own)
	}
	if got := (Policy{Quantile: 0.9}).Bytes(); got != own+quantile.Bytes() {
		t.Errorf("%d bytes, want %d", got, own+quantile.Bytes())
	}
}

// BenchmarkArmed is what a call pays for copies that are not sent.
func BenchmarkArmed(b *testing.B) {
	b.ReportAllocs()
	h, now := New(Policy{Quantile: 0.95}), fuseboard.Instant(0)
	for i := 0; b.Loop(); i++ {
		now += 1000
		_, _ = h.Wait()
		h.Record(now, time.Duration(i%1000)*time.Microsecond)
	}
}

// BenchmarkDo is a call that nobody waits for.
func BenchmarkDo(b *testing.B) {
	b.ReportAllocs()
	h := New(Policy{After: time.Minute})
	for b.Loop() {
		_, _ = Do(b.Context(), h, Options[int]{Safe: true}, func(context.Context, int) (int, error) { return 0, nil })
	}
}
