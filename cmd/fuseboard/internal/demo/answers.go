// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// withAnswers is p with what answers a call when the upstream does not, or need not. Its
// times fit a demo of that length, as those of [Policy] do.
func withAnswers(p actors.Policy, length time.Duration) actors.Policy {
	short := min(length/25, time.Second)
	p.Cache = actors.Cache{TTL: short, StaleWhileRevalidate: 2 * short, StaleIfError: length * 2 / 5}
	p.Fallback = actors.Fallback{Timeout: 20 * time.Millisecond} // its only step computes: see listed
	return p
}

// listed is the fallback: the list price, which every other item has.
func listed(_ context.Context, r request, _ error) (string, error) {
	if r.item%2 != 0 {
		return "", fmt.Errorf("item %d has no list price", r.item)
	}
	return fmt.Sprintf("list price of item %d", r.item), nil
}

// key is what an answer depends on.
func (r request) key() (string, bool) { return strconv.Itoa(r.item), true }

// answer puts the side's client behind a guard that has more answers than the upstream's.
func (s *side) answer(sys *actors.System, p actors.Policy) (err error) {
	s.call, err = answersOver(sys, s.client.get, p)
	return err
}

// answersOver puts a guard around the call, where keys and answers have types, and not into
// the transport.
func answersOver(sys *actors.System, get actors.Handler[request, string], p actors.Policy) (actors.Handler[request, string], error) {
	ref, err := actors.Spawn(sys, answering, get, p, actors.With[request, string]{
		Safe: actors.Always[request], Key: request.key, Fallback: listed,
	})
	if err != nil {
		return nil, err
	}
	return ref.Call, nil
}
