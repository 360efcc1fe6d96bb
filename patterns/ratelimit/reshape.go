// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"unsafe"

	"github.com/fuseboard/fuseboard"
)

// Reshape puts another policy in force, and says what of the limiter's state could not
// survive; nothing if all did. Units that are spent stay spent: a bucket misses the same
// part of its burst as before, a window keeps its counts, whoever waits keeps its turn, and
// a drain and a share hold. An adaptive limit that is still on keeps the part of Limit at
// which it stood.
func (l *Limiter) Reshape(now fuseboard.Instant, p Policy) (lost []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, old := l.catchUp(now), l.policy
	l.policy = p.usable()
	limit := float64(l.policy.Limit)
	if a := l.policy.Adaptive; a.On() && old.Adaptive.On() {
		l.level = clamp(limit*(l.level/float64(old.Limit)), float64(a.Floor), float64(a.Ceiling))
	} else {
		l.level = limit
	}
	l.armAdaptive(now)
	return l.rebuild(now)
}

// Bytes tells what a limiter of p holds, for whoever bounds that: the limiter, its shape, and
// what its kind remembers. Keys are not in it; see [PerKey.Bytes].
func (p Policy) Bytes() int64 {
	p = p.usable()
	n := int64(unsafe.Sizeof(Limiter{}) + unsafe.Sizeof(shape{}))
	switch {
	case p.Kind == SlidingLog:
		n += int64(unsafe.Sizeof(window{})+unsafe.Sizeof(log{})) + 8*int64(max(p.Limit, p.Adaptive.Ceiling))
	case !p.Kind.spaced():
		n += int64(unsafe.Sizeof(window{}) + unsafe.Sizeof(counter{}))
	case p.WarmUp > 0:
		n += int64(unsafe.Sizeof(warm{}))
	}
	return n
}
