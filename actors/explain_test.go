// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard"
)

var updateGolden = flag.Bool("update", false, "write the golden texts anew")

// explained is a policy whose every stage has something to tell.
var explained = Policy{
	Deadline: Deadline{Total: 2 * time.Second, Attempt: 800 * time.Millisecond, Reserve: 50 * time.Millisecond},
	Retry:    Retry{Attempts: 2, Budget: Budget{MinPerSecond: 1}},
	Breaker: Breaker{
		FailureRate: 0.5, SlowRate: 0.8, SlowAfter: 500 * time.Millisecond, MinCalls: 4,
		OpenFor: 10 * time.Second, OpenGrowth: 1, Probes: 2, ProbeRate: 1, Ramp: 10 * time.Second,
		Weights: map[fuseboard.Class]float64{fuseboard.ClassThrottled: 0},
	},
	Bulkhead: Bulkhead{Concurrency: 2, Queue: 1},
}

// isolatedPolicy is explained, with room for two handlers that were left behind.
var isolatedPolicy = func() Policy {
	p := explained
	p.Bulkhead.Concurrency = 4
	p.Workers.MaxAbandoned = 2
	return p
}()

// patient is a guard under test with a dependency that the test steers.
type patient struct {
	*testing.T
	*Ref[int, int]
	guard *Guard
	sys   *System
	host  host
	down  bool
	asks  time.Duration // if it is down: for how long it asks to be left alone
}

func newPatient(t *testing.T, p Policy, o ...Options) *patient {
	pt := patientOf(t, p, o...)
	var err error
	pt.Ref, err = Bind(pt.guard, "charge", pt.handle)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Bind(pt.guard, "status", echo, With[int, int]{Safe: Always[int]}); err != nil {
		t.Fatal(err)
	}
	return pt
}

// patientOf is one without operations.
func patientOf(t *testing.T, p Policy, o ...Options) *patient {
	pt := &patient{T: t}
	options := Options{Seed: 1, Host: pt.host.read}
	for _, one := range o {
		options.Shedding = one.Shedding
	}
	pt.sys = startWith(t, options)
	var err error
	if pt.guard, err = Protect(pt.sys, "payments", p); err != nil {
		t.Fatal(err)
	}
	return pt
}

// handle takes as many milliseconds as it is asked to.
func (p *patient) handle(ctx context.Context, ms int) (int, error) {
	select {
	case <-time.After(time.Duration(ms) * time.Millisecond):
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	switch {
	case p.down && p.asks > 0:
		return 0, asked(p.asks)
	case p.down:
		return 0, errDown
	}
	return ms, nil
}

func (p *patient) calls(n int) {
	for range n {
		_, _ = p.Call(context.Background(), 1)
	}
}

func (p *patient) trip() {
	p.down = true
	p.calls(4)
	p.down = false
	synctest.Wait()
}

// leaveBehind lets callers leave handlers behind, which hang for three seconds.
func (p *patient) leaveBehind(n int) {
	for range n {
		_, err := Do(context.Background(), p.Guard, func(context.Context) (int, error) {
			time.Sleep(3 * time.Second)
			return 0, nil
		})
		wantIs(p.T, err, context.DeadlineExceeded)
	}
}

func (p *patient) later(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// spend takes what is left of a limit, as other guards would, until the end.
func (p *patient) spend(l *limit) {
	n := l.quota.Limit() - l.quota.Used()
	if !l.quota.Take(n) {
		p.Fatal("somebody else takes of it")
	}
	p.Cleanup(func() { l.quota.Give(n) })
}

func (p *patient) command(m Mode) {
	p.Helper()
	if err := p.Command(context.Background(), Command{Mode: m, Reason: "provider's\n maintenance", By: "ann", TTL: time.Hour}); err != nil {
		p.Fatal(err)
	}
	synctest.Wait()
}

func (p *patient) mode(m PolicyMode) {
	if err := p.sys.SetMode(m); err != nil {
		p.Fatal(err)
	}
}

func inShadow(p Policy) Policy {
	p.Mode = ShadowPolicy
	return p
}

// condition is a state in which a guard is explained, and how it gets there.
type condition struct {
	name   string
	policy Policy
	reach  func(*patient)
}

// conditions are the states in which a guard is explained, and how it gets there.
var conditions = []condition{
	{"fresh", explained, func(*patient) {}},
	{"closed", explained, func(p *patient) { p.calls(20); p.down = true; p.calls(3) }},
	{"open", explained, func(p *patient) { p.trip(); p.later(1200 * time.Millisecond) }},
	{"reopened", explained, func(p *patient) { p.trip(); p.later(12 * time.Second); p.trip() }},
	{"half-open", explained, func(p *patient) { p.trip(); p.later(12 * time.Second); p.calls(1) }},
	{"half-open-full", explained, func(p *patient) {
		p.trip()
		p.later(12 * time.Second)
		p.Ask(p.Context(), 700)
		p.Ask(p.Context(), 700)
		p.later(time.Millisecond)
	}},
	{"ramping", explained, func(p *patient) { p.trip(); p.later(12 * time.Second); p.calls(2); p.later(3 * time.Second) }},
	{"waiting", explained, func(p *patient) {
		p.Ask(p.Context(), 700)
		p.Ask(p.Context(), 700)
		p.later(time.Millisecond)
	}},
	{"full", explained, func(p *patient) {
		for range 3 {
			p.Ask(p.Context(), 700)
		}
		p.later(time.Millisecond)
	}},
	{"suspended", explained, func(p *patient) { p.gate.Suspend() }},
	{"suspended-full", explained, func(p *patient) {
		p.gate.Suspend()
		p.Ask(p.Context(), 1)
	}},
	{"suspended-without-queue", Policy{Bulkhead: Bulkhead{Concurrency: 1}}, func(p *patient) { p.gate.Suspend() }},
	{"stopping", explained, func(p *patient) {
		p.Ask(p.Context(), 700)
		go func() { _ = p.Stop(context.Background()) }()
	}},
	{"held-open", explained, func(p *patient) { p.command(HoldOpen) }},
	{"held-open-half-open", explained, func(p *patient) { p.trip(); p.later(12 * time.Second); p.command(HoldOpen) }},
	{"held-closed", explained, func(p *patient) { p.trip(); p.command(HoldClosed); p.calls(3) }},
	{"shadow", explained, func(p *patient) { p.command(Shadow); p.trip() }},
	{"switched-off", explained, func(p *patient) { p.command(Off); p.trip() }},
	{"off", Policy{}, func(*patient) {}},
	{"held-open-without-breaker", Policy{}, func(p *patient) { p.command(HoldOpen) }},
	{"flapping", Policy{Breaker: Breaker{Consecutive: 4, OpenFor: time.Second, Window: Window{Calls: 50}, Probes: 1}}, func(p *patient) {
		for range 6 {
			p.trip()
			p.later(3 * time.Second)
			p.calls(1)
		}
	}},
	{"updated", explained, func(p *patient) {
		next := explained
		next.Retry = Retry{Attempts: 1}
		next.Bulkhead = Bulkhead{Concurrency: 1}
		if _, err := p.Update(p.Context(), next); err != nil {
			p.Fatal(err)
		}
	}},
	{"budget-spent", explained, func(p *patient) {
		p.calls(12)
		for p.spent.Withdraw(p.sys.Now()) {
		}
	}},
	{"overdue", isolatedPolicy, func(p *patient) { p.leaveBehind(1); p.later(300 * time.Millisecond) }},
	{"abandoned", isolatedPolicy, func(p *patient) { p.leaveBehind(2); p.later(300 * time.Millisecond) }},
	{"workers-off-again", isolatedPolicy, func(p *patient) {
		p.leaveBehind(2)
		if _, err := p.Update(p.Context(), explained); err != nil {
			p.Fatal(err)
		}
	}},
	{"limited-queue", explained, func(p *patient) {
		p.Ask(p.Context(), 700)
		p.Ask(p.Context(), 700)
		p.later(time.Millisecond)
		p.spend(&p.sys.limits.queued)
		p.calls(2)
	}},
	{"limited-goroutines", isolatedPolicy, func(p *patient) { p.spend(&p.sys.limits.goroutines); p.calls(2) }},
	{"limited-goroutines-but-one-is-idle", isolatedPolicy, func(p *patient) { p.calls(1); p.spend(&p.sys.limits.goroutines) }},
	{"policy-in-shadow", explained, func(p *patient) {
		p.mode(ShadowPolicy)
		p.trip()
		p.calls(2)
	}},
	{"policy-in-shadow-full", inShadow(explained), func(p *patient) {
		for range 5 {
			p.Ask(p.Context(), 900)
		}
		p.later(time.Second)
		p.Ask(p.Context(), 700)
		p.Ask(p.Context(), 700)
		p.later(time.Millisecond)
	}},
	{"policy-in-bypass", inShadow(explained), func(p *patient) { p.trip(); p.mode(BypassPolicy); p.calls(20) }},
	{"policy-in-bypass-stopped", explained, func(p *patient) {
		p.mode(BypassPolicy)
		if err := p.Stop(p.Context()); err != nil {
			p.Fatal(err)
		}
	}},
	{"policy-enforced-again", explained, func(p *patient) { p.mode(ShadowPolicy); p.trip(); p.mode(EnforcePolicy) }},
	{"stopped", explained, func(p *patient) {
		p.trip()
		if err := p.Stop(p.Context()); err != nil {
			p.Fatal(err)
		}
	}},
}

func inEachCondition(t *testing.T, check func(*patient, string)) {
	for _, c := range slices.Concat(conditions, loadConditions) {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPatient(t, c.policy)
				synctest.Wait() // for the first reading of the host
				c.reach(p)
				synctest.Wait()
				check(p, c.name)
			})
		})
	}
}

func TestExplanationReadsWellInEachCondition(t *testing.T) { inEachCondition(t, (*patient).readsWell) }

func (p *patient) readsWell(name string) {
	got := p.guard.Explain().String()
	path := filepath.Join("testdata", "explain", name+".txt")
	if *updateGolden {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			p.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		p.Fatal(err)
	}
	if got != string(want) {
		p.Errorf("got:\n%s\nwant:\n%s\nIf this is meant: go test ./actors -run %s -update", got, want, "Explanation")
	}
	for line := range strings.Lines(got) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
			p.Errorf("%d characters: %s", n, line)
		}
	}
}

func TestVerdictIsWhatTheNextCallGets(t *testing.T) {
	inEachCondition(t, func(p *patient, _ string) {
		v := p.Explain().Verdict
		began := p.sys.Now()
		ran := time.Duration(-1)
		_, err := Do(context.Background(), p.Guard, func(context.Context) (int, error) {
			ran = p.sys.Now().Sub(began)
			return 0, nil
		})
		refused, by := errors.AsType[*CallError](err)
		switch {
		case v.Waits && v.PolicyMode == EnforcePolicy:
			if p.sys.Now() == began {
				p.Errorf("%+v: it did not wait: %v", v, err)
			}
		case by && refused.RejectedBy() == byThrottle: // by chance
			if !strings.Contains(v.Why, "unless the throttle keeps it away") {
				p.Errorf("%+v: got %v", v, err)
			}
		case v.Admitted:
			if ran != 0 || err != nil {
				p.Errorf("%+v: ran %v, %v", v, ran, err)
			}
		case !by:
			p.Errorf("%+v: got %v", v, err)
		case refused.RejectedBy() != v.RefusedBy && v.RefusedBy != bySystem:
			p.Errorf("%+v: got %v", v, err)
		case v.RefusedBy != bySystem && (refused.RetryAfter() != v.RetryAfter || !strings.Contains(err.Error(), v.Why)):
			p.Errorf("%+v: got %v, again in %v", v, err, refused.RetryAfter())
		}
	})
}

func TestExplanationIsJSONInNaturalUnits(t *testing.T) {
	inEachCondition(t, func(p *patient, name string) {
		data, err := json.Marshal(p.Explain())
		if err != nil {
			p.Fatal(err)
		}
		var read map[string]any
		if err := json.Unmarshal(data, &read); err != nil {
			p.Fatal(err)
		}
		if name != "open" {
			return
		}
		verdict, _ := read["verdict"].(map[string]any)
		if verdict["refused_by"] != "breaker" || verdict["admitted"] != false || !strings.HasSuffix(verdict["retry_after"].(string), "s") {
			p.Errorf("%v", verdict)
		}
		if text := string(data); !strings.Contains(text, `{"path":"breaker.open_for","value":"10s","origin":"given"}`) ||
			!strings.Contains(text, `{"path":"breaker.probe_timeout","value":"10s","origin":"default"}`) ||
			!strings.Contains(text, `"cause":"failure-rate"`) {
			p.Errorf("%s", text)
		}
	})
}

func TestExplanationOfNoGuardSaysSo(t *testing.T) {
	var none *Guard
	for _, g := range []*Guard{none, {}} {
		e := g.Explain()
		if text := e.String(); !strings.HasPrefix(text, "no guard") {
			t.Errorf("%q", text)
		}
		if _, err := json.Marshal(e); err != nil {
			t.Error(err)
		}
	}
	if text := (Verdict{}).String(); text != "nothing is known" {
		t.Errorf("%q", text)
	}
}

func TestExplanationRemembersTheLastEightTransitionsOldestFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatient(t, explained)
		var epochs []uint64
		for i := range 20 {
			p.command([]Mode{Shadow, Off}[i%2])
			epochs = append(epochs, p.Stats().Epoch)
			var got []uint64
			for _, m := range p.Explain().Recent {
				got = append(got, m.Epoch)
			}
			if want := epochs[max(0, len(epochs)-8):]; !slices.Equal(got, want) {
				t.Fatalf("%v, want %v", got, want)
			}
		}
	})
}

func TestSubscriberFindsInTheExplanationWhatItHeardOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatient(t, explained)
		sub := p.sys.Subscribe(16)
		defer sub.Close()
		heard := make(chan bool)
		go func() {
			for e := range sub.C() {
				if e.Kind == EventTransition {
					heard <- slices.Contains(p.Explain().Recent, e.Transition)
					return
				}
			}
		}()
		p.trip()
		if !<-heard {
			t.Error("a transition was told before it was remembered")
		}
	})
}

func TestExplanationMovesAnOverdueCircuitAsACallWould(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatient(t, explained)
		p.trip()
		p.alarm.stop() // as if the timer were late
		time.Sleep(12 * time.Second)
		if e := p.Explain(); e.State != HalfOpen || !e.Verdict.Admitted {
			t.Errorf("%v", e)
		}
		synctest.Wait()
		if moves := p.Explain().Recent; len(moves) != 2 || moves[1].To != HalfOpen {
			t.Errorf("the move was not told: %v", moves)
		}
	})
}

func TestExplainingDisturbsNobody(t *testing.T) {
	p := explained
	p.Breaker.Consecutive = 3
	sys := start(t)
	n := 0
	var mu sync.Mutex
	r := spawn(t, sys, p, func(context.Context, int) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		if n++; n%7 < 3 {
			return 0, errDown
		}
		return n, nil
	})
	var work sync.WaitGroup
	for i := range 8 {
		work.Go(func() {
			for range 200 {
				switch i {
				case 0, 1:
					if e := r.Explain(); e.String() == "" || len(e.Recent) > 8 {
						t.Error("bad explanation")
					}
				case 2:
					_, _ = r.Update(t.Context(), p)
				case 3:
					_ = r.Command(t.Context(), Command{Mode: Enforce, Reset: true, Reason: "test", By: "test"})
				default:
					_, _ = r.Call(t.Context(), 1)
				}
			}
		})
	}
	work.Wait()
}

func TestExplanationIsTheReadersOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatient(t, explained)
		p.trip()
		want := p.Explain().String()
		e := p.Explain()
		e.Recent[0], e.Operations[0], e.Stages[2].Settings[0] = Transition{}, Operation{}, Setting{}
		if got := p.Explain().String(); got != want {
			t.Errorf("changed by its reader:\n%s", got)
		}
	})
}

func TestSettingsTellWhereEachValueComesFrom(t *testing.T) {
	r := spawn(t, start(t), Policy{
		Retry:    Retry{Backoff: Backoff{Base: time.Second}, Only: []fuseboard.Class{"timeout", "reset"}},
		Bulkhead: Bulkhead{Queue: 3},
	}, echo)
	var got []string
	for _, stage := range r.Explain().Stages {
		for _, s := range stage.Settings {
			got = append(got, s.Path+"="+s.Value+" "+string(s.Origin))
		}
	}
	want := []string{
		"retry.attempts=3 default", "retry.backoff.kind=exponential default", "retry.backoff.base=1s given",
		"retry.backoff.max=5s default", "retry.backoff.factor=2 default", "retry.backoff.jitter=full default",
		"retry.budget.ratio=20% default", "retry.budget.min_per_second=10 default", "retry.budget.window=10s default",
		"retry.only=timeout, reset given", "retry.max_retry_after=30s default",
		"bulkhead.concurrency=16 default", "bulkhead.queue=3 given",
		"bulkhead.max_wait=100ms, or a fifth of the call's time if less default", "bulkhead.order=fifo default",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestExplainNamesTheSettingsOfTheFleetByTheirSection(t *testing.T) {
	g := spawn(t, start(t), Policy{Breaker: Breaker{FailureRate: 0.4, MinCalls: 30}, Fleet: Fleet{Mode: FleetFollow, MinCalls: 20}}, func(context.Context, int) (int, error) { return 0, nil })
	text := strings.Join(strings.Fields(g.Explain().String()), " ")
	for _, want := range []string{"given failure_rate 40%, min_calls 30", "fleet.mode follow", "fleet.min_calls 20", "fleet.failure_rate 50%"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

// What shares a stage with the breaker's settings is not read as one of them.
func TestExplainNamesTheSettingsOfPanicsByTheirSection(t *testing.T) {
	g := spawn(t, start(t), Policy{Breaker: Breaker{Consecutive: 2}, Panics: Panics{Max: 3}}, func(context.Context, int) (int, error) { return 0, nil })
	text := strings.Join(strings.Fields(g.Explain().String()), " ")
	for _, want := range []string{"consecutive 2, panics.max 3", "panics.within 1m", "panics.hold 1m"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}
