// SPDX-License-Identifier: Apache-2.0

// Package actors protects the things a service calls: each dependency is an
// actor, its guard, whose mailbox is the bulkhead and whose supervision decides
// retry and breaker. It is the one import of a simple user.
//
//	sys, err := actors.Start(actors.Options{})
//	payments, err := actors.Protect(sys, "payments", actors.Policy{
//		Bulkhead: actors.Bulkhead{Concurrency: 32, Queue: 64},
//		Deadline: actors.Deadline{Total: 2 * time.Second, Attempt: 800 * time.Millisecond},
//		Retry:    actors.Retry{Attempts: 2},
//		Breaker:  actors.Breaker{FailureRate: 0.5, MinCalls: 20, OpenFor: 10 * time.Second},
//	})
//	charge, err := actors.Bind(payments, "charge", gateway.Charge)
//	receipt, err := charge.Call(ctx, Charge{Cents: 1250})
//	if errors.Is(err, actors.ErrOpen) { … }
//
// There are three ways in: [Ref.Call] runs the handler on the caller's own
// goroutine, [Ref.Ask] answers through a [Future], and [Ref.Message] makes a
// message that any protoactor actor sends to [Guard.PID] and that is answered
// with a [Reply]. They share one gate, one queue, one circuit, one budget.
//
// # Ordering and ownership
//
// The policies of one dependency act in a fixed order, outermost first: total
// deadline, retry, breaker, bulkhead, attempt deadline, handler.
//
// A guard owns its dependency's state. Transitions, policy changes and stops of
// one dependency are published as events in one total order, numbered from 1
// without gaps; between two dependencies there is no order. No user code runs
// inside a transition, and a slow subscriber delays nobody: what does not fit
// its buffer is dropped and counted.
//
// A call takes a permit before its handler runs and gives it back after its
// outcome is recorded, whatever the handler does: return, panic or end its
// goroutine. No permit is held while a call waits to be repeated. Calls that
// wait for a permit are served in the order in which they came, and each is
// answered exactly once. After the circuit's trip no call of the old state
// reaches the handler, and a result that belongs to an older state changes
// nothing.
//
// A handler runs on its caller's goroutine (Call) or on one that the guard
// waits for when it stops (Ask, Tell, messages). Deadlines are cooperative: the
// permit is held until the handler returns.
package actors
