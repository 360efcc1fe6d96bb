// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"sync/atomic"
	"syscall"

	"github.com/asynkron/protoactor-go/actor"
)

// asker is the sender of one forwarded request. The actor library's own future
// would do, but a second reply to it, or one that meets its end, is a data race,
// and one that comes later a dead letter, whose log starts a ticker.
type asker struct {
	open  atomic.Bool // waits for its reply
	reply chan any    // buffered: one
}

// SendUserMessage takes the first reply and drops all others.
func (a *asker) SendUserMessage(_ *actor.PID, message any) {
	if a.open.CompareAndSwap(true, false) {
		a.reply <- actor.UnwrapEnvelopeMessage(message)
	}
}

// SendSystemMessage does nothing: an asker has no life to be told of.
func (*asker) SendSystemMessage(*actor.PID, any) {}

// Stop does nothing: an asker ends with its question.
func (*asker) Stop(*actor.PID) {}

// ask sends the message and waits for the first reply or the end of ctx.
func (s *System) ask(ctx context.Context, to *actor.PID, message any) (any, error) {
	registry := s.actors.ProcessRegistry
	a := &asker{reply: make(chan any, 1)}
	self := s.enlist(a)
	defer registry.Remove(self)
	a.open.Store(true)
	// Looked up here, because the library would not say whether it is there.
	process, there := registry.Get(to)
	process.SendUserMessage(to, &actor.MessageEnvelope{Header: metaHeader(ctx), Message: message, Sender: self})
	if !there {
		return nil, neverReached{}
	}
	select {
	case reply := <-a.reply:
		return reply, nil
	case <-ctx.Done():
	}
	if a.open.CompareAndSwap(true, false) {
		return nil, ctx.Err()
	}
	return <-a.reply, nil // it came at the same moment
}

// enlist gives the asker a PID. The message that is sent to it before it is open
// makes the PID remember its process, so that a reply that comes when the asker
// is no longer in the registry finds it, and is dropped.
func (s *System) enlist(a *asker) *actor.PID {
	registry := s.actors.ProcessRegistry
	for {
		if self, isNew := registry.Add(a, "forward"+registry.NextId()); isNew {
			s.actors.Root.Send(self, nil)
			return self
		}
	}
}

// neverReached is ErrDeadLetter of a request that surely reached nobody. Like a
// connection that was refused, which is what a classifier takes it for.
type neverReached struct{}

func (neverReached) Error() string        { return ErrDeadLetter.Error() }
func (neverReached) Is(target error) bool { return target == ErrDeadLetter }
func (neverReached) Unwrap() error        { return syscall.ECONNREFUSED }
