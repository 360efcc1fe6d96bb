// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/supervision/strategy"
)

// nest is an actor like a guard that has a child: a gate before its mailbox, and a
// strategy that escalates when the child breaks more than once.
func nest(sys *System, gate *mailbox.Gate, child chan<- *actor.PID) (*actor.Props, *strategy.Strategy) {
	inner := strategy.New(sys.clock, strategy.Options{Restart: exact(1, 100*time.Millisecond)})
	return actor.PropsFromFunc(func(ctx actor.Context) {
		if _, started := ctx.Message().(*actor.Started); started {
			child <- ctx.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
				if text, is := ctx.Message().(string); is {
					panic(text)
				}
			}))
		}
	}, actor.WithMailbox(gate.Mailbox(nil)), actor.WithSupervisor(inner)), inner
}

func TestAnEscalationByAGuardsChildEndsWithItsRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		sub := sys.Subscribe(64)
		world := group(t, sys, "world", GroupPolicy{Restart: exact(1, 10*time.Second)})
		eu := group(t, world, "eu", GroupPolicy{Restart: exact(1, time.Second)})
		gate := mailbox.NewGate(Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Minute}, sys.clock)
		child := make(chan *actor.PID, 8)
		props, inner := nest(sys, gate, child)
		if _, err := sys.spawnIn(eu, props, "guard/nest"); err != nil {
			t.Fatal(err)
		}
		for _, wait := range []time.Duration{time.Second, 10 * time.Second} {
			pid := <-child
			sys.root.Send(pid, "broken")
			sys.root.Send(pid, "broken") // after a tenth of a second, and goes up
			pass(100*time.Millisecond + wait - 1)
			if d := gate.Depth(); !d.Suspended {
				t.Errorf("goes on before its %s are over: %+v", wait, d)
			}
			pass(1)
			if d := gate.Depth(); d.Suspended || !gate.TryEnter() {
				t.Fatalf("is suspended after %s: %+v", wait, d)
			}
			gate.Leave()
		}
		if got := escalations(sub); len(got) != 1 {
			t.Errorf("told %v", got)
		}
		if err := eu.Stop(t.Context()); err != nil || !eu.hasStopped() {
			t.Error(err)
		}
		inner.Stop()
	})
}
