// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// asking spawns an actor that sends one request to the ref when it starts and one for each
// int that it receives, and gives each answer to got, in its turn.
func asking(t *testing.T, r *Ref[int, int], name string, got func(actor.Context, Reply[int, int]), options ...actor.PropsOption) *actor.PID {
	t.Helper()
	pid, err := r.sys.SpawnActor(name, actor.PropsFromFunc(func(ctx actor.Context) {
		switch m := ctx.Message().(type) {
		case *actor.Started:
			ctx.Request(r.PID(), r.Message(context.Background(), 0))
		case int:
			ctx.Request(r.PID(), r.Message(context.Background(), m))
		case Reply[int, int]:
			got(ctx, m)
		}
	}, options...))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// one lets one request in at a time.
var one = Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 8}}

func TestAnAnswersTurnMayWaitForTheGuard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), one, echo)
		var seen []int
		pid := asking(t, r, "asker", func(ctx actor.Context, m Reply[int, int]) {
			inside, err := ctx.RequestFuture(r.PID(), r.Message(context.Background(), m.Value+100), time.Minute).Result()
			if err != nil {
				t.Errorf("the guard does not answer from inside: %v", err)
				return
			}
			seen = append(seen, m.Value, inside.(Reply[int, int]).Value)
		})
		for n := range 20 {
			r.sys.root.Send(pid, n)
		}
		synctest.Wait()
		if len(seen) != 42 {
			t.Errorf("%v", seen)
		}
	})
}

func TestAnAnswersTurnThatLastsKeepsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), one, echo)
		release := make(chan struct{})
		var slow, quick atomic.Int64
		asking(t, r, "slow", func(actor.Context, Reply[int, int]) { slow.Add(1); <-release })
		synctest.Wait()
		pid := asking(t, r, "quick", func(actor.Context, Reply[int, int]) { quick.Add(1) })
		for n := range 10 {
			r.sys.root.Send(pid, n)
		}
		synctest.Wait()
		if s := r.Stats(); slow.Load() != 1 || quick.Load() != 11 || s.Gate.InUse != 0 || r.posted.count() != 0 {
			t.Errorf("%d and %d answers, %+v, %d posted", slow.Load(), quick.Load(), s.Gate, r.posted.count())
		}
		close(release)
	})
}

func TestAnAnswerIsReceivedAlsoWhereTheObserverEndsItsGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys, err := Start(Options{Observe: func(context.Context, CallInfo) { runtime.Goexit() }})
		if err != nil {
			t.Fatal(err)
		}
		r := spawn(t, sys, one, echo)
		var seen atomic.Int64
		pid := asking(t, r, "asker", func(actor.Context, Reply[int, int]) { seen.Add(1) })
		for n := range 5 {
			synctest.Wait()
			sys.root.Send(pid, n)
		}
		synctest.Wait()
		if seen.Load() != 6 || r.posted.count() != 0 {
			t.Errorf("%d answers, %d posted", seen.Load(), r.posted.count())
		}
		if err := sys.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestAnActorWhoseReceiveEndsItsGoroutineGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), one, echo)
		var seen atomic.Int64
		pid := asking(t, r, "asker", func(actor.Context, Reply[int, int]) {
			seen.Add(1)
			runtime.Goexit()
		})
		for n := range 5 {
			r.sys.root.Send(pid, n)
			synctest.Wait()
		}
		if seen.Load() != 6 {
			t.Errorf("%d answers, want 6", seen.Load())
		}
		if n := r.sys.hands.running.count(); n != r.sys.hands.asleep() {
			t.Errorf("%d goroutines, %d of them idle", n, r.sys.hands.asleep())
		}
	})
}

// posting counts what is posted to a mailbox of the user's own.
type posting struct{ n *atomic.Int64 }

func (posting) MailboxStarted()     {}
func (posting) MessageReceived(any) {}
func (posting) MailboxEmpty()       {}
func (p posting) MessagePosted(any) { p.n.Add(1) }

func TestAMailboxOrASpawnerOfTheUsersOwnStays(t *testing.T) {
	for name, option := range map[string]func(*atomic.Int64) actor.PropsOption{
		"mailbox": func(n *atomic.Int64) actor.PropsOption { return actor.WithMailbox(actor.Unbounded(posting{n})) },
		"spawner": func(n *atomic.Int64) actor.PropsOption {
			return actor.WithSpawnFunc(func(s *actor.ActorSystem, id string, p *actor.Props, under actor.SpawnerContext) (*actor.PID, error) {
				n.Add(1)
				if _, err := actor.DefaultSpawner(s, id+"-twin", p, under); err != nil {
					return nil, err
				}
				return actor.DefaultSpawner(s, id, p, under)
			})
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := spawn(t, start(t), one, echo)
			var used, seen atomic.Int64
			pid := asking(t, r, "asker", func(actor.Context, Reply[int, int]) { seen.Add(1) }, option(&used))
			r.sys.root.Send(pid, 1)
			synctest.Wait()
			if used.Load() == 0 || seen.Load() < 2 || r.sys.deskOf(pid) != nil {
				t.Errorf("%s: used %d times, %d answers", name, used.Load(), seen.Load())
			}
			r.sys.root.Stop(actor.NewPID(pid.Address, pid.Id+"-twin"))
		})
	}
}

func TestADeskIsForgottenWithItsActor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), one, func(_ context.Context, n int) (int, error) {
			time.Sleep(time.Second)
			return n, nil
		})
		pid := asking(t, r, "asker", func(actor.Context, Reply[int, int]) { t.Error("answered after its end") })
		if r.sys.deskOf(pid) == nil {
			t.Fatal("it has none")
		}
		synctest.Wait() // until it is watched
		var lost []any
		r.sys.actors.EventStream.Subscribe(func(event any) {
			if letter, is := event.(*actor.DeadLetterEvent); is {
				lost = append(lost, letter.Message)
			}
		})
		r.sys.root.Stop(pid)
		synctest.Wait()
		if r.sys.deskOf(pid) != nil {
			t.Error("it is still known")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if len(lost) != 1 {
			t.Fatalf("%v", lost)
		}
		if m, is := lost[0].(Reply[int, int]); !is || m.Err != nil {
			t.Errorf("%T is a dead letter, want the reply", lost[0])
		}
	})
}

// Actors ask one guard of few permits, all at once: each request is answered once.
func TestStorm_ActorsAreAnsweredOnceEach(t *testing.T) {
	const clients, each = 8, 500
	r := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 3, Queue: 4 * clients}}, echo)
	done := make(chan int, clients)
	for i := range clients {
		answers := 0
		pid, err := r.sys.SpawnActor("client"+string(rune('a'+i)), actor.PropsFromFunc(func(ctx actor.Context) {
			switch m := ctx.Message().(type) {
			case bool:
				for n := range 3 { // three at a time
					ctx.Request(r.PID(), r.Message(context.Background(), n))
				}
			case Reply[int, int]:
				if answers++; m.Err != nil || m.Value != m.Request {
					t.Errorf("%+v", m)
				}
				switch {
				case answers == each:
					done <- answers
				case answers+2 < each:
					ctx.Request(r.PID(), r.Message(context.Background(), m.Value+1))
				}
				if answers%7 == i%7 {
					runtime.Gosched()
				}
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		r.sys.root.Send(pid, true)
	}
	for range clients {
		if n := <-done; n != each {
			t.Errorf("%d answers, want %d", n, each)
		}
	}
	if err := r.sys.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}
