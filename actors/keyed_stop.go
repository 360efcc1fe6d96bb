// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"context"
	"slices"
)

// Stop ends the Keyring and the guards of all its keys, as [Guard.Stop] ends one:
// new calls are refused with ErrStopped at once, queued and running ones may
// finish until ctx ends. What is left behind is counted for the Keyring as a
// whole. Its name is free afterwards.
func (k *Keyring) Stop(ctx context.Context) error {
	if !k.made() {
		return errUnbound
	}
	return k.head.Stop(ctx)
}

func (k *Keyring) stop(ctx context.Context) error {
	k.head.gate.Close()
	all := k.close()
	drained := k.idle(ctx, all)
	if drained != nil {
		for _, e := range all {
			e.guard.gate.Stop()
			e.guard.cancel()
		}
		grace, over := context.WithTimeout(context.WithoutCancel(ctx), cancelGrace)
		defer over()
		if k.idle(grace, all) == nil {
			drained = nil
		}
	}
	left := k.head.abandoned()
	for _, e := range all {
		e.guard.closeAnswers()
		e.guard.disband(ctx, drained == nil)
	}
	k.head.end(ctx)
	if drained == nil {
		return nil
	}
	return &AbandonedError{Guards: []Abandoned{left}, Cause: drained}
}

// close lets no key be made, kept or forgotten any more, and no call begin. It
// returns the keys there are, for good.
func (k *Keyring) close() []*entry {
	k.head.halt() // before the shards: who finds one closed finds this
	for i := range k.shards {
		s := &k.shards[i]
		s.mu.Lock()
		s.closed = true
		s.mu.Unlock()
	}
	all := k.entries()
	for _, e := range all {
		e.guard.gate.Close()
	}
	return all
}

// idle waits for the calls of all keys, and for those that ran without one.
func (k *Keyring) idle(ctx context.Context, all []*entry) error {
	if err := k.head.posted.wait(ctx); err != nil {
		return err
	}
	for _, e := range all {
		if err := e.guard.idle(ctx); err != nil {
			return err
		}
	}
	return nil
}

// running counts the handlers that run for any key.
func (k *Keyring) running() (n int) {
	n = k.head.posted.count()
	for _, e := range k.entries() {
		n += e.guard.abandoned().Running
	}
	return n
}

// Keyrings returns the keyrings that have not stopped, ordered by name.
func (s *System) Keyrings() []*Keyring {
	if !s.made() {
		return nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []*Keyring
	for _, g := range s.guards {
		if g != nil && g.keys != nil {
			all = append(all, g.keys)
		}
	}
	slices.SortFunc(all, func(a, b *Keyring) int { return cmp.Compare(a.Name(), b.Name()) })
	return all
}
