// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// withLoad is s with what the sections hold that follow the load.
func (s sight) withLoad() sight {
	s.load = s.guard.loadOf()
	if s.load.shed != nil {
		s.host = s.load.shed.View()
	}
	if s.load.throttle != nil {
		s.throttle = s.load.throttle.View(s.now)
	}
	if s.load.rate != nil {
		s.rate = s.load.rate.Peek(s.now)
	}
	return s
}

// refusedByShedding is the refusal of a call whose priority is shed.
func (s sight) refusedByShedding() (Verdict, bool) {
	if s.host == nil {
		return Verdict{}, false
	}
	e := s.host.Refuse(s.priority, s.now)
	if e == nil {
		return Verdict{}, false
	}
	return s.refusedUntil(s.guard.self.refusedShed(e)), true
}

// verdictOfTheRate is that of a call which the rate limit refuses, or lets wait.
func (s sight) verdictOfTheRate() (Verdict, bool) {
	self := s.guard.self
	if s.load.tenants != nil {
		if again, ok := s.load.tenants.Would(s.now, s.tenant, s.plan.cost); !ok {
			return s.refusedUntil(self.refusedTenant(s.plan, s.tenant, again)), true
		}
	}
	if s.load.rate == nil {
		return Verdict{}, false
	}
	until := fuseboard.Never
	if total := s.plan.given.Deadline.Total; total > 0 {
		until = s.now.Add(total)
	}
	turn, err := s.load.rate.Would(s.now, s.plan.cost, until)
	switch {
	case err != nil:
		return s.refusedUntil(self.refusedRate(s.plan, turn, err)), true
	case turn > s.now:
		return Verdict{Admitted: true, Waits: true, WaitsFor: "its turn", Why: s.turnBecause(turn)}, true
	}
	return Verdict{}, false
}

func (s sight) turnBecause(turn fuseboard.Instant) string {
	p := s.plan.given.Rate.WithDefaults()
	return fmt.Sprintf("the rate limit of %s has it in %s; %s before it",
		limitWords(p, s.rate), short(s.until(turn)), plain.Count(s.rate.Waiting, "waits", "wait"))
}

// refusedUntil is a refusal that says when it may end.
func (s sight) refusedUntil(e *CallError) Verdict {
	v := refusedWith(e)
	v.RetryAfter = s.until(e.until)
	return v
}

// unlessThrottled says which part of such calls the throttle keeps away; nothing if none.
func (s sight) unlessThrottled() string {
	if chance := s.throttle.Chance(s.priority); chance > 0 {
		return fmt.Sprintf(", unless the throttle keeps it away, which it does with %s of the calls of this priority", wholePercent(chance))
	}
	return ""
}

// settingsOfShedding are those of the section, or those of the System where the policy has none.
func (s sight) settingsOfShedding(all settings) []Setting {
	system := s.guard.sys.shedding
	if s.plan.given.Shedding.On() || !system.On() {
		return all.under("shedding")
	}
	given := map[string]bool{}
	for _, leaf := range plain.Leaves(system) {
		given[leaf.Path] = !leaf.Zero
	}
	var found []Setting
	for _, leaf := range plain.Leaves(system.WithDefaults()) {
		origin := Default
		if given[leaf.Path] {
			origin = OfSystem
		}
		found = append(found, Setting{Path: "shedding." + leaf.Path, Value: leaf.Text, Origin: origin})
	}
	return found
}
