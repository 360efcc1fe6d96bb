// SPDX-License-Identifier: Apache-2.0

package mailbox

import "errors"

// Why a gate refused. The dependency was not touched in any of these cases.
// A caller that leaves by itself gets context.Cause of its context instead, and
// one that is flushed gets the error given to [Gate.Flush].
var (
	// ErrFull: every permit is in use and every place in the queue is taken.
	ErrFull = errors.New("the gate is full")
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
	// ErrYielded: the caller had a place in the queue, which was full, and gave it to one
	// of a higher priority or, where that is on ([Bulkhead.Fair]), of a tenant with fewer.
	ErrYielded = errors.New("its place in the queue went to another that comes before it")
	// ErrQuota: a permit or a place is left, but kept for higher priorities ([Bulkhead.Quota]).
	ErrQuota = errors.New("what is left is kept for higher priorities")
	// ErrSojourn: the queue does not drain, and the caller had waited for longer than it may
	// stand ([Bulkhead.Target]).
	ErrSojourn = errors.New("waited longer than the queue may stand")
	// ErrHopeless: by how fast permits come back the caller would have waited in vain, so it
	// was refused at once ([Bulkhead.Estimate]).
	ErrHopeless = errors.New("no permit is expected in time")
	// ErrAbandoned: too much work that its callers have left still runs. A gate does
	// not say so; who starts work of a [Pool] asks [Pool.Abandoned] first.
	ErrAbandoned = errors.New("too much abandoned work still runs")

	// errLeft stands for the cause of the waiter's context until it can be asked
	// for outside the lock.
	errLeft = errors.New("the caller left")
)
