// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// errOdd is how the handler of the storm fails, with whose request it was.
type errOdd struct{ who string }

func (e errOdd) Error() string { return e.who }

// storming ends as its request says.
func storming(ctx context.Context, who string) (string, error) {
	switch {
	case strings.Contains(who, "fails"):
		return "", errOdd{who}
	case strings.Contains(who, "panics"):
		panic(errOdd{who})
	case strings.Contains(who, "ends"):
		runtime.Goexit()
	case strings.Contains(who, "yields"):
		runtime.Gosched()
	}
	return who, ctx.Err()
}

// wantOwn looks at whether an answer is that of its own request: what was used again
// while somebody still knew it would be another's.
func wantOwn(t *testing.T, who, resp string, err error) {
	t.Helper()
	odd, own := errors.AsType[errOdd](err)
	var panicked *PanicError
	switch {
	case errors.As(err, &panicked):
		odd, own = panicked.Value.(errOdd)
	case err == nil:
		odd.who, own = resp, true
	case errors.Is(err, ErrGoexit):
		odd.who, own = who, strings.Contains(who, "ends")
	case errors.Is(err, ErrFull), errors.Is(err, ErrLate), errors.Is(err, context.Canceled), errors.Is(err, ErrStopped):
		return // refused
	}
	if !own || odd.who != who {
		t.Errorf("%s was answered with %q, %v", who, resp, err)
	}
}

func TestStorm_WhatIsUsedAgainAnswersItsOwnRequest(t *testing.T) {
	const clients, each = 8, 600
	ends := []string{"works", "yields", "works", "fails", "works", "panics", "leaves", "works", "ends"}
	for _, p := range []Policy{
		{Bulkhead: Bulkhead{Concurrency: 3, Queue: 4}, Deadline: Deadline{Attempt: time.Minute}},
		{Retry: Retry{Attempts: 2, Backoff: Backoff{Base: time.Microsecond}, Budget: Budget{MinPerSecond: 10_000}}},
		{Workers: Workers{Max: 4}, Bulkhead: Bulkhead{Concurrency: 4, Queue: 64}},
		{Mode: ShadowPolicy},
	} {
		sys := start(t)
		r := spawn(t, sys, p, storming, With[string, string]{Safe: Always[string]})
		ctx := t.Context()
		left, leave := context.WithCancel(ctx)
		leave()
		var all sync.WaitGroup
		for i := range clients {
			all.Go(func() {
				for n := range each {
					who := fmt.Sprintf("%d of %d %s", n, i, ends[(n+i)%len(ends)])
					with := ctx
					if strings.Contains(who, "leaves") {
						with = left
					}
					if p.Mode == ShadowPolicy && strings.Contains(who, "leaves") {
						continue // its handler runs, and says so
					}
					if n%3 == 0 {
						_ = r.Tell(with, who)
					}
					f := r.Ask(with, who)
					reply, err := sys.root.RequestFuture(r.PID(), r.Message(with, who), time.Minute).Result()
					m, is := reply.(Reply[string, string])
					if !is || err != nil {
						t.Errorf("%s: %T, %v", who, reply, err)
						return
					}
					if m.Request != who {
						t.Errorf("%s was answered as %s", who, m.Request)
					}
					wantOwn(t, who, m.Value, m.Err)
					resp, err := f.Wait(ctx)
					wantOwn(t, who, resp, err)
				}
			})
		}
		all.Wait()
		if err := sys.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if n := r.posted.count(); n != 0 {
			t.Errorf("%d are counted as posted", n)
		}
	}
}

func TestAChannelIsMadeOnlyForWhoWantsOne(t *testing.T) {
	sys := start(t)
	release := make(chan struct{})
	r := spawn(t, sys, Policy{}, func(_ context.Context, n int) (int, error) { <-release; return n, nil })
	f := r.Ask(t.Context(), 7)
	var all sync.WaitGroup
	for i := range 9 {
		all.Go(func() {
			switch i % 3 {
			case 0:
				<-f.Done()
			case 1:
				ctx, end := context.WithCancel(t.Context())
				defer end()
				_, _ = f.Wait(ctx)
			default:
				_, _ = f.Wait(context.Background())
			}
			if n, err := f.Wait(context.Context(nil)); n != 7 || err != nil {
				t.Errorf("%d, %v", n, err)
			}
		})
	}
	close(release)
	all.Wait()
	<-f.Done()
	plain := r.Ask(t.Context(), 8)
	if n, err := plain.Wait(context.Background()); n != 8 || err != nil || plain.signal.Load() != nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestAllocationsWithoutACaller_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates, and drops what is kept for the next")
	}
	sys, bg := start(t), context.Background()
	r := spawn(t, sys, fullPolicy, echo)
	replies := make(chan Reply[int, int], 1)
	client, err := sys.SpawnActor("client", actor.PropsFromFunc(func(ctx actor.Context) {
		switch m := ctx.Message().(type) {
		case *int:
			ctx.Request(r.PID(), r.Message(bg, *m))
		case Reply[int, int]:
			replies <- m
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	one := new(int)
	for what, c := range map[string]struct {
		want float64
		call func()
	}{
		"ask": {2, func() { _, _ = r.Ask(bg, 1).Wait(bg) }}, // the future, the attempt's context
		"tell": {1, func() {
			for _ = r.Tell(bg, 1); r.posted.count() > 0; {
				runtime.Gosched()
			}
		}},
		// The actor library's envelope, and ours: the message, the attempt's context, the reply.
		"message": {4, func() { sys.root.Send(client, one); <-replies }},
	} {
		if got := testing.AllocsPerRun(500, c.call); got != c.want {
			t.Errorf("%s: %v allocations, want %v", what, got, c.want)
		}
	}
}
