// SPDX-License-Identifier: Apache-2.0

package supervision

import "errors"

// Why a failed request is not repeated, or a broken actor not rebuilt.
var (
	// ErrNotFailed: the outcome is a success, void or a rejection. There is nothing to repeat.
	ErrNotFailed = errors.New("nothing failed that could be repeated")
	// ErrAttempts: as many attempts were made as the policy allows.
	ErrAttempts = errors.New("retry.attempts are used up")
	// ErrClassAttempts: the policy allows more attempts, but not after this class of failure.
	ErrClassAttempts = errors.New("the attempts that retry.classes gives this class of failure are used up")
	// ErrInnermost: a hop further in has repeated it, and retry.innermost leaves repeating to that.
	ErrInnermost = errors.New("a hop further in has repeated it already; see retry.innermost")
	// ErrClass: the policy does not repeat this class of failure.
	ErrClass = errors.New("failures of this class are not repeated; see retry.only")
	// ErrUnsafe: the request may have been done, and is not safe to do twice.
	ErrUnsafe = errors.New("it may have been done already, and no Safe hook says that twice is harmless")
	// ErrFinal: the request itself cannot be made twice.
	ErrFinal = errors.New("the request cannot be made again: what it was made of is used up")
	// ErrRetryAfter: the dependency asks to be left alone for longer than the policy waits.
	ErrRetryAfter = errors.New("the dependency asks to be left alone for longer than retry.max_retry_after")
	// ErrNoTime: the wait before the next attempt does not end before the deadline.
	ErrNoTime = errors.New("the deadline comes before the next attempt could begin")
	// ErrBudget: the budget shared by all calls has nothing left for a repetition.
	ErrBudget = errors.New("retry.budget is used up: too many calls are being repeated")
	// ErrRestarts: the actor was restarted as often as the policy allows.
	ErrRestarts = errors.New("restart budget spent")
)
