// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
)

func TestGuardOfARebuiltHandlerSaysStartedFirst(t *testing.T) {
	for _, fails := range []int32{0, 1} {
		synctest.Test(t, func(t *testing.T) {
			sys, d := start(t), &driver{}
			d.fails.Store(fails)
			sub := sys.Subscribe(10)
			if err := sys.reserveFor("db", compile(Policy{Restart: steady}, 1)); err != nil {
				t.Fatal(err)
			}
			g := newGuard(sys, "db", compile(Policy{Restart: steady}, 1))
			g.generations = newGenerations(g, func(ctx context.Context) (any, error) { return d.build(ctx) })
			if err := g.start(g.newReceiver()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Second) // as if whoever makes it were held up before it can be found
			if err := g.open(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Second)
			synctest.Wait()
			if first := <-sub.C(); first.Kind != EventStarted || first.Seq != 1 || first.At != fuseboard.Instant(10*time.Second) {
				t.Errorf("event %d is %q at %v", first.Seq, first.Kind, time.Duration(first.At))
			}
			for len(sub.C()) > 0 {
				if e := <-sub.C(); e.Kind == EventStarted {
					t.Error("started twice")
				}
			}
			if err := g.Ready(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestBuilderThatSomebodyStopsHasASuccessor(t *testing.T) {
	for _, stop := range []func(*actor.RootContext, *actor.PID){
		(*actor.RootContext).Stop, (*actor.RootContext).Poison,
	} {
		synctest.Test(t, func(t *testing.T) {
			d := &driver{}
			r := rebuild(t, start(t), d, Policy{Restart: steady})
			stop(r.sys.root, r.generations.pid.Load())
			synctest.Wait()
			use(t, r, "call", "tear")
			time.Sleep(time.Minute)
			if _, err := r.Call(t.Context(), ""); err != nil {
				t.Errorf("after a minute: %v", err)
			}
		})
	}
}

func TestLateFaultOfAHandlerThatWasLeftEndsItsGeneration(t *testing.T) {
	for _, late := range []func(){func() {}, func() { panic("boom") }} {
		synctest.Test(t, func(t *testing.T) {
			d := &driver{}
			r, err := Rebuild(start(t), "db", func(ctx context.Context) (Handler[string, int], error) {
				h, err := d.build(ctx)
				return func(ctx context.Context, req string) (int, error) {
					got, err := h(ctx, req)
					if err != nil {
						late()
					}
					return got, err
				}, err
			}, Policy{Restart: steady, Workers: Workers{Max: 4, MaxAbandoned: 2}, Deadline: Deadline{Attempt: 100 * time.Millisecond}})
			if err != nil || r.Ready(t.Context()) != nil {
				t.Fatal(err)
			}
			_, err = r.Call(t.Context(), "slow tear")
			wantIs(t, err, context.DeadlineExceeded)
			if got, err := r.Call(t.Context(), ""); got != 1 || err != nil {
				t.Errorf("a deadline is no fault: generation %d, %v", got, err)
			}
			time.Sleep(time.Second)
			synctest.Wait()
			_, err = r.Call(t.Context(), "")
			wantIs(t, err, ErrRestarting)
			time.Sleep(time.Second)
			synctest.Wait()
			if got, err := r.Call(t.Context(), ""); got != 2 || err != nil || r.Stats().Failures != 1 {
				t.Errorf("generation %d, %v, %+v", got, err, r.Stats())
			}
		})
	}
}

// wordless is an error whose methods work on no value, as of a nil pointer in an interface.
type wordless struct{ why error }

func (w *wordless) Error() string { return w.why.Error() }

func TestErrorThatCannotBePrintedBreaksAGenerationAndNothingElse(t *testing.T) {
	for _, way := range []string{"call", "ask", "message"} {
		synctest.Test(t, func(t *testing.T) {
			builds := 0
			var nothing *wordless
			r, err := Rebuild(start(t), "db", func(context.Context) (Handler[string, int], error) {
				if builds++; builds == 2 {
					return nil, nothing
				}
				return func(_ context.Context, req string) (int, error) {
					if req != "" {
						return 0, Broken(nothing)
					}
					return builds, nil
				}, nil
			}, Policy{Restart: steady, Bulkhead: Bulkhead{Concurrency: 1}})
			if err != nil || r.Ready(t.Context()) != nil {
				t.Fatal(err)
			}
			func() {
				defer func() {
					if v := recover(); v != nil {
						t.Errorf("%s: the call panicked: %v", way, v)
					}
				}()
				switch way {
				case "call":
					_, _ = r.Call(t.Context(), "tear")
				case "ask":
					_, _ = r.Ask(t.Context(), "tear").Wait(t.Context())
				case "message":
					_ = replyOf[string, int](t, messaged(t.Context(), r, "tear"))
				}
			}()
			time.Sleep(time.Minute)
			synctest.Wait()
			if got, err := r.Call(t.Context(), ""); got != 3 || err != nil || r.Stats().Gate.InUse != 0 {
				t.Errorf("%s: generation %d, %v, %+v", way, got, err, r.Stats())
			}
		})
	}
}

// hooked is an error whose words are a function, as code of a user's is.
type hooked func() string

func (h hooked) Error() string { return h() }

func TestErrorsAreNotAskedForTheirWordsInTheGuardsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := false
		hang := make(chan struct{})
		r, err := Rebuild(start(t), "db", func(context.Context) (Handler[string, int], error) {
			return func(context.Context, string) (int, error) {
				if broken {
					return 0, nil
				}
				broken = true
				asked := 0
				return 0, Broken(hooked(func() string {
					if asked++; asked > 1 {
						<-hang
					}
					return "torn"
				}))
			}, nil
		}, Policy{Restart: steady})
		if err != nil || r.Ready(t.Context()) != nil {
			t.Fatal(err)
		}
		_, err = r.Call(t.Context(), "")
		if callError(t, err).Attempts != 1 {
			t.Error(err)
		}
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		synctest.Wait()
		if err := r.Command(ctx, Command{Mode: HoldOpen, By: "ops", Reason: "test", TTL: time.Minute}); errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("an error's method holds up the guard: %v", err)
		}
		close(hang)
	})
}

func TestFaultMeantForAnEarlierBuilderChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := rebuild(t, start(t), &driver{}, Policy{Restart: steady})
		r.sys.root.Send(r.generations.pid.Load(), &fault{cause: errTorn})
		time.Sleep(time.Minute)
		if got, err := r.Call(t.Context(), ""); got != 1 || err != nil {
			t.Errorf("generation %d, %v", got, err)
		}
	})
}
