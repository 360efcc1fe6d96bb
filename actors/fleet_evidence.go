// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync/atomic"
)

// Evidence is what a guard saw of its dependency since its policy has a fleet section.
// The counts never fall, so that whoever asks again and again can take the difference.
type Evidence struct {
	// Wanted counts calls that asked, also those that were refused before an attempt. A
	// call is counted when its first attempt has ended, or it was refused or left.
	Wanted uint64
	// Running is how many calls hold a permit or wait for one now: Wanted counts most of
	// them later.
	Running int
	// OK and Fail count the guard's own attempts, repetitions and copies included, as
	// its breaker judges them: Fail where the class of the failure has a weight, or where a call
	// is slow and the breaker has a slow_rate. Void ones, those that began before the
	// fleet's present phase, and the probes of a hold are in neither.
	OK, Fail uint64
	// ProbeOK and ProbeFail count the probes that went while the fleet held the circuit,
	// with those that did not answer within breaker.probe_timeout.
	ProbeOK, ProbeFail uint64
	// State, Mode and Epoch are the circuit's now.
	State State
	Mode  Mode
	Epoch uint64
	// Phase is the fleet's phase that the circuit is in now: not what it was told, but
	// what it does.
	Phase FleetPhase
}

// Evidence returns what the guard saw. It takes no lock and allocates nothing, and may be
// asked ten times a second. It is zero but for the circuit's fields where the policy has no fleet section.
func (g *Guard) Evidence() Evidence {
	if !g.made() {
		return Evidence{}
	}
	circuit := g.circuit.Standing()
	e := Evidence{State: circuit.State, Mode: circuit.Mode, Epoch: circuit.Epoch, Phase: circuit.Fleet.Phase}
	f := g.fleet.Load()
	if f == nil {
		return e
	}
	seen, depth := g.circuit.Sightings(), g.gate.Depth()
	straight := g.count.first.successes.Load()
	straight -= min(f.wound.Load()+f.before, straight)
	e.OK, e.Fail = notFalling(&f.most.ok, straight+seen.OK), seen.Fail
	e.ProbeOK, e.ProbeFail = seen.ProbeOK, seen.ProbeFail
	e.Wanted = notFalling(&f.most.wanted, g.count.calls())
	e.Running = depth.InUse + depth.Waiting
	return e
}

// notFalling is now, or what was told before where a count that is the difference of two that
// are read one after the other has fallen behind that.
func notFalling(most *atomic.Uint64, now uint64) uint64 {
	for {
		was := most.Load()
		if now <= was || most.CompareAndSwap(was, now) {
			return max(now, was)
		}
	}
}
