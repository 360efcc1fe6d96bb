// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"math"
	"math/bits"
	"time"

	"github.com/fuseboard/fuseboard"
)

const (
	// paceMemory is over how many of the latest permits the mean time between two is taken:
	// with service times as they come by chance (exponential) it is off by an eighth.
	paceMemory = 32
	// paceNeeds is how many of them there must have been.
	paceNeeds = 16
	// paceFor is how long what was learnt holds, at least, and paceTimes for how many of
	// the times between two permits.
	paceFor   = time.Second
	paceTimes = 8
	// doubt is how many standard deviations are taken off an expected wait before a
	// caller is refused for it.
	doubt = 1
)

// paces are how fast permits come back for whom, by rank: those that a rank and the ranks
// above it were granted while one of them waited. Where all may have as much there is one for
// all, the last: where a quota keeps permits from lower ones, how slowly these are
// served says nothing of the others. Guarded by Gate.mu.
type paces [ranked]pace

// of is the one that holds for a rank.
func (p *paces) of(rank uint8, r *rules) *pace {
	if !r.quota {
		rank = uint8(ranked) - 1
	}
	return &p[rank]
}

// grant notes a permit for one of the rank. It is called while the queue still has it.
func (p *paces) grant(now fuseboard.Instant, rank uint8, r *rules) {
	for at := ranked - 1; at == ranked-1 || r.quota && at >= int(rank); at-- {
		p[at].grant(now)
	}
}

// rest is [pace.rest] of those ranks of whom, and above whom, nobody waits any more.
func (p *paces) rest(present uint32) {
	for at := range min(bits.TrailingZeros32(present), ranked) {
		p[at].rest()
	}
}

// pace is how fast permits come back while somebody waits. The zero pace knows nothing.
// Guarded by Gate.mu.
type pace struct {
	every float64           // the mean time between two grants, in ns
	n     int               // of how many, at most paceMemory
	last  fuseboard.Instant // the last grant
	on    bool              // since which the queue was never empty
}

// grant notes a permit for one who waited. It is called while the queue still has it.
func (p *pace) grant(now fuseboard.Instant) {
	if !p.fresh(now) {
		p.n = 0
	}
	if p.on {
		p.n = min(p.n+1, paceMemory)
		p.every += (float64(now.Sub(p.last)) - p.every) / float64(p.n)
	}
	p.last, p.on = now, true
}

// rest says that nobody waits any more: what passes until somebody does is no time between
// two permits.
func (p *pace) rest() { p.on = false }

func (p *pace) fresh(now fuseboard.Instant) bool {
	return now.Sub(p.last) <= max(paceFor, time.Duration(paceTimes*p.every))
}

// known reports whether there is an estimate.
func (p *pace) known(now fuseboard.Instant) bool { return p.n >= paceNeeds && p.fresh(now) }

// wait is how long one waits whom so many are served before; by chance it is longer or
// shorter by as much as off.
func (p *pace) wait(ahead int) (expected, off float64) {
	n := float64(ahead + 1)
	return n * p.every, p.every * math.Sqrt(n+n*n/(2*paceMemory))
}

// ahead is how many are served before a newcomer, as far as one can know: of those who
// come later nobody is counted.
func (q *queue) ahead(rank uint8, tenant string) (n int) {
	for higher := range rank {
		n += int(q.count[higher])
	}
	switch own := &q.lines[rank]; {
	case q.turns != nil:
		n += q.turns[rank].ahead(tenant)
	case !own.newest(q.rules):
		n += int(own.count)
	}
	return n
}

// estimates reports whether there is an estimate for a rank: not while no permit is granted
// at all. Under mu.
func (g *Gate) estimates(now fuseboard.Instant, rank uint8) bool {
	q := g.waiters
	return q != nil && q.rules != nil && q.rules.estimate && q.paces.of(rank, q.rules).known(now) && g.word.Load()&suspendedBit == 0
}

// hopeless reports whether a newcomer would wait in vain. It is never if nobody is served
// before it. Under mu.
func (g *Gate) hopeless(who *comer) bool {
	q := g.waiters
	if !g.estimates(who.now, who.rank) {
		return false
	}
	ahead := q.ahead(who.rank, who.tenant)
	expected, off := q.paces.of(who.rank, q.rules).wait(ahead)
	return ahead > 0 && expected-doubt*off > float64(who.limit.Sub(who.now))
}

// Wait is how long a newcomer of the priority, of no tenant, is expected to wait for a
// permit, if nobody that comes after it is served before it: as many permits have to come back as
// are granted before it, and its own, each after the mean time between the last 32. It is 0
// while that is not known (see [Bulkhead.Estimate]; with a [Bulkhead.Quota] it is learnt of each
// priority and those above it), while a permit is free, and while the
// gate is suspended. With service times as they come by chance (exponential) and eight or
// more before it, it is off by less than a quarter of the wait half of the time, and by less than 60% nine times of
// ten; it follows a dependency that becomes faster or slower within some 60 permits.
func (g *Gate) Wait(p fuseboard.Priority) time.Duration {
	now := g.clock.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.expected(now, rankAt(min(max(p, fuseboard.Sheddable), fuseboard.Critical)))
}

// expected is Wait under mu.
func (g *Gate) expected(now fuseboard.Instant, rank uint8) time.Duration {
	q := g.waiters
	if !g.estimates(now, rank) || g.nextIs(rank) {
		return 0
	}
	expected, _ := q.paces.of(rank, q.rules).wait(q.ahead(rank, ""))
	return time.Duration(min(expected, float64(math.MaxInt64/2)))
}
