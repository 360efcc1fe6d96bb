// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
)

// Keyring is the guards of all keys of one [Keyed]: their untyped handle, as a
// Guard is that of a [Ref]. Its methods are safe for concurrent use.
//
// It has one actor, which takes the turns of all its guards: it tells their
// transitions, takes their commands and gives all of them a new policy.
type Keyring struct {
	head   *Guard // the actor, the name and the plan; no call goes through it
	limits KeyLimits
	shards []shard               // a power of two
	usual  atomic.Pointer[entry] // the key that is tried before it is looked up; see usually
	ops    *bound                // of every guard
	search search
	alarm  alarm       // when to look for idle keys
	armed  atomic.Bool // the alarm is set, or a sweep is under way

	departed departed    // evicted, and not told yet
	moves    sharedMoves // of all keys

	count   atomic.Int64 // keys, and places taken for keys about to be
	draws   atomic.Uint64
	refused atomic.Uint64 // calls, asks and commands with a new key that had no place
	let     atomic.Uint64 // calls that ran in shadow although their key had none
	full    *CallError
	crowded *CallError // of the System's limit of keys
	heavy   *CallError // of its limit of bytes
}

func newKeyring(under Parent, name string, p Policy, limits KeyLimits, o keyedOperation) (*Keyring, error) {
	sys, err := systemOf(under)
	if err != nil {
		return nil, err
	}
	if err := checkName("name", name); err != nil {
		return nil, err
	}
	first, problems := sys.firstPlan(p)
	problems = append(slices.Clip(problems), limits.Validate().Under("limits")...) // those of the policy are shared
	problems = append(problems, o.fits...)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	problems = append(problems, entriesOfKeys(p, limits)...)
	problems = append(problems, fleetOfKeys(p)...)
	problems = append(problems, limits.beyond(sys.limits.keys.quota.Limit())...)
	if err := sys.reserveFor(name, first); err != nil {
		return nil, err
	}
	k := &Keyring{head: newGuard(sys, name, first), limits: limits.WithDefaults(), ops: sys.lone.and(nil, "", o.safe, nil)}
	k.head.keys, k.head.ops, k.head.self.typed = k, k.ops, o.typed
	_, k.head.group = under.under()
	k.full = k.fullError()
	k.limitErrors()
	k.shards = newShards(k.limits.Max)
	turns := &keyReceiver{receiver: receiver{guard: k.head, history: k.head.takeStory()}, ring: k}
	sys.limits.know(k)
	if err := k.head.spawn(turns); err != nil {
		return nil, err
	}
	k.head.logWarnings(problems)
	if !o.safe {
		k.head.logWarnings(k.head.unsafe(k.head.plan.Load().given, ""))
	}
	return k, nil
}

// ring asks for a look at the idle keys, for the alarm.
func (k *Keyring) ring() { k.head.tell(sweep{}) }

// made reports whether k came from SpawnKeyed.
func (k *Keyring) made() bool { return k != nil && k.head != nil }

// Name returns the dependency's name, as it was given to [SpawnKeyed].
func (k *Keyring) Name() string {
	if !k.made() {
		return ""
	}
	return k.head.name
}

// PID returns the address for messages made by [Keyed.Message], of whatever key.
func (k *Keyring) PID() *actor.PID {
	if !k.made() {
		return nil
	}
	return k.head.address()
}

// Limits returns the limits with their defaults.
func (k *Keyring) Limits() KeyLimits {
	if !k.made() {
		return KeyLimits{}
	}
	return k.limits
}

// Policy returns the policy of all keys, as it was given to [SpawnKeyed] or the
// last Update.
func (k *Keyring) Policy() Policy {
	if !k.made() {
		return Policy{}
	}
	return k.head.Policy()
}

// Warnings returns what is probably not meant in the policy of all keys.
func (k *Keyring) Warnings() Problems {
	if !k.made() {
		return nil
	}
	return k.head.Warnings()
}

// Guard returns the guard of a key that has one; it makes none. Its name is safe
// in logs and metrics whatever the key is: the Keyring's, a colon, and the key, if
// that is at most 40 letters, digits and _ . -; else the beginning of the key and a
// hash of it.
//
// The handle does not hold its key: when that is forgotten, what is asked of this
// guard is refused with ErrStopped, and so are operations that were bound to it;
// while a call of theirs is under way it is not forgotten. A Command is given as to
// any guard. Update and Stop are for the Keyring alone.
func (k *Keyring) Guard(key string) (*Guard, bool) {
	if !k.made() || len(key) > longestKey {
		return nil, false
	}
	s, _ := k.shardOf(key)
	s.mu.RLock()
	defer s.mu.RUnlock()
	e := s.keys[key]
	if e == nil || s.closed {
		return nil, false
	}
	return &e.guard, true
}

// All ranges over the guards of all keys, in the order of the keys: those that
// there were when it began. It may be called from inside its own loop.
func (k *Keyring) All() iter.Seq2[string, *Guard] {
	return func(yield func(string, *Guard) bool) {
		if !k.made() {
			return
		}
		all := k.entries()
		slices.SortFunc(all, func(a, b *entry) int { return cmp.Compare(a.key, b.key) })
		for _, e := range all {
			if !e.gone.Load() && !yield(e.key, &e.guard) {
				return
			}
		}
	}
}

// Update gives all keys a new policy, those there are and those to come, as
// [Guard.Update] does for one guard: in one turn, under one version, with one
// event, of the Keyring. Change.Lost counts the keys of each loss. When it returns,
// no call that begins finds the old policy.
//
// Errors: [Problems]; ErrStopped; the cause of ctx's end, and then the change may
// still happen.
func (k *Keyring) Update(ctx context.Context, p Policy) (Change, error) {
	if !k.made() {
		return Change{}, errUnbound
	}
	return k.head.Update(ctx, p)
}

// Command overrides the circuit of one key, as [Guard.Command] does. A key that
// has no guard yet is given one. While the command is in force the key is not forgotten.
//
// Errors: those of [Guard.Command], and a [*CallError] that was refused by "keys".
func (k *Keyring) Command(ctx context.Context, key string, c Command) error {
	if !k.made() {
		return errUnbound
	}
	if err := c.Validate().Err(); err != nil {
		return err
	}
	e, err := k.take(key)
	if err != nil {
		return err
	}
	defer e.release(untimed)
	return e.guard.Command(ctx, c)
}

// entries returns all entries, in the order of the shards.
func (k *Keyring) entries() (all []*entry) {
	for i := range k.shards {
		all = append(all, k.shards[i].all()...)
	}
	return all
}
