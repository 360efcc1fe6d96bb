// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard/supervision"
)

// exact is a restart budget whose waits can be told in advance.
func exact(most int, base time.Duration) Restart {
	return Restart{Max: most, Within: time.Hour, Backoff: Backoff{Base: base, Max: time.Hour, Jitter: supervision.NoJitter}}
}

// breakOnce makes the guard's own actor panic in its turn, as a bug in it would.
func (g *Guard) breakOnce() { g.sys.root.Send(g.PID(), &command{answer: closed()}) }

// restarts returns when the actor of a guard was restarted, so far.
func restarts(sys *System, r *Guard) func() []string {
	var mu sync.Mutex
	var at []string
	sys.actors.EventStream.Subscribe(func(event any) {
		if e, ok := event.(*actor.SupervisorEvent); ok && e.Directive == actor.RestartDirective && e.Child.Equal(r.PID()) {
			mu.Lock()
			defer mu.Unlock()
			at = append(at, time.Duration(sys.Now()).String())
		}
	})
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(at)
	}
}

func escalations(sub *Subscription) (told []string) {
	for len(sub.C()) > 0 {
		if e := <-sub.C(); e.Kind == EventEscalated {
			x := e.Escalation
			told = append(told, fmt.Sprintf("%s %q/%q: %s beyond %v, by %q kept %v after %s", time.Duration(e.At), e.Group, e.Dependency, x.Dependency, x.Spent, x.AnsweredBy, x.Kept, x.After))
		}
	}
	return told
}

func TestABrokenGuardClimbsGroupByGroupToTheSystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		sub := sys.Subscribe(256)
		world := group(t, sys, "world", GroupPolicy{Restart: exact(1, 10*time.Second)})
		eu := group(t, world, "eu", GroupPolicy{Restart: exact(1, time.Second)})
		r := member(t, eu, "payments", Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Second}}, echo)
		other := member(t, eu, "stock", Policy{}, echo)
		when := restarts(sys, r.Guard)
		for range 5 {
			r.breakOnce() // each is met after the restart that the one before caused
		}
		synctest.Wait()
		pass(5 * time.Second) // the world's ten seconds have begun
		begin := time.Now()
		_, err := r.Call(t.Context(), 1)
		wantIs(t, err, ErrSuspended)
		if waited := time.Since(begin); waited != time.Second {
			t.Errorf("answered after %s", waited)
		}
		if got, err := other.Call(t.Context(), 2); got != 2 || err != nil {
			t.Errorf("a broken guard disturbs another: %d, %v", got, err)
		}
		if _, err := Protect(eu, "third", Policy{}); err != nil {
			t.Errorf("a group with a broken guard takes no new one: %v", err)
		}
		pass(time.Minute)

		first := supervision.Restart{}.WithDefaults().Backoff.After(1, 1, supervision.Uniform(sys.seed, 1))
		fourth := 12*time.Second + first
		want := []string{"1s", "11s", "12s", fourth.String(), (fourth + time.Second).String()}
		if got := when(); !slices.Equal(got, want) {
			t.Errorf("restarted at %v, want %v", got, want)
		}
		told := []string{
			`1s "world/eu"/"": payments beyond [eu], by "world" kept false after 10s`,
			fmt.Sprintf(`12s "world/eu"/"": payments beyond [eu world], by "" kept false after %s`, first),
		}
		if got := escalations(sub); !slices.Equal(got, told) {
			t.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(told, "\n"))
		}
		if got, err := r.Call(t.Context(), 3); got != 3 || err != nil {
			t.Errorf("after all: %d, %v", got, err)
		}
		if d := r.Stats().Gate; d.Suspended || d.InUse != 0 || d.Waiting != 0 {
			t.Errorf("%+v", d)
		}
	})
}

func TestTheSystemKeepsAGuardThatBreaksForAWholeDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log lockedBuffer
		sys, err := Start(Options{Seed: 1, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		sub := sys.Subscribe(1 << 16)
		r := member(t, sys, "payments", Policy{}, echo)
		when := restarts(sys, r.Guard)
		const faults = 3000
		for range faults {
			r.breakOnce()
		}
		pass(24 * time.Hour)
		if got := len(when()); got != faults {
			t.Errorf("%d restarts after %d faults", got, faults)
		}
		if got, err := r.Call(t.Context(), 3); got != 3 || err != nil {
			t.Errorf("lost: %d, %v", got, err)
		}
		kept, seq := 0, uint64(0)
		for len(sub.C()) > 0 {
			e := <-sub.C()
			if seq++; e.Seq != seq || e.Dependency != "payments" || e.Group != "" {
				t.Fatalf("event %d: %+v", seq, e)
			}
			if x := e.Escalation; e.Kind == EventEscalated {
				kept++
				if x.Dependency != "payments" || !x.Kept || x.AnsweredBy != "" || len(x.Spent) != 0 || !strings.Contains(x.Why, "closed channel") ||
					x.After < 15*time.Second || x.After > 30*time.Second {
					t.Fatalf("%+v", x)
				}
			}
		}
		if kept == 0 {
			t.Error("nobody was told")
		}
		if err := sys.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if said := strings.Count(log.String(), `level=ERROR msg=escalated dependency=payments handler=false group="" why="send on closed channel" spent="" answered_by=system kept=true`); said != kept {
			t.Errorf("%d log lines for %d escalations", said, kept)
		}
		t.Logf("%d escalations of %d faults", kept, faults)
	})
}

// lockedBuffer takes the log from the journal's goroutine.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func TestAGuardThatWaitsForItsRestartCanBeStopped(t *testing.T) {
	for _, way := range []string{"guard", "group", "shutdown"} {
		t.Run(way, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sys := start(t)
				eu := group(t, sys, "eu", GroupPolicy{Restart: exact(5, time.Hour)})
				p := Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 2, MaxWait: time.Minute}}
				r := member(t, eu, "payments", p, echo)
				when := restarts(sys, r.Guard)
				r.breakOnce()
				synctest.Wait()
				waiting := r.Ask(t.Context(), 1)
				synctest.Wait()
				stop := map[string]func(context.Context) error{"guard": r.Stop, "group": eu.Stop, "shutdown": sys.Shutdown}[way]
				ctx, end := context.WithTimeout(t.Context(), time.Second)
				defer end()
				begin := time.Now()
				if err := stop(ctx); err != nil {
					t.Error(err)
				}
				if d := time.Since(begin); d > time.Second+cancelGrace {
					t.Errorf("took %s", d)
				}
				_, err := waiting.Wait(t.Context())
				wantIs(t, err, ErrStopped)
				if way == "guard" {
					again := member(t, eu, "payments", p, echo) // the name is free
					if _, err := again.Call(t.Context(), 1); err != nil {
						t.Error(err)
					}
				}
				pass(2 * time.Hour)
				switch {
				case way == "guard" && eu.Stats().Guards != 1:
					t.Errorf("%+v", eu.Stats())
				case way != "guard" && len(when()) > 0:
					t.Error("a group that has stopped restarts its guards")
				}
			})
		})
	}
}

func TestAGroupsNewRulesHoldForItsNextRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		eu := group(t, sys, "eu", GroupPolicy{Restart: exact(5, time.Second)})
		r := member(t, eu, "payments", Policy{}, echo)
		when := restarts(sys, r.Guard)
		r.breakOnce()
		pass(10 * time.Second)
		if _, err := eu.Update(t.Context(), GroupPolicy{Restart: exact(5, 30*time.Second)}); err != nil {
			t.Fatal(err)
		}
		r.breakOnce()
		pass(2 * time.Minute)
		if got := when(); !slices.Equal(got, []string{"1s", "1m10s"}) { // the second restart: twice the base
			t.Errorf("restarted at %v", got)
		}
	})
}
