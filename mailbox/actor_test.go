// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// guarded is a real actor behind a gate: integers are requests that take a
// second and answer their square, strings are control messages.
type guarded struct {
	system *actor.ActorSystem
	gate   *mailbox.Gate
	pid    *actor.PID
	log    diary
}

func spawn(t *testing.T, b mailbox.Bulkhead, clock *fuseboard.Clock, strategy actor.SupervisorStrategy) *guarded {
	t.Helper()
	quiet := func(*actor.ActorSystem) *slog.Logger { return slog.New(slog.DiscardHandler) }
	a := &guarded{system: actor.NewActorSystem(actor.WithLoggerFactory(quiet)), gate: mailbox.NewGate(b, clock)}
	props := actor.PropsFromFunc(a.receive, actor.WithMailbox(a.gate.Mailbox(a.deliver)))
	if strategy != nil {
		props = props.Configure(actor.WithGuardian(strategy))
	}
	a.pid = a.system.Root.Spawn(props)
	synctest.Wait()
	return a
}

func (a *guarded) deliver(message any, sender *actor.PID) bool {
	n, ok := message.(int)
	if !ok {
		return false
	}
	a.gate.Post(ctxBG, fuseboard.Never, work{
		run: func() {
			defer a.gate.Leave()
			time.Sleep(time.Second)
			a.log.write("handled")
			a.answer(sender, n*n)
		},
		refuse: func(why error) { a.answer(sender, why) },
	})
	return true
}

func (a *guarded) answer(to *actor.PID, message any) {
	if to != nil {
		a.system.Root.Send(to, message)
	}
}

func (a *guarded) receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		a.log.write("started")
	case *actor.Restarting:
		a.log.write("restarting")
	case *actor.Stopping:
		a.log.write("stopping")
	case string:
		if m == "fail" {
			panic(errBoom)
		}
		a.log.write(m)
	}
}

func (a *guarded) wantLog(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	if got := a.log.all(); !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
}

func (a *guarded) ask(n int) *actor.Future { return a.system.Root.RequestFuture(a.pid, n, time.Minute) }

func wantReply(t *testing.T, f *actor.Future, want any) {
	t.Helper()
	if got, err := f.Result(); err != nil || got != want {
		t.Fatalf("got %v, %v; want %v", got, err, want)
	}
}

// patient lets the test say when the child is restarted.
type patient struct{ restart func() }

func (p *patient) HandleFailure(_ *actor.ActorSystem, s actor.Supervisor, child *actor.PID, _ *actor.RestartStatistics, _, _ any) {
	p.restart = func() { s.RestartChildren(child) }
}

var roomy = mailbox.Bulkhead{Concurrency: 1, Queue: 100, MaxWait: 30 * time.Second}

func TestMessagesAndCallersShareThePermitsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		a := spawn(t, roomy, clock, nil)
		first, second := a.ask(3), a.ask(4)
		caller := enter(ctxBG, a.gate, fuseboard.Never)
		wantReply(t, first, 9)
		wantReply(t, second, 16)
		wantError(t, answered(t, caller), nil)
		if at := clock.Now(); at != fuseboard.Instant(2*time.Second) {
			t.Errorf("took %v", time.Duration(at))
		}
		a.gate.Leave()
		a.system.Root.Stop(a.pid)
		synctest.Wait()
	})
}

func TestControlMessagesPassWhileTheGateIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		a := spawn(t, roomy, clock, nil)
		mustEnter(t, a.gate)
		waiting := a.ask(2)
		a.system.Root.Send(a.pid, "hello")
		a.system.Root.Send(a.pid, nil) // wedges a stock mailbox
		a.system.Root.Send(a.pid, "again")
		a.wantLog(t, "started", "hello", "again")
		a.gate.Leave()
		wantReply(t, waiting, 4)
		a.system.Root.Stop(a.pid)
		synctest.Wait()
	})
}

func TestActorStopAnswersTheQueuedAndDoesNotWaitForThoseInside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		a := spawn(t, roomy, clock, nil)
		running, queued := a.ask(3), a.ask(4)
		caller := enter(ctxBG, a.gate, fuseboard.Never)
		a.system.Root.Stop(a.pid)
		a.wantLog(t, "started", "stopping")
		wantReply(t, queued, mailbox.ErrStopped)
		wantError(t, answered(t, caller), mailbox.ErrStopped)
		wantReply(t, running, 9)
		wantError(t, a.gate.Idle(bounded(t)), nil)

		wantError(t, a.gate.Enter(ctxBG, fuseboard.Never), mailbox.ErrStopped) // after the actor is gone
		refused := make(chan error, 1)
		a.gate.Post(ctxBG, fuseboard.Never, work{refuse: func(why error) { refused <- why }})
		wantError(t, <-refused, mailbox.ErrStopped)
	})
}

func TestActorPoisonLetsQueuedAndRunningFinishFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		a := spawn(t, roomy, clock, nil)
		first, second := a.ask(3), a.ask(4)
		a.system.Root.Poison(a.pid)
		a.system.Root.Poison(a.pid)
		wantReply(t, a.ask(5), mailbox.ErrStopped)
		wantReply(t, first, 9)
		a.wantLog(t, "started", "handled")
		wantReply(t, second, 16)
		a.wantLog(t, "started", "handled", "handled", "stopping")
	})
}

func TestFailureSuspendsTheGateUntilTheActorIsRestarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		supervisor := &patient{}
		a := spawn(t, roomy, clock, supervisor)
		a.system.Root.Send(a.pid, "fail")
		synctest.Wait()
		queued := a.ask(3)
		caller := enter(ctxBG, a.gate, fuseboard.Never)
		time.Sleep(10 * time.Second)
		if d := a.gate.Depth(); !d.Suspended || d.Waiting != 2 || d.InUse != 0 {
			t.Fatalf("got %+v", d)
		}
		supervisor.restart()
		a.wantLog(t, "started", "restarting", "started")
		wantReply(t, queued, 9)
		wantError(t, answered(t, caller), nil)
		a.gate.Leave()
		a.system.Root.Stop(a.pid)
		synctest.Wait()
	})
}

func TestRestartKeepsQueueAndPermits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		a := spawn(t, roomy, clock, nil) // the default strategy restarts at once
		running, queued := a.ask(3), a.ask(4)
		a.system.Root.Send(a.pid, "fail")
		a.wantLog(t, "started", "restarting", "started")
		if d := a.gate.Depth(); d != (mailbox.Depth{Limit: 1, InUse: 1, Waiting: 1, Priorities: mailbox.ByPriority{Normal: 1}, Queue: 100}) {
			t.Fatalf("got %+v", d)
		}
		wantReply(t, running, 9)
		wantReply(t, queued, 16)
		a.system.Root.Stop(a.pid)
		synctest.Wait()
	})
}

func TestCallersOfASuspendedActorAreToldSoInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		a := spawn(t, roomy, clock, &patient{})
		a.system.Root.Send(a.pid, "fail")
		synctest.Wait()
		wantError(t, a.gate.Enter(ctxBG, fuseboard.Never), mailbox.ErrSuspended)
		if at := clock.Now(); at != fuseboard.Instant(roomy.MaxWait) {
			t.Errorf("waited %v", time.Duration(at))
		}
		a.system.Root.Stop(a.pid)
		a.wantLog(t, "started", "stopping")
	})
}
