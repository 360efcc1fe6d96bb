// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"math/bits"
	"time"

	"github.com/fuseboard/fuseboard"
)

// own is what a node knows of its own calls.
type own struct {
	last     Own
	calls    window // wanted and attempts of the last Window
	probes   window // of the last Fresh
	vote     Vote
	voteAt   fuseboard.Instant // when an attempt last confirmed the vote
	probeAt  fuseboard.Instant // when the latest probe ended
	inARow   int               // probes that succeeded without a failure between
	broken   bool              // the latest that failed came after one that succeeded
	rowAt    fuseboard.Instant // when the first of them ended
	newProbe Vote              // of a probe that ended since the last step
	before   count             // attempts that made it hold
	lost     uint32            // attempts and probes that failed since the last that succeeded, or the last ramp began
	recent   recent            // the latest attempts
	good     bool              // the latest attempt or probe succeeded
	wantedAt fuseboard.Instant // when the latest call asked
	triedAt  fuseboard.Instant // when it ended
}

// take counts what is new in o at now.
func (w *own) take(now fuseboard.Instant, o Own) {
	w.calls.advance(now)
	w.probes.advance(now)
	if o.Wanted > w.last.Wanted {
		w.wantedAt = now
	}
	w.calls.add(count{since(o.Wanted, w.last.Wanted), since(o.OK, w.last.OK), since(o.Fail, w.last.Fail)})
	fresh := count{ok: since(o.OK, w.last.OK), fail: since(o.Fail, w.last.Fail)}
	w.recent.add(fresh, w.calls.sum.total())
	p := count{ok: since(o.ProbeOK, w.last.ProbeOK), fail: since(o.ProbeFail, w.last.ProbeFail)}
	w.probes.add(p)
	w.newProbe = VoteNone
	if p.ok > 0 {
		if w.newProbe, w.probeAt = VoteOK, now; w.inARow == 0 {
			w.rowAt = now
		}
		w.inARow += int(p.ok)
	}
	if p.fail > 0 {
		w.broken = w.inARow > 0
		w.newProbe, w.probeAt, w.inARow = VoteFail, now, 0
	}
	w.last = o
	if fresh.total() > 0 {
		w.voteAt = now
	}
	w.saw(now, fresh.ok+p.ok, fresh.fail+p.fail)
}

// saw remembers whether the latest that was tried succeeded: of many in one step, more than so many as one that is down lets succeed.
// Which of a step came first is not known: between successes its failures are as many each time.
func (w *own) saw(now fuseboard.Instant, ok, fail uint32) {
	if ok+fail > 0 {
		w.good, w.triedAt = float64(fail) < downRate*float64(ok+fail), now
	}
	if ok > 0 {
		w.lost = fail / (ok + 1)
		return
	}
	w.lost += fail
}

// recent is what became of the latest attempts, the latest in the lowest bit: 1 is a failure.
type recent struct {
	bits  uint16
	total int
}

// remembered is how many of the latest attempts tell an outage from a brownout: at a
// failure rate of a half, ten or more of twelve fail once in 52 times. More would be more
// than there are where a circuit opens: half of its MinCalls.
const remembered = 12

// add counts attempts, of which so many were made in the window; none before it is
// remembered. Which of one step came first is not known: its failures are spread evenly.
func (r *recent) add(c count, inWindow uint32) {
	k := int(c.total())
	if k == 0 {
		return
	}
	room := int(min(remembered, inWindow))
	fails := int(c.fail)
	if k > room {
		fails, k = (fails*room+k/2)/k, room
	}
	for i := range k {
		r.bits = r.bits<<1 | uint16((i+1)*fails/k-i*fails/k) //nolint:gosec // 0 or 1
	}
	r.total = min(r.total+k, room)
	r.bits &= 1<<r.total - 1
}

// down reports that nearly all of the latest attempts failed, two at least, or the latest
// seven without exception: a circuit may open and leave it at that.
func (r *recent) down() bool {
	if r.total >= long && bits.TrailingZeros16(^r.bits) >= long {
		return true
	}
	fails := bits.OnesCount16(r.bits)
	return fails >= 2 && float64(fails) >= downRate*float64(r.total)
}

// failing reports that the latest two attempts failed.
func (r *recent) failing() bool { return r.total >= 2 && r.bits&3 == 3 }

// downRate is the share of failures from which on a dependency is down: below it works for
// some, each circuit does better alone, and a hold would only cost what still succeeds.
const downRate = 0.8

// since is how many came since then, none where counting began anew, and never so many
// that a window could overflow.
func since(now, then uint64) uint32 {
	const most = 1 << 24 // in a tenth of a second
	if now < then {
		return 0
	}
	return uint32(min(now-then, most)) //nolint:gosec // bounded
}

// cast sets the vote. A held node has its latest probe's, until ttl is over; any other that
// of its window, unless its own circuit opened: that was a judgement on the same attempts,
// and keeps more of them from happening. It stands for a window, as in a brownout some
// circuits are always open and their votes would add up, and for three where nothing succeeded at all: open circuits try
// ever more rarely. Where failures are many and yet some attempts succeed there is no vote.
func (w *own) cast(now fuseboard.Instant, phase Phase, thr float64, span, ttl time.Duration) {
	if phase == Hold {
		w.castProbe(now, ttl)
		return
	}
	enough := w.calls.sum.total() >= 2
	failing := (w.last.Open && now.Sub(w.voteAt) <= w.stands(span)) || (enough && w.calls.sum.ratio() >= thr)
	switch {
	case failing && w.down():
		w.vote = VoteFail
	case failing || !enough:
		w.vote = VoteNone
	default:
		w.vote = VoteOK
	}
}

// Failures in a row, since anything succeeded, tell an outage from a brownout where attempts are few: at a failure rate of a half
// one row in 16 is as long as fewest, in 32 as opened, in 128 as long, and in 1024 as hopeless.
const (
	fewest   = 4  // without as many nothing is down
	opened   = 5  // of a circuit that opened: it finds out no more for a while
	long     = 7  // whatever came before
	hopeless = 10 // a circuit that judges from half of its MinCalls has seen as many
)

// down reports that it does not work at all, as far as I see.
func (w *own) down() bool {
	return w.lost >= fewest && (w.recent.down() || (w.last.Open && w.lost >= opened))
}

// stands is how long the vote of an open circuit does.
func (w *own) stands(span time.Duration) time.Duration {
	if w.lost >= hopeless {
		return 3 * span
	}
	return span
}

// castProbe sets the vote of a held node.
func (w *own) castProbe(now fuseboard.Instant, ttl time.Duration) {
	if w.newProbe != VoteNone {
		w.vote, w.voteAt = w.newProbe, now
	}
	if now.Sub(w.voteAt) > ttl {
		w.vote = VoteNone
	}
}

// begin forgets the attempts made in another phase.
func (w *own) begin(now fuseboard.Instant, phase Phase) {
	if phase == Clear {
		return // a ramp that ends well goes on as it was
	}
	w.before = w.spoken()
	w.calls.forget()
	w.recent = recent{}
	if phase == Hold {
		w.inARow, w.voteAt = 0, now
		if w.vote == VoteOK { // of before: it says nothing for a hold, and a probe will tell
			w.vote = VoteNone
		}
		return
	}
	w.vote, w.before, w.lost = VoteNone, count{}, 0
}

// wanted is how many calls asked in the last window, and at least one for two windows more:
// callers must not come and go by chance, or the rest of them would be a majority at times.
func (w *own) wanted(now fuseboard.Instant, span time.Duration) uint32 {
	if w.wantedAt != 0 && now.Sub(w.wantedAt) <= 3*span {
		return max(1, w.calls.sum.wanted)
	}
	return w.calls.sum.wanted
}

// evidence is the attempts that a node speaks for: see [Cell.OK].
func (w *own) evidence(now, entered fuseboard.Instant, phase Phase, fresh time.Duration) count {
	switch {
	case phase != Hold:
		return w.spoken()
	case now.Sub(entered) < fresh:
		return w.before
	}
	return count{fail: w.lost}
}

// spoken are the attempts of the window, or all that failed since anything succeeded, where these are more: of one who calls
// rarely, or whose circuit is open, the window keeps too little for anybody to judge by.
func (w *own) spoken() count {
	c, row := w.calls.sum, uint32(long)
	if w.last.Open {
		row = opened
	}
	if w.lost >= row && w.lost > c.total() {
		return count{fail: w.lost}
	}
	return c
}

// veto reports whether my own attempts say that the dependency works: five and more, most
// of which succeeded, or in a ramp the row of probes that began it.
func (w *own) veto(phase Phase) bool {
	c := w.calls.sum
	if phase == Ramp && w.inARow >= 2 {
		c.ok += uint32(max(5, w.inARow)) //nolint:gosec // small
	}
	return c.total() >= 5 && float64(c.ok) >= 0.8*float64(c.total())
}

// row reports whether my own probes alone say that it works again: five that succeeded, or
// two over five seconds, since who calls rarely would wait for five long after others.
func (w *own) row(now fuseboard.Instant) bool {
	const few, many = 2, 5
	return w.inARow >= many || (w.inARow >= few && now.Sub(w.rowAt) >= rowSpread)
}

// rowSpread is over how long two probes must have succeeded.
const rowSpread = 5 * time.Second

// latest reports whether the latest that I tried succeeded, and whether it is not too long
// ago to tell.
func (w *own) latest(now fuseboard.Instant, within time.Duration) (ok, known bool) {
	return w.good, w.triedAt != 0 && now.Sub(w.triedAt) <= within
}

// cell writes down what the others should know of it, with the attempts it speaks for.
func (w *own) cell(now fuseboard.Instant, attempts count, span time.Duration) Cell {
	p := w.probes.sum
	return Cell{
		Vote: w.vote, Open: w.last.Open,
		VoteAge: age(now, w.voteAt), ProbeAge: age(now, w.probeAt),
		Wanted: w.wanted(now, span), OK: attempts.ok, Fail: attempts.fail,
		ProbeOK: uint8(min(p.ok, 255)), ProbeFail: uint8(min(p.fail, 255)), //nolint:gosec // bounded
	}
}

// age is the time since then, in whole steps, as a cell tells it.
func age(now, then fuseboard.Instant) time.Duration {
	return clamp(now.Sub(then), 0, maxAge).Truncate(step)
}
