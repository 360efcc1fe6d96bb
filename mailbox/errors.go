// SPDX-License-Identifier: Apache-2.0

package mailbox

import "errors"

// Why a gate refused. The dependency was not touched in any of these cases.
// A caller that leaves by itself gets context.Cause of its context instead, and
// one that is flushed gets the error given to [Gate.Flush].
var (
	// ErrFull: every permit is in use and every place in the queue is taken.
	ErrFull = errors.New("no permit is free and the queue is full")
	// ErrLate: the caller waited as long as it may, or its own deadline passed.
	ErrLate = errors.New("waited too long for a permit")
	// ErrStopped: the gate is closed for good and takes no one in.
	ErrStopped = errors.New("the gate is closed")
	// ErrSuspended: the gate grants nothing for the moment, and the caller waited
	// as long as it may, or there is no queue to wait in.
	ErrSuspended = errors.New("the gate is suspended")
	// ErrLimit: a limit over all gates together is reached ([Quotas]); this gate
	// itself may be nearly empty.
	ErrLimit = errors.New("a shared limit is reached")
	// ErrAbandoned: too much work that its callers have left still runs. A gate does
	// not say so; who starts work of a [Pool] asks [Pool.Abandoned] first.
	ErrAbandoned = errors.New("too much abandoned work still runs")

	// errLeft stands for the cause of the waiter's context until it can be asked
	// for outside the lock.
	errLeft = errors.New("the caller left")
)
