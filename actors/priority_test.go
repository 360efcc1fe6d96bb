// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
)

func ctxAt(p fuseboard.Priority) context.Context {
	return fuseboard.WithPriority(context.Background(), p)
}

// rising are all priorities, lowest first, and served is how requests are served that
// came in this order, numbered from 1.
var (
	rising = []fuseboard.Priority{fuseboard.Sheddable, fuseboard.Normal, fuseboard.High, fuseboard.Critical}
	served = []string{"4 critical", "3 high", "2 normal", "1 sheddable"}
)

// narrow has one permit, for which many may wait long.
var narrow = Bulkhead{Concurrency: 1, Queue: 16, MaxWait: time.Minute}

// bottleneck is a dependency with one permit, with keys or without. Request 0 holds the
// permit until it is released; all others note the priority of their context.
type bottleneck struct {
	sys     *System
	ref     *Ref[int, int]
	keyed   *Keyed[int, int]
	client  *actor.PID // sends on what a function makes in its turn
	release chan struct{}
	next    func(ctx context.Context, n int) // where a request goes on to; nil: nowhere
	served  []string
}

func newBottleneck(t *testing.T, p Policy) *bottleneck {
	t.Helper()
	b := &bottleneck{sys: start(t), release: make(chan struct{})}
	b.ref = spawn(t, b.sys, p, b.handle)
	var err error
	if b.keyed, err = SpawnKeyed(b.sys, "tenants", b.handle, p, KeyLimits{}); err != nil {
		t.Fatal(err)
	}
	b.client, err = b.sys.SpawnActor("client", actor.PropsFromFunc(func(ctx actor.Context) {
		if send, ok := ctx.Message().(func(actor.Context)); ok {
			send(ctx)
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bottleneck) handle(ctx context.Context, n int) (int, error) {
	if n == 0 {
		<-b.release
		return 0, nil
	}
	b.served = append(b.served, fmt.Sprint(n, " ", fuseboard.PriorityOf(ctx)))
	if b.next != nil {
		b.next(ctx, n)
	}
	return n, nil
}

func (b *bottleneck) do(ctx context.Context, g *Guard, n int) {
	_, _ = Do(ctx, g, func(ctx context.Context) (int, error) { return b.handle(ctx, n) })
}

// wantServed releases the permit and compares who was served after that.
func (b *bottleneck) wantServed(t *testing.T, want ...string) {
	t.Helper()
	close(b.release)
	synctest.Wait()
	if !slices.Equal(b.served, want) {
		t.Errorf("served %q, want %q", b.served, want)
	}
}

// waysIn are all ways in. A name that begins with "keyed" is one to the key "acme".
var waysIn = map[string]func(b *bottleneck, ctx context.Context, n int){
	"call": func(b *bottleneck, ctx context.Context, n int) { go func() { _, _ = b.ref.Call(ctx, n) }() },
	"do":   func(b *bottleneck, ctx context.Context, n int) { go b.do(ctx, b.ref.Guard, n) },
	"ask":  func(b *bottleneck, ctx context.Context, n int) { b.ref.Ask(ctx, n) },
	"tell": func(b *bottleneck, ctx context.Context, n int) { _ = b.ref.Tell(ctx, n) },
	"message": func(b *bottleneck, ctx context.Context, n int) {
		b.sys.root.Send(b.client, func(a actor.Context) { a.Request(b.ref.PID(), b.ref.Message(ctx, n)) })
	},
	"keyed call": func(b *bottleneck, ctx context.Context, n int) { go func() { _, _ = b.keyed.Call(ctx, "acme", n) }() },
	"keyed do": func(b *bottleneck, ctx context.Context, n int) {
		g, _ := b.keyed.Guard("acme")
		go b.do(ctx, g, n)
	},
	"keyed ask":  func(b *bottleneck, ctx context.Context, n int) { b.keyed.Ask(ctx, "acme", n) },
	"keyed tell": func(b *bottleneck, ctx context.Context, n int) { _ = b.keyed.Tell(ctx, "acme", n) },
	"keyed message": func(b *bottleneck, ctx context.Context, n int) {
		b.sys.root.Send(b.client, func(a actor.Context) { a.Request(b.keyed.PID(), b.keyed.Message(ctx, "acme", n)) })
	},
}

func TestEveryWayInHonoursThePriorityOfItsContext(t *testing.T) {
	for kind, p := range map[string]Policy{
		"plain":    {Bulkhead: narrow},
		"dated":    {Bulkhead: narrow, Deadline: Deadline{Total: time.Hour, Attempt: time.Minute}},
		"isolated": {Bulkhead: narrow, Deadline: Deadline{Attempt: time.Minute}, Workers: Workers{Max: 1}},
	} {
		for way, send := range waysIn {
			t.Run(kind+" "+way, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					b := newBottleneck(t, p)
					first := waysIn["tell"]
					if strings.HasPrefix(way, "keyed") {
						first = waysIn["keyed tell"]
					}
					first(b, t.Context(), 0)
					for i, priority := range rising {
						send(b, ctxAt(priority), i+1)
						synctest.Wait() // it holds its place now
					}
					b.wantServed(t, served...)
				})
			})
		}
	}
}

func TestWaysInShareOneOrderOfPriorities(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBottleneck(t, Policy{Bulkhead: narrow})
		waysIn["call"](b, t.Context(), 0)
		synctest.Wait()
		for i, way := range []string{"message", "call", "ask", "tell"} {
			waysIn[way](b, ctxAt(rising[i]), i+1)
			synctest.Wait()
		}
		b.wantServed(t, served...)
	})
}

// Once as a call and once as a message: the first attempt of request 2 fails, and
// while it backs off request 0 takes the permit and a normal request begins to wait.
func TestRepeatedAttemptKeepsItsPriority(t *testing.T) {
	for _, way := range []string{"call", "message"} {
		t.Run(way, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBottleneck(t, Policy{Bulkhead: narrow})
				failed := false
				b.ref.handle = func(ctx context.Context, n int) (int, error) {
					if n == 2 && !failed {
						failed = true
						return 0, errDown
					}
					return b.handle(ctx, n)
				}
				b.ref.with.Safe = Always[int]
				if _, err := b.ref.Update(t.Context(), Policy{Bulkhead: narrow, Retry: twice}); err != nil {
					t.Fatal(err)
				}
				waysIn[way](b, ctxAt(fuseboard.Critical), 2)
				synctest.Wait()
				waysIn["tell"](b, t.Context(), 0)
				waysIn["tell"](b, t.Context(), 1)
				time.Sleep(time.Second)
				b.wantServed(t, "2 critical", "1 normal")
			})
		})
	}
}

// The handler of one guard calls another with the context that it was given.
func TestPriorityGoesOnToTheNextGuard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBottleneck(t, Policy{Bulkhead: narrow})
		outer, err := Spawn(b.sys, "outer", b.ref.Call, Policy{Deadline: Deadline{Total: time.Hour, Attempt: time.Minute}})
		if err != nil {
			t.Fatal(err)
		}
		waysIn["tell"](b, t.Context(), 0)
		for i, priority := range rising {
			outer.Ask(ctxAt(priority), i+1)
			synctest.Wait()
		}
		b.wantServed(t, served...)
	})
}

func TestExplanationTellsWhoWaitsAtWhichPriority(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBottleneck(t, Policy{Bulkhead: narrow})
		tell := func(priority fuseboard.Priority, n int) { waysIn["tell"](b, ctxAt(priority), n) }
		want := func(stage, why string) {
			t.Helper()
			e := b.ref.Explain()
			if at := slices.IndexFunc(e.Stages, func(s PolicyStage) bool { return s.Name == "bulkhead" }); e.Stages[at].Now != stage {
				t.Errorf("the stage says %q, want %q", e.Stages[at].Now, stage)
			}
			if e.Verdict.Why != why {
				t.Errorf("the verdict says %q, want %q", e.Verdict.Why, why)
			}
		}
		tell(fuseboard.Normal, 0)
		tell(fuseboard.Normal, 1)
		want("1 of 1 permit in use; 1 of 16 places in the queue taken",
			"1 of 1 permit is in use; 1 call waits before it; at most 1m")
		tell(fuseboard.Sheddable, 2)
		tell(fuseboard.Critical, 3)
		tell(fuseboard.Sheddable, 4)
		want("1 of 1 permit in use; 4 of 16 places in the queue taken (1 critical, 1 normal, 2 sheddable)",
			"1 of 1 permit is in use; 2 calls wait before it; at most 1m")
		b.wantServed(t, "3 critical", "1 normal", "2 sheddable", "4 sheddable")
	})
}
