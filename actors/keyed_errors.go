// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"errors"
	"fmt"

	"github.com/fuseboard/fuseboard"
)

// ErrTooManyKeys: a [Keyring] is at KeyLimits.Max and can forget none of its keys.
var ErrTooManyKeys = errors.New("too many keys")

// KeyError says that a string cannot be a key.
type KeyError struct {
	// Shown is its beginning, quoted, at most 40 bytes of it.
	Shown string
	// Bytes is how long it is.
	Bytes int
}

// Error says what is accepted.
func (e *KeyError) Error() string {
	if e.Bytes == 0 {
		return "the key is empty (accepted: 1 to 256 bytes); find out whose call it is first"
	}
	return fmt.Sprintf("key %s… has %d bytes (accepted: 1 to 256); take a hash of it", e.Shown, e.Bytes)
}

// notAKey refuses what is empty or too long.
func (k *Keyring) notAKey(key string) error {
	why := &KeyError{Shown: fmt.Sprintf("%q", key[:min(len(key), longestPlain)]), Bytes: len(key)}
	return &CallError{Dependency: k.head.name, Cause: why, by: byKeys, clock: k.head.clock}
}

// fullError is the refusal of a new key, made once.
func (k *Keyring) fullError() *CallError {
	return &CallError{
		Dependency: k.head.name, Cause: ErrTooManyKeys, by: byKeys, clock: k.head.clock,
		detail: fmt.Sprintf("each of %d (limits.max) is in use, or its circuit is not closed or under a command; "+
			"raise limits.max, or reset circuits that nobody needs", k.limits.Max),
	}
}

// evictedError refuses what is asked of a guard whose key was forgotten.
func (e *entry) evictedError(op string) *CallError {
	return &CallError{
		Dependency: e.guard.name, Op: op, Cause: ErrStopped, by: bySystem, clock: e.guard.clock,
		detail: "its key was not in use and was forgotten, or its Keyring has stopped; ask the Keyring for the guard again",
	}
}

func (e *entry) policyIsShared() error {
	return fuseboard.Problem{
		Path: "guard", Code: codeKeyed, Value: e.guard.name, Message: "has the policy of all keys",
		Fix: "update the Keyring " + e.ring.head.name,
	}
}

func (e *entry) lifeIsShared() error {
	return fuseboard.Problem{
		Path: "guard", Code: codeKeyed, Value: e.guard.name, Message: "is one key's, and is forgotten when nobody uses it",
		Fix: "stop the Keyring " + e.ring.head.name,
	}
}

const codeKeyed = "keyed"
