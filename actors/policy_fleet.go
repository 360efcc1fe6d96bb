// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/supervision"
)

// Codes of the problems between fleet and other sections.
const (
	codeFleetBreaker = "fleet-without-breaker"
	codeFleetShadow  = "fleet-in-shadow"
	codeFleetWindow  = "fleet-window-shorter"
	codeFleetKeys    = "fleet-of-keys"
	codeFleetHold    = "hold-below-probes"
	codeFleetRate    = "fleet-stricter"
)

// fleetInBreaker finds a fleet whose word nothing could obey.
func fleetInBreaker(p Policy) (fuseboard.Problem, bool) {
	return fuseboard.Problem{
		Code: codeFleetBreaker, Path: "fleet", Value: p.Fleet.Mode.String(),
		Message: "has no effect without a breaker: it is the circuit that follows a fleet, and the breaker that judges what is evidence",
		Fix:     "set a field of breaker, for example breaker.failure_rate 50%, or leave fleet out",
	}, p.Fleet.On() && !p.Breaker.On()
}

// fleetInMode finds a fleet that is followed by a policy which refuses nobody.
func fleetInMode(p Policy) (fuseboard.Problem, bool) {
	return fuseboard.Problem{
		Code: codeFleetShadow, Path: "fleet.mode", Value: p.Fleet.Mode.String(),
		Message: "refuses nobody while mode is " + p.Mode.String() + ": what the fleet would have refused is only counted",
		Fix:     "set mode enforce when you have seen enough, or fleet.mode advise until then",
	}, p.Fleet.Mode == FleetFollow && p.Mode == ShadowPolicy
}

// windowInFleet finds evidence that the fleet judges only after the circuit has forgotten it.
func windowInFleet(p Policy) (fuseboard.Problem, bool) {
	f, span := p.Fleet, p.Breaker.Window.Span
	return fuseboard.Problem{
		Code: codeFleetWindow, Path: "fleet.window", Value: plain.Duration(f.Window),
		Message: "is less than half of breaker.window.span " + plain.Duration(span) + ", so a quiet caller has no vote in the fleet while its own breaker still counts",
		Fix:     "raise fleet.window to breaker.window.span",
	}, f.On() && p.Breaker.On() && 2*f.Window < span
}

// holdInProbes finds a hold that is over before its probes can say anything. In the smallest fleet that judges, three callers, the first
// probe of each comes after a second and up to the time in which all of them probe once, and takes as long as an attempt may.
// A hold is up to a fifth shorter than the policy says, so that not all end at once.
func holdInProbes(p Policy) (fuseboard.Problem, bool) {
	const callers, shortest, step = 3, 0.8, time.Second / 2
	f := p.Fleet
	if f.Mode != FleetFollow {
		return fuseboard.Problem{}, false
	}
	round := min(max(time.Duration(callers/f.ProbesPerSecond*float64(time.Second)), time.Second), 30*time.Second)
	need := time.Second + round + cmp.Or(p.Deadline.Attempt, p.Deadline.Total)
	enough := time.Duration(float64(need)/shortest).Truncate(step) + step
	return fuseboard.Problem{
		Code: codeFleetHold, Path: "fleet.hold", Value: plain.Duration(f.Hold),
		Message: "ends before its probes do: the first probes of three callers take up to " + plain.Duration(need) +
			", and a hold is up to a fifth shorter, so the fleet lets calls back without having asked the dependency",
		Fix: "raise fleet.hold to " + plain.Duration(enough) + " or more; 10s is the default",
	}, float64(f.Hold)*shortest < float64(need)
}

// fleet is the fleet section with its defaults: it is no stricter than the breaker.
func (p Policy) fleet() Fleet {
	f := p.Fleet
	if f.On() && f.FailureRate == 0 {
		f.FailureRate = max(supervision.DefaultFleetFailureRate, min(p.Breaker.FailureRate, 1))
	}
	return f.WithDefaults()
}

// rateInFleet finds a fleet that holds what each breaker leaves closed.
func rateInFleet(p Policy) (fuseboard.Problem, bool) {
	f, b := p.Fleet, p.Breaker
	return fuseboard.Problem{
		Code: codeFleetRate, Path: "fleet.failure_rate", Value: plain.Percent(f.FailureRate),
		Message: "is less than breaker.failure_rate " + plain.Percent(b.FailureRate) + ", so the fleet may hold calls back while each breaker lets them pass",
		Fix:     "leave it out: it is that of the breaker, and 50% at least",
	}, f.Mode == FleetFollow && b.On() && f.FailureRate < b.FailureRate
}

// fleetOfKeys warns of a fleet section of a Keyring.
func fleetOfKeys(p Policy) Problems {
	if !p.Fleet.On() {
		return nil
	}
	return Problems{{
		Code: codeFleetKeys, Path: "fleet", Value: p.Fleet.Mode.String(), Warning: true,
		Message: "has no effect on keys: a fleet goes by the names of guards, and no other node need know the same keys",
		Fix:     "leave fleet out, or protect what all nodes call by one name with Protect or Spawn",
	}}
}
