// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// acts is how many there are.
const acts = 5

// well is a node that sees a fleet in which nothing is wrong.
func well(v view) bool {
	return v.Alive == 3 && !v.Isolated && v.dep.Phase == "clear" && v.does == actors.FleetClear && v.dep.Circuit == "closed" && v.dep.Callers == 3 && v.dep.Passing == 3
}

// allWell waits until the nodes have found each other and agree that payments works.
func (s *stage) allWell(ctx context.Context, r *Report) error {
	s.act(1, "all is well")
	_, seen, err := s.until(ctx, patience, func(l look) bool { return l.all(func(v view) bool { return v.Alive == 3 }) })
	if err != nil {
		return err
	}
	r.Members = s.outcome(time.Since(s.start), seen, "each node sees 3 of 3 members")
	took, seen, err := s.until(ctx, patience+2*s.pace, func(l look) bool { return l.all(well) })
	if err != nil {
		return err
	}
	s.outcome(took, seen, "each node has heard that all three see payments work")
	return s.dwell(ctx, s.pace)
}

// oneSick breaks the way of c alone.
func (s *stage) oneSick(ctx context.Context, r *Report) error {
	s.act(2, "c alone fails: its own way to payments is broken")
	a, b, c := s.crew.nodes[0], s.crew.nodes[1], s.crew.nodes[2]
	before := [2]tally{a.in.tally(), b.in.tally()}
	c.broken.Store(true)
	defer c.broken.Store(false)
	held := false
	watch := func(l look) { held = held || l[0].dep.Phase != "clear" || l[1].dep.Phase != "clear" }
	took, seen, err := s.until(ctx, patience, func(l look) bool { watch(l); return l[2].dep.Scope == "node" })
	if err != nil {
		return err
	}
	r.SickSeen = s.outcome(took, seen, "c finds that it is alone with that (scope: node), and keeps its calls back by its own circuit")
	if _, _, err = s.until(ctx, s.pace, func(l look) bool { watch(l); return false }); err != nil {
		return err
	}
	fresh := [2]tally{a.in.tally().less(before[0]), b.in.tally().less(before[1])}
	r.OthersCalls, r.OthersRefused = fresh[0].calls()+fresh[1].calls(), fresh[0].refused+fresh[1].refused
	what := "the fleet held neither of them"
	if held {
		what = "but the fleet held one of them, which it should not"
	}
	s.says("a and b refused %d of %d calls meanwhile: %s", r.OthersRefused, r.OthersCalls, what)
	c.broken.Store(false)
	took, seen, err = s.until(ctx, patience, func(l look) bool { return l.all(well) })
	s.outcome(took, seen, "its way is mended: all three work again")
	return err
}

// outage breaks the upstream.
func (s *stage) outage(ctx context.Context, r *Report) error {
	s.act(3, "payments fails, for everybody")
	s.crew.breaks(true)
	first, now := NotSeen, time.Now()
	took, seen, err := s.until(ctx, patience, func(l look) bool {
		if first == NotSeen && slices.ContainsFunc(l, holds) {
			first = milliseconds(time.Since(now))
		}
		return l.all(holds)
	})
	if err != nil {
		return err
	}
	r.HeldFirst = first
	r.HeldAll = s.outcome(took, seen, "all three hold (scope: dependency)"+s.apart(took, first))
	s.restart()
	from, began := s.requests(), time.Now()
	if err := s.dwell(ctx, max(3*s.pace, 3*time.Second)); err != nil {
		return err
	}
	asked, long := s.requests(), time.Since(began).Seconds()
	r.Outage, r.OutageAlone = rate(asked[0]-from[0], long), rate(asked[1]-from[1], long)
	s.says("to find out whether it is back the fleet shares its probes: %.1f requests a second reach payments; %.1f from the same guards without a fleet, %d from callers without guards",
		r.Outage, r.OutageAlone, 3*perSecond)
	return nil
}

// holds is a node that was told to hold, for everybody's sake, and does.
func holds(v view) bool {
	return v.dep.Phase == "hold" && v.dep.Scope == "dependency" && v.does == actors.FleetHold
}

// apart says how far the first was before the last.
func (s *stage) apart(last time.Duration, first float64) string {
	if first == NotSeen {
		return ""
	}
	return fmt.Sprintf(", the first of them %s before the last", short(last-time.Duration(first*float64(time.Millisecond))))
}

// recovery lets the upstream answer again.
func (s *stage) recovery(ctx context.Context, r *Report) error {
	s.act(4, "payments is back")
	s.crew.breaks(false)
	alone, now := NotSeen, time.Now()
	took, seen, err := s.until(ctx, patience+4*s.pace, func(l look) bool {
		if alone == NotSeen && l.all(func(v view) bool { return v.alone == "closed" }) {
			alone = milliseconds(time.Since(now))
		}
		return l.all(well)
	})
	if err != nil {
		return err
	}
	r.BackAlone = alone
	r.Back = s.outcome(took, seen, "all three let everything through again, by a ramp that began at 10%")
	in, out := s.eachSecond()
	s.says("requests that reached payments, second by second: %s; without a fleet: %s", in, out)
	return nil
}

// eachSecond lists the requests of each second of the act, at both upstreams.
func (s *stage) eachSecond() (in, alone string) {
	var a, b []string
	for _, second := range s.seconds {
		a, b = append(a, fmt.Sprint(second[0])), append(b, fmt.Sprint(second[1]))
	}
	return strings.Join(a, " "), strings.Join(b, " ")
}

// partition cuts c off, and lets it come back.
func (s *stage) partition(ctx context.Context, r *Report) error {
	s.act(5, "c is cut off from a and b; all three still reach payments")
	c := s.crew.nodes[2]
	s.crew.wire.cut(c.address())
	defer s.crew.wire.cut("")
	took, seen, err := s.until(ctx, patienceHeal, func(l look) bool { return l[2].Isolated && l[2].dep.Text == "inactive, isolated" })
	if err != nil {
		return err
	}
	r.Isolated = s.outcome(took, seen, "c knows that it is isolated, and goes by its own evidence alone")
	c.broken.Store(true)
	defer c.broken.Store(false)
	took, seen, err = s.until(ctx, patience, func(l look) bool { return l[2].dep.Circuit != "closed" })
	if err != nil {
		return err
	}
	s.outcome(took, seen, "its way to payments breaks as well: its own circuit opens, without a fleet")
	c.broken.Store(false)
	s.crew.wire.cut("")
	took, seen, err = s.until(ctx, patienceHeal, func(l look) bool {
		return l.all(func(v view) bool { return v.Alive == 3 && !v.Isolated })
	})
	if err != nil {
		return err
	}
	r.Healed = s.outcome(took, seen, "all is mended: each node sees 3 of 3 members again")
	took, seen, err = s.until(ctx, patience+2*s.pace, func(l look) bool { return l.all(well) })
	s.outcome(took, seen, "and each has heard that all three see payments work")
	return err
}

// outcome says what was seen, and after what time, or that it was not.
func (s *stage) outcome(took time.Duration, seen bool, what string) float64 {
	if !seen {
		s.says("not seen within %s: %s", short(took), what)
		return NotSeen
	}
	s.says("after %s %s", short(took), what)
	return milliseconds(took)
}

// short writes a time for people.
func short(d time.Duration) string {
	if d >= time.Second {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return d.Round(10 * time.Millisecond).String()
}
