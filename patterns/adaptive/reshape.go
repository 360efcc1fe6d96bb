// SPDX-License-Identifier: Apache-2.0

package adaptive

import (
	"time"
	"unsafe"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/lane"
)

// heir is an algorithm that goes on where another one was.
type heir interface {
	inherit(limit int, baseline time.Duration)
}

// Reshape puts the limiter under another policy from now on. The limit stays where it is,
// or moves to the nearest end of the new range, and what is known of the time without a
// queue is kept, also by another kind. Samples of attempts that began before do not count. It
// returns the limit, and whether that changed. The new policy is moved into its ranges as by [New].
func (l *Limiter) Reshape(now fuseboard.Instant, p Policy) (limit int, moved bool) {
	p = p.clamped()
	l.mu.Lock()
	defer l.mu.Unlock()
	resting := l.algorithm.Next(Window{}).Limit // a probe is given up
	limit = within(resting, p.Min, p.Max)
	next := NewAlgorithm(p)
	if h, ok := next.(heir); ok {
		h.inherit(limit, l.algorithm.Baseline())
	}
	l.shape(p, next)
	moved = int64(limit) != l.limit.Load()
	l.limit.Store(int64(limit))
	l.cutLimit, l.view.Limit = limit, limit
	l.forget(now, now, p.Window)
	return limit, moved
}

// shape takes over a policy. Caller holds mu or owns l alone.
func (l *Limiter) shape(p Policy, a Algorithm) {
	l.policy, l.algorithm = p, a
	l.least.Store(0)
	if p.Published {
		l.least.Store(int64(overlook))
		l.begin.Store(always)
		l.cut.Store(always)
	}
	l.view.Kind = p.Kind
}

// Bytes returns how much memory a [Limiter] under p takes at most on this machine, which is
// when its samples are spread over one lane a processor. A policy that is off takes none.
func (p Policy) Bytes() int64 {
	if !p.On() {
		return 0
	}
	algorithm := max(unsafe.Sizeof(Gradient2{}), unsafe.Sizeof(Vegas{}), unsafe.Sizeof(AIMD{}))
	cells := unsafe.Sizeof([]paddedCell{}) + uintptr(lane.Count())*unsafe.Sizeof(paddedCell{})
	return int64(unsafe.Sizeof(Limiter{}) + algorithm + cells)
}

func (g *Gradient2) inherit(limit int, baseline time.Duration) {
	g.limit, g.ground.base = float64(limit), float64(baseline)
	if baseline > 0 {
		g.ground.warm = warmUp
	}
}

func (v *Vegas) inherit(limit int, baseline time.Duration) {
	v.limit, v.ground.base = float64(limit), float64(baseline)
	if baseline > 0 {
		v.ground.warm = warmUp
	}
}

func (a *AIMD) inherit(limit int, _ time.Duration) { a.limit = limit }
