// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// changes is what a naive reader expects of a guard whose policy changes at random.
type changes struct {
	*crowd
	given    Policy
	version  uint64
	repeated bool
	window   time.Duration // of the budget's account
	commands Command       // in force
	until    fuseboard.Instant
}

func drawPolicy(t *rapid.T) Policy {
	var p Policy
	if rapid.Bool().Draw(t, "deadline") {
		p.Deadline = Deadline{
			Total:   rapid.SampledFrom([]time.Duration{0, time.Minute, time.Hour}).Draw(t, "total"),
			Attempt: rapid.SampledFrom([]time.Duration{0, 30 * time.Second}).Draw(t, "attempt"),
		}
	}
	if rapid.Bool().Draw(t, "retry") {
		p.Retry = Retry{
			Attempts: rapid.IntRange(0, 3).Draw(t, "attempts"),
			Backoff:  Backoff{Base: rapid.SampledFrom([]time.Duration{0, time.Second}).Draw(t, "base")},
			Budget: Budget{
				Window:  rapid.SampledFrom([]time.Duration{0, 10 * time.Second, 30 * time.Second}).Draw(t, "account"),
				Weights: rapid.SampledFrom([]map[fuseboard.Class]float64{nil, {}, {"timeout": 2}, {"timeout": 1}, {"own": 0.3}}).Draw(t, "costs"),
			},
			Only: rapid.SampledFrom([][]fuseboard.Class{nil, {}, {"error"}}).Draw(t, "only"),
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "breaker") > 0 {
		p.Breaker = Breaker{
			Consecutive: rapid.SampledFrom([]int{0, 2, 3}).Draw(t, "consecutive"),
			Window:      rapid.SampledFrom([]Window{{}, {Span: 10 * time.Second}, {Calls: 10}, {Calls: 20}}).Draw(t, "window"),
			OpenFor:     rapid.SampledFrom([]time.Duration{0, 10 * time.Second, time.Minute}).Draw(t, "open for"),
			MaxOpen:     rapid.SampledFrom([]time.Duration{0, 5 * time.Minute, time.Minute}).Draw(t, "max open"),
			Ramp:        rapid.SampledFrom([]time.Duration{0, time.Minute}).Draw(t, "ramp"),
			Weights: rapid.SampledFrom([]map[fuseboard.Class]float64{
				nil, {}, {"throttled": 0.5}, {"throttled": 1}, {"own": 0.3},
			}).Draw(t, "weights"),
		}
	}
	if rapid.Bool().Draw(t, "bulkhead") {
		p.Bulkhead = Bulkhead{
			Concurrency: rapid.SampledFrom([]int{0, 1, 3, 16}).Draw(t, "concurrency"),
			Queue:       rapid.IntRange(0, 3).Draw(t, "queue"),
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "throttle") == 0 {
		p.Throttle = Throttle{Ratio: 10, Window: rapid.SampledFrom([]time.Duration{0, time.Minute}).Draw(t, "counted")}
	}
	if rapid.IntRange(0, 3).Draw(t, "rate") == 0 {
		p.Rate = RateLimit{Limit: rapid.SampledFrom([]int{100_000, 200_000}).Draw(t, "limit")}
		p.Rate.PerTenant.Limit = rapid.SampledFrom([]int{0, 90_000}).Draw(t, "of each tenant")
	}
	drawAnswers(t, &p)
	return p
}

// drawAnswers draws what answers in place of the dependency: nobody here, as the operation has
// no keys, and no failure has the class.
func drawAnswers(t *rapid.T, p *Policy) {
	if rapid.IntRange(0, 3).Draw(t, "cache") == 0 {
		p.Cache = Cache{
			TTL:        rapid.SampledFrom([]time.Duration{0, 10 * time.Second, time.Minute}).Draw(t, "ttl"),
			MaxEntries: rapid.SampledFrom([]int{0, 1, 1000}).Draw(t, "entries"),
			NegativeOn: rapid.SampledFrom([][]fuseboard.Class{nil, {}, {"error"}}).Draw(t, "negative on"),
			Coalesce:   rapid.SampledFrom([]Coalesce{CoalesceOn, CoalesceOff}).Draw(t, "coalesce"),
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "fallback") == 0 {
		p.Fallback = Fallback{
			Steps: []FallbackStep{{
				On:    rapid.SampledFrom([][]fuseboard.Class{{"conflict"}, {"conflict", "locked"}}).Draw(t, "on"),
				Value: rapid.SampledFrom([]FallbackValue{`"sorry"`, ` "sorry"`, `"later"`}).Draw(t, "value"),
			}},
			Timeout: rapid.SampledFrom([]time.Duration{0, time.Second, time.Minute}).Draw(t, "timeout"),
			MaxKeys: rapid.IntRange(0, 2).Draw(t, "keys"),
		}
	}
}

// lostOfLoad is what a naive reader expects to be lost of the sections that follow the load.
func lostOfLoad(before, after Policy) (lost []string) {
	switch was, is := before.Throttle.WithDefaults(), after.Throttle.WithDefaults(); {
	case was.On() && !is.On():
		lost = append(lost, "what the throttle has counted, because the throttle is off now")
	case was.On() && was.Window != is.Window:
		lost = append(lost, "what the throttle has counted, because throttle.window is another")
	}
	if before.Rate.Limit != 0 && after.Rate.Limit == 0 {
		lost = append(lost, "what is spent of the rate limit, because rate.limit is off now")
	}
	if before.Rate.PerTenant.On() && !after.Rate.PerTenant.On() {
		lost = append(lost, "what each tenant has spent, because rate.per_tenant is off now")
	}
	return lost
}

// differing compares two policies as their files, with all defaults written out.
func differing(t *rapid.T, before, after Policy) (paths []string) {
	files := [2]map[string]string{}
	for i, p := range []Policy{before, after} {
		data, err := p.WithDefaults().MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		files[i] = leavesOf(data)
		for path, value := range files[i] {
			if value == "[]" || path == "breaker.weights.throttled" && value == "0.5" || path == "retry.budget.weights.timeout" && value == "1" {
				delete(files[i], path)
			}
		}
	}
	for path := range files[0] {
		if files[0][path] != files[1][path] {
			paths = append(paths, path)
		}
	}
	for path := range files[1] {
		if _, both := files[0][path]; !both {
			paths = append(paths, path)
		}
	}
	if before.Fallback.On() != after.Fallback.On() { // the whole step comes or goes
		paths = append(slices.DeleteFunc(paths, func(path string) bool { return strings.HasPrefix(path, "fallback.steps[0].") }), "fallback.steps[0]")
	}
	slices.Sort(paths)
	return paths
}

func (m *changes) updateAtRandom(t *rapid.T) {
	next := drawPolicy(t)
	m.circuit.Expire(m.sys.Now())
	was := m.footing()
	change, err := m.Update(context.Background(), next)
	if next.Validate().Err() != nil {
		if err == nil || m.Stats().PolicyVersion != m.version || !reflect.DeepEqual(m.Policy(), m.given) {
			t.Fatalf("a bad policy: %v, %+v", err, m.Stats())
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	is := m.footing()
	m.version++
	after := next.clone()
	changed := slices.Sorted(slices.Values(change.Changed))
	if want := differing(t, m.given, next); !slices.Equal(changed, want) {
		t.Fatalf("changed %q, want %q", changed, want)
	}
	if change.Version != m.version || !reflect.DeepEqual(change.Before, m.given) || !reflect.DeepEqual(change.After, after) {
		t.Fatalf("%+v", change)
	}
	m.checkLost(t, change, was, is)
	m.given = after
	if is.waiting < was.waiting {
		return // what began now may have ended already
	}
	if d := m.gate.Depth(); d.Limit == 0 || d.InUse <= d.Limit {
		if is.waiting > 0 && is.inUse != d.Limit {
			t.Fatalf("%d in use, %d wait under %+v", is.inUse, is.waiting, d)
		}
	}
	if is.inUse != was.inUse || is.waiting != was.waiting {
		t.Fatalf("%+v, %+v", was, is)
	}
}

// checkLost compares what the change says is lost with what is.
func (m *changes) checkLost(t *rapid.T, change Change, was, is footing) {
	var lost []string
	quiet := is.waiting == was.waiting // nothing began that may have ended already
	breaker := change.After.Breaker.WithDefaults()
	off := !breaker.On()
	closes := off && was.circuit.State != Closed
	if closes {
		lost = append(lost, fmt.Sprintf("the circuit's state (%s), because the breaker is off now", was.circuit.State))
		if quiet && (is.circuit.State != Closed || is.circuit.Epoch != was.circuit.Epoch+1) {
			t.Fatalf("%+v", is.circuit)
		}
	} else if quiet && (is.circuit.State != was.circuit.State || is.circuit.Epoch != was.circuit.Epoch) {
		t.Fatalf("%+v, %+v", was.circuit, is.circuit)
	}
	old := change.Before.Breaker.WithDefaults()
	counted := old.On() && (was.circuit.State == Closed || was.circuit.State == Ramping || was.circuit.Mode == HoldClosed)
	switch {
	case counted && off:
		lost = append(lost, "the breaker's window, because the breaker is off now")
	case counted && old.Window != breaker.Window:
		lost = append(lost, "the breaker's window, because breaker.window has another shape")
		if quiet && is.circuit.Numbers != (Numbers{Consecutive: was.circuit.Numbers.Consecutive}) {
			t.Fatalf("%+v, %+v", was.circuit.Numbers, is.circuit.Numbers)
		}
	case quiet && !closes && is.circuit.Numbers != was.circuit.Numbers:
		t.Fatalf("%+v, %+v", was.circuit.Numbers, is.circuit.Numbers)
	}
	longest := m.sys.Now().Add(breaker.MaxOpen)
	if cut := was.circuit.Until.Sub(longest); !off && was.circuit.State == Open && cut > 0 {
		lost = append(lost, short(cut)+" of the circuit's open time, because breaker.max_open is less now")
		if quiet && is.circuit.Until != longest {
			t.Fatalf("%+v", is.circuit)
		}
	}
	m.repeated = m.repeated || change.Before.Retry.WithDefaults().Attempts > 1
	retry := change.After.Retry.WithDefaults()
	if retry.Attempts > 1 {
		if m.window != retry.Budget.Window && m.repeated {
			lost = append(lost, "the retry budget's account, because retry.budget.window is another")
			was.calls, was.repeats = 0, 0
		}
		m.window = retry.Budget.Window
	}
	lost = append(lost, lostOfLoad(change.Before, change.After)...)
	if is.calls < was.calls || is.repeats < was.repeats || quiet && (is.calls != was.calls || is.repeats != was.repeats) {
		t.Fatalf("the account: %+v, %+v", was, is)
	}
	if !slices.Equal(change.Lost, lost) {
		t.Fatalf("lost %q, want %q", change.Lost, lost)
	}
}

func (m *changes) commandAtRandom(t *rapid.T) {
	cmd := Command{Mode: rapid.SampledFrom([]Mode{Enforce, Shadow, Off, HoldOpen, HoldClosed}).Draw(t, "mode"), Reason: "drill", By: "ann"}
	if cmd.Mode != Enforce {
		cmd.TTL = rapid.SampledFrom([]time.Duration{20 * time.Second, 5 * time.Minute}).Draw(t, "ttl")
	}
	if err := m.Command(context.Background(), cmd); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	m.commands, m.until = cmd, m.sys.Now().Add(cmd.TTL)
	if cmd.Mode == Enforce {
		m.until = fuseboard.Never
	}
}

// check is run after each step: a command holds until its time is over, and only then.
func (m *changes) check(t *rapid.T) {
	synctest.Wait()
	mode := m.commands.Mode
	if m.sys.Now() >= m.until {
		mode = Enforce
	}
	if c := m.footing().circuit; c.Mode != mode || (mode != Enforce && c.ModeUntil != m.until) {
		t.Fatalf("mode %v until %v, want %v until %v", c.Mode, c.ModeUntil, mode, m.until)
	}
	if m.Stats().PolicyVersion != m.version || !reflect.DeepEqual(m.Policy(), m.given) {
		t.Fatalf("version %d, %+v", m.Stats().PolicyVersion, m.Policy())
	}
}

func TestRandomPoliciesUnderLoadAgreeWithTheNaiveModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		n := 0
		// Hidden from rapid: a bubble's T has no Deadline.
		rapid.Check(struct{ rapid.TB }{t}, func(rt *rapid.T) {
			n++
			first := drawPolicy(rt)
			for first.Validate().Err() != nil {
				first = Policy{}
			}
			m := &changes{crowd: newCrowdIn(t, sys, fmt.Sprint("dependency", n), first), given: first.clone(), version: 1, until: fuseboard.Never}
			if m.window = 10 * time.Second; first.Retry.WithDefaults().Attempts > 1 {
				m.window = first.Retry.WithDefaults().Budget.Window
			}
			send := func(what string) func(*rapid.T) { return func(*rapid.T) { m.send(what) } }
			rt.Repeat(map[string]func(*rapid.T){
				"":        m.check,
				"update":  m.updateAtRandom,
				"update2": m.updateAtRandom,
				"command": m.commandAtRandom,
				"ok":      send("ok"), "fail": send("fail"), "fails": send("fail"), "hold": send("hold"),
				"let go": func(*rapid.T) {
					select {
					case m.release <- struct{}{}:
					default:
					}
				},
				"later": func(rt *rapid.T) {
					time.Sleep(time.Duration(rapid.SampledFrom([]int{1, 5, 10, 60}).Draw(rt, "seconds")) * time.Second)
				},
			})
			m.letGo()
			if err := m.Stop(context.Background()); err != nil {
				rt.Fatal(err)
			}
		})
	})
}

func TestUpdatesAndCommandsAtOnceAreSerialised(t *testing.T) {
	const workers, each = 6, 40
	sys := start(t)
	sub := sys.Subscribe(workers*each*4 + 16)
	r := spawn(t, sys, loaded(), func(_ context.Context, n int) (int, error) {
		if n%4 == 0 {
			return 0, errDown
		}
		return n, nil
	}, With[int, int]{Safe: Always[int]})
	var mu sync.Mutex
	seen := map[uint64]Change{}
	var work, load sync.WaitGroup
	over := make(chan struct{})
	for range 3 {
		load.Go(func() {
			for n := 1; ; n++ {
				select {
				case <-over:
					return
				default:
				}
				_, _ = r.Ask(t.Context(), n).Wait(t.Context())
			}
		})
	}
	for w := range workers {
		work.Go(func() {
			for i := range each {
				if w == 0 {
					_ = r.Command(t.Context(), Command{Mode: []Mode{Shadow, HoldClosed, Enforce}[i%3], Reason: "drill", By: "ann", TTL: time.Duration(1+i%3/2*-1) * time.Hour})
					continue
				}
				p := loaded()
				for k := i; k < len(edits); k += w + 1 {
					edits[k].edit(&p)
				}
				if i%7 == w {
					p = Policy{}
				}
				change, err := r.Update(t.Context(), p)
				if p.Validate().Err() != nil {
					continue
				}
				mu.Lock()
				if _, twice := seen[change.Version]; twice || err != nil {
					t.Errorf("version %d twice, or %v", change.Version, err)
				}
				seen[change.Version] = change
				mu.Unlock()
			}
		})
	}
	work.Wait()
	close(over)
	load.Wait()
	sub.Close()
	before := loaded()
	for v := uint64(2); v < uint64(len(seen))+2; v++ {
		change, found := seen[v]
		if !found || !reflect.DeepEqual(change.Before, before) {
			t.Fatalf("version %d: %v, %+v", v, found, change)
		}
		before = change.After
	}
	checkOrder(t, sub, uint64(len(seen))+1)
}

// checkOrder reads what was told: versions one by one, epochs rising, and a state
// that a change says is lost is the one that the transition before it led to.
func checkOrder(t *testing.T, sub *Subscription, last uint64) {
	t.Helper()
	version, epoch, seq, state := uint64(1), uint64(1), uint64(0), Closed
	for e := range sub.C() {
		if seq++; e.Seq != seq {
			t.Fatalf("%+v", e)
		}
		switch e.Kind {
		case EventTransition:
			if e.Transition.Epoch != epoch+1 || e.Transition.From != state {
				t.Fatalf("%+v after epoch %d, %v", e, epoch, state)
			}
			epoch, state = e.Transition.Epoch, e.Transition.To
		case EventUpdated:
			if version++; e.Change.Version != version {
				t.Fatalf("%+v after version %d", e, version)
			}
		default:
		}
	}
	if version != last || sub.Dropped() != 0 {
		t.Errorf("version %d, want %d; %d dropped", version, last, sub.Dropped())
	}
}
