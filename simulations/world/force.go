// SPDX-License-Identifier: Apache-2.0

package world

import (
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
)

// force is an effect that is in force. It does not change.
type force struct {
	Effect
	class fuseboard.Class
	draws uint64 // the first of its draws
	since time.Duration
	ended chan struct{}
}

// The draws of an effect, from its first on.
const (
	forceErrors uint64 = iota
	forceHang
)

func newForce(e Effect, number uint64, now time.Duration) *force {
	f := &force{Effect: e, class: fuseboard.Class(e.Class), draws: drawEffect + number*drawsOfEffect, since: now, ended: make(chan struct{})}
	if f.class == "" {
		f.class = fuseboard.ClassError
	}
	return f
}

// size is how much of its full size the effect has: 0 to 1.
func (f *force) size(now time.Duration) float64 {
	if f.Ramp <= 0 {
		return 1
	}
	return min(float64(now-f.since)/float64(f.Ramp), 1)
}

// onAll reports whether all requests are concerned.
func (f *force) onAll() bool {
	return len(f.Operations) == 0 && len(f.Tenants) == 0 && len(f.Nodes) == 0
}

// concerns reports whether the request is one of those concerned. One that nothing is known of has no operation, tenant or node.
func (f *force) concerns(r *Request) bool {
	if f.onAll() {
		return true
	}
	return r != nil &&
		(len(f.Operations) == 0 || slices.Contains(f.Operations, r.Operation)) &&
		(len(f.Tenants) == 0 || slices.Contains(f.Tenants, r.Tenant)) &&
		(len(f.Nodes) == 0 || slices.Contains(f.Nodes, r.Node))
}

// atOnce reports whether its errors come without work.
func (f *force) atOnce() bool {
	return f.class == fuseboard.ClassRefused || f.class == fuseboard.ClassReset
}

// left is the share of the capacity that is left.
func (f *force) left(now time.Duration) float64 {
	if f.Capacity <= 0 {
		return 1
	}
	return 1 - (1-f.Capacity)*f.size(now)
}

// of returns the latency that d becomes where the share size of the change is made.
func (s Stretch) of(d time.Duration, size float64) time.Duration {
	to := float64(d)
	if s.Times != 0 {
		to *= s.Times
	}
	to += float64(s.Plus)
	if s.Exactly != 0 {
		to = float64(s.Exactly)
	}
	to = min(to, float64(mostLatency))
	return max(time.Duration(float64(d)+(to-float64(d))*size), 0)
}

// life is a time in which a dependency loses nothing. Lives are chained, so that who is not concerned by a crash finds the next.
type life struct {
	lost chan struct{} // closed at its end; then the others may be read
	by   *force        // what ended it; nil: Close
	next *life
}

func newLife() *life { return &life{lost: make(chan struct{})} }
