// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"slices"
	"testing"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// rig drives a mailbox without an actor system: the dispatcher keeps what is
// scheduled until the test runs it, and the invoker writes down what it gets.
type rig struct {
	box     actor.Mailbox
	gate    *mailbox.Gate
	offered []any
	senders []*actor.PID
	user    []any
	system  []any
	pending []func()
}

func (r *rig) InvokeUserMessage(m any)   { r.user = append(r.user, m) }
func (r *rig) InvokeSystemMessage(m any) { r.system = append(r.system, m) }
func (r *rig) EscalateFailure(any, any)  {}
func (r *rig) Schedule(f func())         { r.pending = append(r.pending, f) }
func (r *rig) Throughput() int           { return 300 }

// drain lets the control lane process everything posted.
func (r *rig) drain() {
	for len(r.pending) > 0 {
		f := r.pending[0]
		r.pending = r.pending[1:]
		f()
	}
}

// newRig takes strings as requests.
func newRig() *rig {
	r := &rig{gate: mailbox.NewGate(single, fuseboard.NewClock())}
	r.box = r.gate.Mailbox(func(m any, sender *actor.PID) bool {
		r.offered, r.senders = append(r.offered, m), append(r.senders, sender)
		_, request := m.(string)
		return request
	})()
	r.box.RegisterHandlers(r, r)
	r.box.Start()
	return r
}

type batch []any

func (r batch) GetMessages() []any { return r }

func TestRequestsTakeTheDataLaneAndTheRestTheControlLane(t *testing.T) {
	r := newRig()
	sender := actor.NewPID("here", "client")
	control := &actor.MessageEnvelope{Message: 2, Sender: sender}
	r.box.PostUserMessage("plain request")
	r.box.PostUserMessage(&actor.MessageEnvelope{Message: "request", Sender: sender})
	r.box.PostUserMessage(1)
	r.box.PostUserMessage(control)
	if r.box.UserMessageCount() != 2 {
		t.Errorf("%d control messages", r.box.UserMessageCount())
	}
	r.drain()
	if want := []any{"plain request", "request", 1, 2}; !slices.Equal(r.offered, want) {
		t.Errorf("offered %v", r.offered)
	}
	if want := []*actor.PID{nil, sender, nil, sender}; !slices.Equal(r.senders, want) {
		t.Errorf("senders %v", r.senders)
	}
	if want := []any{1, control}; !slices.Equal(r.user, want) {
		t.Errorf("the control lane got %v", r.user)
	}
}

func TestNilMessageIsOfferedAndElseDropped(t *testing.T) {
	r := newRig()
	empty := &actor.MessageEnvelope{}
	r.box.PostUserMessage(nil)
	r.box.PostUserMessage((*actor.MessageEnvelope)(nil))
	r.box.PostUserMessage(empty)
	r.box.PostUserMessage(1)
	r.drain()
	if want := []any{nil, nil, nil, 1}; !slices.Equal(r.offered, want) {
		t.Errorf("offered %v", r.offered)
	}
	if want := []any{empty, 1}; !slices.Equal(r.user, want) || r.box.UserMessageCount() != 0 {
		t.Errorf("the control lane got %v and keeps %d", r.user, r.box.UserMessageCount())
	}
}

func TestBatchItemsAreDeliveredOnceEachAndTheBatchNever(t *testing.T) {
	r := newRig()
	sender, other := actor.NewPID("here", "client"), actor.NewPID("here", "other")
	own := &actor.MessageEnvelope{Message: 3, Sender: other}
	r.box.PostUserMessage(batch{"a", 1, nil})
	r.box.PostUserMessage(&actor.MessageEnvelope{Message: batch{"b", own}, Sender: sender})
	r.drain()
	if want := []any{"a", 1, nil, "b", 3}; !slices.Equal(r.offered, want) {
		t.Errorf("offered %v", r.offered)
	}
	if want := []*actor.PID{nil, nil, nil, sender, other}; !slices.Equal(r.senders, want) {
		t.Errorf("senders %v", r.senders)
	}
	if want := []any{1, own}; !slices.Equal(r.user, want) {
		t.Errorf("the control lane got %v", r.user)
	}
}

func TestPillReachesTheActorOnceAndOnlyWhenIdle(t *testing.T) {
	r := newRig()
	pill := &actor.PoisonPill{}
	mustEnter(t, r.gate)
	r.box.PostUserMessage(pill)
	r.box.PostUserMessage(&actor.MessageEnvelope{Message: pill})
	r.box.PostUserMessage(1)
	r.drain()
	if !r.gate.Depth().Closed || !slices.Equal(r.user, []any{1}) {
		t.Fatalf("the control lane got %v; %+v", r.user, r.gate.Depth())
	}
	r.gate.Leave()
	r.drain()
	if !slices.Equal(r.user, []any{1, pill}) {
		t.Errorf("the control lane got %v", r.user)
	}
	r.box.PostUserMessage(pill)
	r.drain()
	if len(r.user) != 2 {
		t.Errorf("the control lane got %v", r.user)
	}
}

func TestStopGoesThroughAtOnceAndStopsTheGate(t *testing.T) {
	r := newRig()
	mustEnter(t, r.gate)
	refused := make(chan error, 1)
	r.gate.Post(ctxBG, fuseboard.Never, work{refuse: func(why error) { refused <- why }})
	if r.box.UserMessageCount() != 1 {
		t.Errorf("%d messages wait, want the queued job", r.box.UserMessageCount())
	}
	stop := &actor.Stop{}
	r.box.PostSystemMessage(stop)
	wantError(t, <-refused, mailbox.ErrStopped) // before the actor sees it
	r.drain()
	if !slices.Equal(r.system, []any{stop}) {
		t.Errorf("the control lane got %v", r.system)
	}
	wantError(t, r.gate.Enter(ctxBG, fuseboard.Never), mailbox.ErrStopped)
}

func TestGateReopensOnlyWhenTheControlLaneHasResumed(t *testing.T) {
	r := newRig()
	r.box.PostSystemMessage(&actor.SuspendMailbox{})
	if !r.gate.Depth().Suspended {
		t.Fatal("not suspended at once")
	}
	r.drain()
	r.box.PostSystemMessage(&actor.ResumeMailbox{})
	if !r.gate.Depth().Suspended {
		t.Fatal("resumed before the control lane")
	}
	r.drain()
	if r.gate.Depth().Suspended {
		t.Fatal("not resumed")
	}
}

// The lane resumes while the next suspension is on its way already.
func TestLateResumeDoesNotUndoANewerSuspension(t *testing.T) {
	r := newRig()
	r.box.PostSystemMessage(&actor.ResumeMailbox{})
	r.box.PostSystemMessage(&actor.SuspendMailbox{})
	r.drain()
	if !r.gate.Depth().Suspended {
		t.Error("the gate is open although its actor is suspended")
	}
}

func TestMailboxWithoutDeliverTakesNothing(t *testing.T) {
	r := newRig()
	r.box = r.gate.Mailbox(nil)()
	r.box.RegisterHandlers(r, r)
	r.box.PostUserMessage("request")
	r.drain()
	if !slices.Equal(r.user, []any{"request"}) {
		t.Errorf("the control lane got %v", r.user)
	}
}
