// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

var fleetPolicy = Policy{
	Breaker: Breaker{FailureRate: 0.5, MinCalls: 4, Probes: 1},
	Fleet:   Fleet{Mode: FleetFollow},
}

// inFleet lets a policy listen.
func inFleet(p *Policy) { p.Fleet.Mode = FleetAdvise }

func held(now fuseboard.Instant, probe time.Duration) FleetOrder {
	return FleetOrder{
		Phase: FleetHold, Probe: now.Add(probe), Scope: "all", Until: now.Add(12 * time.Second), Why: "4 of 5 callers fail",
	}
}

// follow gives an order, and waits until the guard has taken it.
func follow(t *testing.T, g *Guard, o FleetOrder) {
	t.Helper()
	if err := g.Follow(o); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

func TestAGuardThatFollowsIsHeldAndSaysByWhom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := spawn(t, sys, fleetPolicy, echo)
		follow(t, r.Guard, held(sys.Now(), time.Second))
		_, err := r.Call(t.Context(), 1)
		wantIs(t, err, ErrOpen)
		wantIs(t, err, ErrFleet)
		if e := callError(t, err); e.RejectedBy() != "breaker" || e.RetryAfter() != 12*time.Second || !strings.Contains(err.Error(), "held by the fleet (all): 4 of 5 callers fail") {
			t.Errorf("%v", err)
		}
		e := r.Explain()
		if v := e.Verdict; v.Admitted || v.RefusedBy != "breaker" || !strings.HasSuffix(v.Why, "next probe in 1s") {
			t.Errorf("%+v", v)
		}
		if says := stageOf(t, e, "breaker").Now; says != "open: held by the fleet (all): 4 of 5 callers fail; fleet: holds calls back (all): 4 of 5 callers fail, next probe in 1s, expected to end in 12s; heard 0s ago" {
			t.Error(says)
		}
		if f := r.Stats().Fleet; f.Mode != FleetFollow || f.Phase != FleetHold || f.Refused != 1 || f.Order.Scope != "all" {
			t.Errorf("%+v", f)
		}
		time.Sleep(time.Second)
		if _, err := r.Call(t.Context(), 1); err != nil {
			t.Error("the probe is refused", err)
		}
		_, err = r.Call(t.Context(), 1)
		wantIs(t, err, ErrFleet)
		if e := r.Evidence(); e.ProbeOK != 1 || e.OK != 0 || e.Wanted != 3 || e.State != Open || e.Phase != FleetHold {
			t.Errorf("%+v", e)
		}
	})
}

func TestWhatTheFleetAsksForIsSaidInWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := spawn(t, sys, fleetPolicy, echo)
		for _, c := range []struct {
			order FleetOrder
			want  string
		}{
			{FleetOrder{Scope: "none", Why: "inactive, 2 callers"}, "fleet: holds nothing back: inactive, 2 callers; heard 0s ago"},
			{FleetOrder{Phase: FleetRamp, Scope: "zone", Share: 0.46}, "fleet: lets in 46% of the calls (zone)"},
			{FleetOrder{Tighten: true}, "fleet: holds nothing back, half of breaker.min_calls are enough"},
		} {
			c.order.Expires = sys.Now().Add(time.Second)
			follow(t, r.Guard, c.order)
			if says := stageOf(t, r.Explain(), "breaker").Now; !strings.Contains(says, c.want) {
				t.Errorf("%+v: %s", c.order, says)
			}
		}
	})
}

func stageOf(t *testing.T, e Explanation, name string) PolicyStage {
	t.Helper()
	for _, s := range e.Stages {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no stage %s", name)
	return PolicyStage{}
}

func TestAHoldSendsThoseAwayWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		p := fleetPolicy
		p.Bulkhead = Bulkhead{Concurrency: 1, Queue: 5, MaxWait: time.Minute}
		r := spawn(t, sys, p, hang)
		ctx, end := context.WithCancel(t.Context())
		defer end()
		running, waiting := r.Ask(ctx, 1), r.Ask(t.Context(), 2)
		synctest.Wait()
		follow(t, r.Guard, held(sys.Now(), 0))
		_, err := waiting.Wait(t.Context())
		wantIs(t, err, ErrFleet)

		probe := r.Ask(t.Context(), 3) // admitted, and waits for the permit
		synctest.Wait()
		follow(t, r.Guard, held(sys.Now(), 0))
		if s := r.Stats(); s.Gate.Waiting != 1 {
			t.Errorf("the probe does not wait any more: %+v", s.Gate)
		}
		end()
		_, _ = running.Wait(t.Context())
		synctest.Wait()
		if s := r.Stats(); s.Gate.InUse != 1 {
			t.Errorf("the probe does not run: %+v", s.Gate)
		}
		r.Guard.cancel()
		_, _ = probe.Wait(t.Context())
	})
}

func TestASilentFleetLetsItsGuardsGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := spawn(t, sys, fleetPolicy, echo)
		follow(t, r.Guard, held(sys.Now(), time.Hour))
		time.Sleep(supervision.FleetLease)
		synctest.Wait()
		if r.State() != HalfOpen { // by the guard's own alarm
			t.Error(r.State())
		}
		if says := stageOf(t, r.Explain(), "breaker").Now; !strings.HasSuffix(says, "fleet: silent for 5s, and its last order has run out: holds calls back (all): 4 of 5 callers fail") {
			t.Error(says)
		}
		if _, err := r.Call(t.Context(), 1); err != nil || r.State() != Closed {
			t.Error(err, r.State())
		}
	})
}

func TestAdviceOnlyTightens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		p := fleetPolicy
		p.Fleet.Mode = FleetAdvise
		r := spawn(t, sys, p, fail)
		o := held(sys.Now(), time.Hour)
		o.Tighten = true
		follow(t, r.Guard, o)
		if r.State() != Closed {
			t.Fatal(r.State())
		}
		if says := stageOf(t, r.Explain(), "breaker").Now; !strings.Contains(says, "which is not followed: fleet.mode is advise") {
			t.Error(says)
		}
		for range 2 { // half of min_calls
			_, _ = r.Call(t.Context(), 1)
		}
		if r.State() != Open {
			t.Error(r.State())
		}
		if _, err := r.Call(t.Context(), 1); errors.Is(err, ErrFleet) || !errors.Is(err, ErrOpen) {
			t.Error(err)
		}
	})
}

func TestWhatTheFleetSaidHoldsAgainWhenACommandEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := spawn(t, sys, fleetPolicy, echo)
		if err := r.Command(t.Context(), Command{Mode: HoldClosed, Reason: "look", By: "kim", TTL: 2 * time.Second}); err != nil {
			t.Fatal(err)
		}
		follow(t, r.Guard, held(sys.Now(), time.Hour))
		if _, err := r.Call(t.Context(), 1); err != nil {
			t.Error("a command comes before the fleet", err)
		}
		if says := stageOf(t, r.Explain(), "breaker").Now; !strings.Contains(says, "not followed: the circuit is held closed by kim") {
			t.Error(says)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if r.State() != Open || r.Evidence().Phase != FleetHold {
			t.Error(r.State())
		}
	})
}

func TestEvidenceCountsEveryAttemptOnceWhicheverWayItGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		down := false
		p := fleetPolicy
		p.Breaker.MinCalls, p.Bulkhead = 100, Bulkhead{Concurrency: 1, Queue: 10}
		r := spawn(t, sys, p, sometimes(&down))
		for range 7 {
			_, _ = r.Call(t.Context(), 1) // straight
		}
		for range 3 {
			_, _ = r.Ask(t.Context(), 1).Wait(t.Context())
		}
		down = true
		for range 2 {
			_, _ = r.Call(t.Context(), 1)
		}
		if e := r.Evidence(); e.OK != 10 || e.Fail != 2 || e.Wanted != 12 || e.Running != 0 || e.State != Closed {
			t.Errorf("%+v", e)
		}
		if n := testing.AllocsPerRun(100, func() { r.Evidence() }); n != 0 && !underRace {
			t.Errorf("%v allocations", n)
		}
	})
}

func TestEvidenceBeginsWithTheSection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		p := fleetPolicy
		p.Fleet = Fleet{}
		r := spawn(t, sys, p, echo)
		_, _ = r.Call(t.Context(), 1)
		if e := r.Evidence(); e.OK != 0 || e.Wanted != 0 || e.Epoch != 1 {
			t.Errorf("%+v", e)
		}
		follow(t, r.Guard, held(sys.Now(), 0)) // nobody listens
		change, err := r.Update(t.Context(), fleetPolicy)
		if err != nil || len(change.Lost) != 0 || change.Changed[0] != "fleet.mode" {
			t.Errorf("%+v, %v", change, err)
		}
		_, _ = r.Call(t.Context(), 1)
		if e := r.Evidence(); e.OK != 1 {
			t.Errorf("%+v", e)
		}
		follow(t, r.Guard, held(sys.Now(), time.Hour))
		if _, err := r.Update(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if r.State() != HalfOpen { // without the section nobody ends the hold
			t.Error(r.State())
		}
		if f := r.Stats().Fleet; f != (FleetStats{}) {
			t.Errorf("%+v", f)
		}
	})
}

func TestAGuardThatHasStoppedFollowsNobody(t *testing.T) {
	sys := start(t)
	r := spawn(t, sys, fleetPolicy, echo)
	if err := r.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantIs(t, r.Follow(FleetOrder{}), ErrStopped)
	k, err := SpawnKeyed(sys, "keys", echo, fleetPolicy, KeyLimits{})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = k.Call(t.Context(), "a", 1)
	for _, g := range k.All() {
		if err := g.Follow(FleetOrder{}); err == nil {
			t.Error("a key follows a fleet")
		}
	}
	if err := (&Guard{}).Follow(FleetOrder{}); err == nil {
		t.Error("no guard follows a fleet")
	}
	other := spawn(t, sys, fleetPolicy, echo)
	if ps := problemsIn(t, other.Follow(FleetOrder{Phase: 9})); len(ps) != 1 {
		t.Error(ps)
	}
}

func TestAFleetSectionThatCanDoNothingIsAWarning(t *testing.T) {
	for code, p := range map[string]Policy{
		codeFleetBreaker: {Fleet: Fleet{Mode: FleetAdvise}},
		codeFleetShadow:  {Mode: ShadowPolicy, Breaker: Breaker{FailureRate: 0.5}, Fleet: Fleet{Mode: FleetFollow}},
		codeFleetWindow:  {Breaker: Breaker{FailureRate: 0.5, Window: Window{Span: time.Minute}}, Fleet: Fleet{Mode: FleetFollow}},
		codeFleetRate:    {Breaker: Breaker{FailureRate: 0.8}, Fleet: Fleet{Mode: FleetFollow, FailureRate: 0.7}},
	} {
		found := p.Validate()
		if found.Err() != nil || !slices.ContainsFunc(found, func(w fuseboard.Problem) bool { return w.Code == code }) {
			t.Errorf("%s: %v", code, found)
		}
	}
	if found := fleetPolicy.Validate(); len(found) > 1 {
		t.Error(found)
	}
	if found := fleetOfKeys(fleetPolicy); len(found) != 1 || !found[0].Warning {
		t.Error(found)
	}
}

func TestAFleetIsNoStricterThanItsBreakerByDefault(t *testing.T) {
	for _, c := range []struct{ breaker, given, want float64 }{{0.8, 0, 0.8}, {0.3, 0, 0.5}, {0, 0, 0.5}, {0.8, 0.7, 0.7}, {0.8, 0.9, 0.9}} {
		p := Policy{Breaker: Breaker{FailureRate: c.breaker}, Fleet: Fleet{Mode: FleetFollow, FailureRate: c.given}}
		if got := p.WithDefaults().Fleet.FailureRate; got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
		r := spawn(t, start(t), p, echo)
		if got := r.wantsFleet().FailureRate; got != c.want {
			t.Errorf("%+v: its guard asks for %v", c, got)
		}
	}
}

// The warning of a short hold names one that is long enough, and shorter ones are not.
func TestAHoldThatIsOverBeforeItsProbesIsAWarningThatNamesOneThatIsNot(t *testing.T) {
	warned := func(p Policy) (fix string, found bool) {
		for _, w := range p.Validate() {
			if w.Code == codeFleetHold {
				return w.Fix, w.Warning && w.Path == "fleet.hold"
			}
		}
		return "", false
	}
	of := func(hold, attempt time.Duration, probes float64) Policy {
		return Policy{
			Deadline: Deadline{Attempt: attempt}, Breaker: Breaker{FailureRate: 0.5},
			Fleet: Fleet{Mode: FleetFollow, Hold: hold, ProbesPerSecond: probes},
		}
	}
	for _, c := range []struct {
		p    Policy
		want string // "": no warning
	}{
		{of(2*time.Second, 0, 0), "3.5s"},
		{of(3*time.Second, 0, 0), "3.5s"},
		{of(3500*time.Millisecond, 0, 0), ""},
		{of(0, 0, 0), ""},
		{of(0, 2*time.Second, 0), ""},
		{of(4*time.Second, 2*time.Second, 0), "6s"},
		{of(0, 0, 0.2), "20.5s"},
		{of(2*time.Second, 0, 100), "3s"},
	} {
		fix, found := warned(c.p)
		if found != (c.want != "") || !strings.Contains(fix, "to "+c.want+" or more") && c.want != "" {
			t.Errorf("hold %v: %q, want %q", c.p.Fleet.Hold, fix, c.want)
		}
	}
	p := of(time.Second, 0, 0)
	p.Fleet.Mode = FleetAdvise
	if fix, found := warned(p); found {
		t.Errorf("who only advises holds nobody: %s", fix)
	}
}
