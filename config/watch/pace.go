// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

// ceiling is how many quiet times a change that does not come to rest is waited for.
const ceiling = 10

// act is what a pace asks for.
type act uint8

const (
	wait   act = iota // nothing yet
	poll              // read, and tell the pace if there is another content
	settle            // read: the change has come to rest, or has been waited for long enough
)

// pace says when to read. It sees instants only, so it can be stepped without a clock.
type pace struct {
	debounce, poll time.Duration

	moving      bool              // something changed, and was not read since
	told        bool              // an event said so, not only a poll
	first, last fuseboard.Instant // when the change began, and when it was seen last
	next        fuseboard.Instant // when to poll
}

func newPace(o Options, now fuseboard.Instant) pace {
	return pace{debounce: o.Debounce, poll: o.Poll, next: now.Add(o.Poll)}
}

// changed notes a change that was seen at the instant: told by an event, or found by a poll.
func (p *pace) changed(at fuseboard.Instant, told bool) {
	if !p.moving {
		p.moving, p.told, p.first, p.last = true, told, at, at
		return
	}
	p.told = p.told || told
	p.first, p.last = min(p.first, at), max(p.last, at)
}

// due is the instant at which step asks for something.
func (p *pace) due() fuseboard.Instant {
	if !p.moving {
		return p.next
	}
	return min(p.last.Add(p.debounce), p.limit())
}

// limit is the instant at which the change has been waited for long enough.
func (p *pace) limit() fuseboard.Instant { return p.first.Add(ceiling * p.debounce) }

// step says what to do now. After poll and settle a change is over, unless it is said to
// go on.
func (p *pace) step(now fuseboard.Instant) act {
	if now < p.due() {
		return wait
	}
	p.next = now.Add(p.poll)
	if !p.moving {
		return poll
	}
	p.moving = false
	return settle
}

// again says that what was read to settle has not come to rest. It reports false where the
// change has been waited for long enough: it is over then.
func (p *pace) again(now fuseboard.Instant) bool {
	p.moving = now < p.limit()
	p.last = now
	return p.moving
}
