// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
)

// EventKind says what an Event tells.
type EventKind string

// The kinds of events.
const (
	// EventStarted: the guard takes calls from now on.
	EventStarted EventKind = "started"
	// EventTransition: the circuit moved; Event.Transition tells how.
	EventTransition EventKind = "transition"
	// EventUpdated: the guard has a new policy; Event.Change tells which.
	EventUpdated EventKind = "updated"
	// EventRebuilding: the handler of Rebuild broke, or could not be built, and will
	// be built anew; Event.Generation, Reason and Until tell.
	EventRebuilding EventKind = "rebuilding"
	// EventRebuilt: a generation of the handler is ready; Event.Generation tells which.
	EventRebuilt EventKind = "rebuilt"
	// EventStopped: the guard takes no calls any more.
	EventStopped EventKind = "stopped"
	// EventEscalated: a restart budget had no room for the failure of a guard's
	// actor; Event.Escalation tells whose and what comes of it.
	EventEscalated EventKind = "escalated"
	// EventMode: [System.SetMode] changed the mode of all policies; Event.PolicyMode
	// tells to what. It is the System's own event.
	EventMode EventKind = "mode"
	// EventShedding: the level of a shedding policy that guards obey moved; Event.Shedding
	// tells whose and how, Event.Reason why. It is the System's own event.
	EventShedding EventKind = "shedding"
	// EventDrained: the dependency asked for less, so its rate limit lets nothing through
	// before Event.Until. A drain that prolongs one which was told is told where it makes
	// that longer by a tenth of what is left of it.
	EventDrained EventKind = "drained"
	// EventLimit: the adaptive limit moved by a quarter or more since it was told last;
	// Event.Limit tells how. At most one a second.
	EventLimit EventKind = "limit"
	// EventThrottle: the throttle began, or ended, to keep calls away; Event.Throttle tells
	// which. Its end is told up to a second late.
	EventThrottle EventKind = "throttle"
)

// Event is something that happened to a guard, to a group, or to the System.
type Event struct {
	// Dependency is the guard's name. Empty: the event is a group's own, or the System's.
	Dependency string
	// Group is the path of the groups that the guard lives in ("world/eu"), empty
	// for one directly under the System; or the path of the group whose event it is.
	// Where both are empty the event is the System's.
	Group string
	// Key is the key of the guard as its callers give it, any bytes: quote it when
	// you show it. Empty unless the guard is one of a [Keyring].
	Key string
	// Seq numbers the events of one guard or group, and those of the System itself, from
	// 1, without gaps: a subscriber that
	// sees a gap knows how many events it missed.
	Seq uint64
	// Kind says which of the fields below is set.
	Kind EventKind
	// At is when it happened, on the System's clock.
	At fuseboard.Instant
	// Transition is set for EventTransition. That of a group has the cause
	// CauseMembersOpen, or says that its time or its breaker is over.
	Transition Transition
	// Change is set for EventUpdated. All subscribers get the same: read it only.
	// That of a group has Version and Changed alone.
	Change Change
	// Generation is set for EventRebuilding and EventRebuilt: the number of the
	// generation that is built, the first one 1.
	Generation uint64
	// Reason says why, for EventRebuilding and EventShedding.
	Reason string
	// Until is when the build begins, for EventRebuilding; until when nothing is let
	// through, for EventDrained.
	Until fuseboard.Instant
	// Escalation is set for EventEscalated. All subscribers get the same: read it only.
	Escalation Escalation
	// PolicyMode is set for EventMode.
	PolicyMode PolicyMode
	// Shedding is set for EventShedding.
	Shedding SheddingMove
	// Limit is set for EventLimit.
	Limit LimitMove
	// Throttle is set for EventThrottle.
	Throttle ThrottleMove
}

// Subscription is one reader's bounded view of all events of a System.
type Subscription struct {
	streams *streams
	dropped atomic.Uint64
	mu      sync.Mutex // orders send and close
	c       chan Event
	closed  bool
}

// maxBuffer bounds what one subscription may hold back.
const maxBuffer = 1 << 16

// Subscribe returns a subscription that holds back at most buffer events (at
// least 1, at most 65 536) for its reader. An event that does not fit is
// dropped for this reader and counted; nobody waits for it. On a System that
// has shut down the subscription is closed from the start.
func (s *System) Subscribe(buffer int) *Subscription {
	if !s.made() {
		s = &System{streams: streams{closed: true}}
	}
	sub := &Subscription{streams: &s.streams, c: make(chan Event, min(max(buffer, 1), maxBuffer))}
	if !s.streams.add(sub) {
		sub.shut()
	}
	return sub
}

// C is where the events arrive. It is closed by Close and by Shutdown, and from the
// start for a Subscription that no Subscribe made.
func (s *Subscription) C() <-chan Event {
	if !s.made() {
		return ended[Event]()
	}
	return s.c
}

// made reports whether the subscription came from Subscribe.
func (s *Subscription) made() bool { return s != nil && s.streams != nil }

// Dropped returns how many events did not fit the buffer so far.
func (s *Subscription) Dropped() uint64 {
	if !s.made() {
		return 0
	}
	return s.dropped.Load()
}

// Close ends the subscription; what is buffered can still be read. Closing twice is harmless.
func (s *Subscription) Close() {
	if !s.made() {
		return
	}
	s.streams.remove(s)
	s.shut()
}

func (s *Subscription) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		close(s.c)
	}
}

func (s *Subscription) send(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	select {
	case s.c <- e:
	default:
		s.dropped.Add(1)
		s.streams.dropped.Add(1)
	}
}

// streams are the subscriptions of a System. Publishing never waits for a reader.
type streams struct {
	mu     sync.Mutex
	subs   []*Subscription // copied on write, so that publish holds no lock while it sends
	closed bool

	dropped atomic.Uint64 // by all subscriptions there were
}

func (st *streams) publish(e Event) {
	st.mu.Lock()
	subs := st.subs
	st.mu.Unlock()
	for _, sub := range subs {
		sub.send(e)
	}
}

func (st *streams) add(sub *Subscription) bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	if !st.closed {
		st.subs = append(slices.Clone(st.subs), sub)
	}
	return !st.closed
}

func (st *streams) remove(sub *Subscription) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.subs = slices.DeleteFunc(slices.Clone(st.subs), func(s *Subscription) bool { return s == sub })
}

func (st *streams) close() {
	st.mu.Lock()
	subs := st.subs
	st.subs, st.closed = nil, true
	st.mu.Unlock()
	for _, sub := range subs {
		sub.shut()
	}
}
