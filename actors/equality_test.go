// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/lane"
	"github.com/fuseboard/fuseboard/patterns/adaptive"
	"github.com/fuseboard/fuseboard/supervision"
)

// The actor way is the meaning, the caller's way its optimisation: a history of
// requests, commands and policies is played once through Call and once through
// messages, and everything that can be seen must be the same.

// behaviour is how one attempt of a request ends.
type behaviour struct {
	how  string // "ok", "error", "refused", "throttled", "panic", "goexit"
	take time.Duration
}

// scripted is one request of a history.
type scripted struct {
	id       int
	at       time.Duration
	attempts []behaviour // the last one repeats
	safe     bool
	leaves   time.Duration // the caller cancels after this; 0: it stays
	deadline time.Duration // of the caller; 0: none
	priority fuseboard.Priority
	tenant   string
	key      string    // of what it asks for; empty: it has none
	instead  behaviour // of the hook that computes another answer
}

// history is what happens to one guard.
type history struct {
	op       string   // what is asked for, beside which the guard has another; empty: what has no name
	policies []Policy // the first one, then one for each update
	requests []scripted
	commands []Command
	telling  bool            // a hook classifies its answers
	answers  *answersDrawn   // what stands around the calls; nil: nothing
	moments  []time.Duration // of the commands, then of the updates
}

func drawHistory(t *rapid.T) history {
	var h history
	for range rapid.IntRange(1, 3).Draw(t, "policies") {
		h.policies = append(h.policies, drawLivePolicy(t))
	}
	h.telling = rapid.Bool().Draw(t, "telling")
	h.op = rapid.SampledFrom([]string{"", "charge", "status", "audit"}).Draw(t, "operation")
	n := rapid.IntRange(1, 14).Draw(t, "requests")
	at := time.Duration(0)
	for id := range n {
		at += time.Duration(rapid.IntRange(0, 400).Draw(t, "gap")) * time.Millisecond
		h.requests = append(h.requests, drawScripted(t, id, at))
	}
	h.untangle()
	for range rapid.IntRange(0, 2).Draw(t, "commands") {
		h.commands = append(h.commands, Command{
			Mode:   rapid.SampledFrom([]Mode{Enforce, Shadow, Off, HoldOpen, HoldClosed}).Draw(t, "mode"),
			Reason: "drill", By: "test", TTL: time.Duration(rapid.IntRange(1, 3).Draw(t, "ttl")) * time.Second,
			Reset: rapid.Bool().Draw(t, "reset"),
		})
	}
	for i := range len(h.commands) + len(h.policies) - 1 {
		h.moments = append(h.moments, time.Duration(rapid.IntRange(0, 3000).Draw(t, "moment"))*time.Millisecond+time.Duration(500+i)*time.Microsecond)
	}
	return h
}

// untangle takes queues from rate limits where a turn may be given back: whoever comes next
// has it together with the last in the queue, at one instant.
func (h history) untangle() {
	leaves := slices.ContainsFunc(h.requests, func(s scripted) bool { return s.leaves > 0 || s.deadline > 0 })
	for i := range h.policies {
		p := &h.policies[i]
		if leaves || len(h.policies) > 1 || p.Bulkhead.On() || p.Adaptive.On() || p.Workers.On() || p.Deadline.On() || p.Breaker.On() || len(p.Cases) > 0 {
			p.Rate.Queue = 0
		}
	}
}

func drawLivePolicy(t *rapid.T) Policy {
	p := Policy{
		Retry: Retry{
			Attempts: rapid.IntRange(1, 4).Draw(t, "attempts"),
			Backoff: Backoff{
				Base: 40 * time.Millisecond, Max: 300 * time.Millisecond,
				Jitter: rapid.SampledFrom([]supervision.Jitter{
					supervision.FullJitter, supervision.NoJitter, supervision.EqualJitter, supervision.DecorrelatedJitter,
				}).Draw(t, "jitter"),
			},
			Budget: Budget{MinPerSecond: 1000},
		},
	}
	if rapid.Bool().Draw(t, "classes") {
		p.Retry.Classes = map[fuseboard.Class]ClassRetry{
			fuseboard.ClassRefused: {Attempts: rapid.IntRange(1, 4).Draw(t, "refused attempts")},
			fuseboard.ClassThrottled: {Backoff: Backoff{
				Base: 30 * time.Millisecond, Jitter: rapid.SampledFrom([]supervision.Jitter{0, supervision.DecorrelatedJitter}).Draw(t, "throttled jitter"),
			}},
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "tight budget") == 0 {
		p.Retry.Budget = Budget{MinPerSecond: 1, Window: time.Second, Weights: map[fuseboard.Class]float64{fuseboard.ClassTimeout: 2, fuseboard.ClassRefused: 0.3}}
	}
	if p.Retry.Attempts == 1 {
		p.Retry = Retry{}
	}
	if rapid.Bool().Draw(t, "breaker") {
		p.Breaker = Breaker{Consecutive: rapid.IntRange(2, 4).Draw(t, "consecutive"), OpenFor: 500 * time.Millisecond, Probes: 2}
	}
	if rapid.Bool().Draw(t, "bulkhead") {
		p.Bulkhead = Bulkhead{
			Concurrency: rapid.IntRange(1, 3).Draw(t, "permits"), Queue: rapid.IntRange(0, 3).Draw(t, "queue"),
		}
	}
	if rapid.Bool().Draw(t, "deadline") {
		p.Deadline = Deadline{Attempt: 150*time.Millisecond + 3*time.Microsecond, Total: 900*time.Millisecond + 5*time.Microsecond}
	}
	if rapid.Bool().Draw(t, "isolated") {
		p.Workers = Workers{Max: rapid.IntRange(1, 4).Draw(t, "workers"), MaxAbandoned: rapid.IntRange(1, 2).Draw(t, "abandoned")}
		if rapid.Bool().Draw(t, "hedged") {
			p.Hedge = Hedge{
				After:  time.Duration(rapid.IntRange(10, 200).Draw(t, "hedge after"))*time.Millisecond + 29*time.Microsecond,
				Copies: rapid.IntRange(1, 2).Draw(t, "copies"),
			}
			// A call that has waited begins when another ends: so the copies of the one would be due
			// at the instants when those of the other are, and what happens first would be chance.
			p.Bulkhead.Queue = 0
		}
	}
	if p.Deadline.On() && rapid.Bool().Draw(t, "adaptive attempts") {
		p.Deadline.Adaptive = AdaptiveAttempt{Quantile: 0.9, MinCalls: 1, Factor: 1.5}
	}
	drawLoad(t, &p)
	p.Mode = rapid.SampledFrom([]PolicyMode{EnforcePolicy, EnforcePolicy, EnforcePolicy, ShadowPolicy, ShadowPolicy, BypassPolicy}).Draw(t, "policy mode")
	if rapid.IntRange(0, 3).Draw(t, "panics") == 0 {
		p.Panics = Panics{Max: 2, Within: time.Second, Hold: 300 * time.Millisecond}
	}
	for i := range rapid.SampledFrom([]int{0, 0, 1, 2, 4}).Draw(t, "cases") {
		p.Cases = append(p.Cases, drawLiveCase(t, time.Duration(i)))
	}
	return p
}

// drawLoad draws the sections that follow how much is asked.
func drawLoad(t *rapid.T, p *Policy) {
	if rapid.IntRange(0, 2).Draw(t, "rated") == 0 {
		p.Rate = RateLimit{
			Limit: rapid.IntRange(2, 20).Draw(t, "rate"), Burst: rapid.IntRange(1, 4).Draw(t, "burst"),
			Queue: rapid.IntRange(0, 2).Draw(t, "turns"),
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "throttled") == 0 {
		p.Throttle = Throttle{Window: 2 * time.Second, MinCalls: rapid.IntRange(1, 4).Draw(t, "calls")}
	}
	if rapid.IntRange(0, 3).Draw(t, "adaptive") == 0 {
		p.Adaptive = Adaptive{
			Min: 1, Max: rapid.IntRange(1, 5).Draw(t, "most"), Window: 200 * time.Millisecond, MinSamples: 1,
			Kind: rapid.SampledFrom([]adaptive.Kind{adaptive.KindGradient2, adaptive.KindVegas, adaptive.KindAIMD}).Draw(t, "kind"),
		}
	}
}

// drawLiveCase gives each case its own nanoseconds, for the same reason as drawScripted.
func drawLiveCase(t *rapid.T, own time.Duration) Case {
	c := Case{
		Operations: rapid.SampledFrom([][]string{nil, nil, {"charge"}, {"status", "refund"}}).Draw(t, "for operations"),
		Priorities: rapid.SampledFrom([][]fuseboard.Priority{nil, {fuseboard.Sheddable}, {fuseboard.High, fuseboard.Critical}}).Draw(t, "for priorities"),
		Tenant:     rapid.SampledFrom([]string{"", "", "acme", "globex"}).Draw(t, "for tenant"),
		Attempt:    rapid.SampledFrom([]int{0, 0, 2, 3}).Draw(t, "from attempt"),
	}
	some := func(what string, least, most int) time.Duration {
		return time.Duration(rapid.IntRange(least, most).Draw(t, what))*time.Millisecond + 7*time.Microsecond + own*11
	}
	if rapid.Bool().Draw(t, "its deadline") {
		c.Deadline.Attempt = some("its attempt", 20, 300)
		if c.Attempt < 2 {
			c.Deadline.Total = some("its total", 100, 1200)
		}
	}
	if rapid.Bool().Draw(t, "its retry") {
		c.Retry = Retry{Attempts: rapid.IntRange(0, 4).Draw(t, "its attempts"), Backoff: Backoff{Base: some("its base", 10, 90)}}
	}
	if rapid.Bool().Draw(t, "its wait") {
		c.MaxWait = some("its wait", 1, 400)
	}
	return c
}

// drawScripted gives each request its own nanoseconds, so that no two things
// happen at one instant: their order would be the scheduler's.
func drawScripted(t *rapid.T, id int, at time.Duration) scripted {
	own := time.Duration(id+1) * 17
	r := scripted{id: id, at: at + own*time.Nanosecond, safe: rapid.Bool().Draw(t, "safe")}
	for i := range rapid.IntRange(1, 4).Draw(t, "lines") {
		r.attempts = append(r.attempts, behaviour{
			how:  rapid.SampledFrom([]string{"ok", "ok", "error", "error", "refused", "throttled", "panic", "goexit"}).Draw(t, "how"),
			take: time.Duration(rapid.IntRange(0, 250).Draw(t, "take"))*time.Millisecond + own*101 + time.Duration(i+1),
		})
	}
	if rapid.IntRange(0, 3).Draw(t, "patience") == 0 {
		r.leaves = time.Duration(rapid.IntRange(1, 600).Draw(t, "leaves"))*time.Millisecond + own*13
	}
	if rapid.IntRange(0, 3).Draw(t, "dated") == 0 {
		r.deadline = time.Duration(rapid.IntRange(1, 600).Draw(t, "own deadline"))*time.Millisecond + own*7
	}
	r.priority = rapid.SampledFrom(rising).Draw(t, "priority")
	r.tenant = rapid.SampledFrom([]string{"", "acme", "globex"}).Draw(t, "tenant")
	return r
}

// askedToWait is a failure that asks to be left alone.
type askedToWait struct{}

func (askedToWait) Error() string { return "slow down" }

func (s scripted) run(ctx context.Context, attempt int) (int, error) {
	b := s.attempts[min(attempt, len(s.attempts)-1)]
	select {
	case <-time.After(b.take):
	case <-ctx.Done(): // not at the very instant at which its caller may leave it
		<-time.After(200*time.Microsecond + time.Duration(s.id+1)*19)
		return 0, ctx.Err()
	}
	switch b.how {
	case "error":
		return s.id, errDown
	case "refused":
		return 0, syscall.ECONNREFUSED
	case "throttled":
		return 0, askedToWait{}
	case "panic":
		panic("boom")
	case "goexit":
		runtime.Goexit()
	}
	return s.id * 10, nil
}

// record is everything that can be seen of a history.
type record struct {
	mu    sync.Mutex
	began time.Time
	tried map[int]int // attempts made, by request
	loose bool        // what broke is not told in detail: see equality_answers_test.go
	lines []string
	stats Stats // at the end
}

// try counts an attempt and returns how many there were before it.
func (r *record) try(id int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tried[id]++
	return r.tried[id] - 1
}

func (r *record) tries(id int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tried[id]
}

func (r *record) note(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprintf("%12d ", time.Since(r.began))+fmt.Sprintf(format, args...))
}

func (r *record) answer(id, value int, err error) {
	text, attempts := "", 0
	if err != nil {
		text = err.Error()
	}
	if e, ok := errors.AsType[*CallError](err); ok {
		attempts = e.Attempts
	}
	if r.loose && (strings.Contains(text, ErrGoexit.Error()) || strings.Contains(text, "panicked")) {
		text, attempts = "broken", 0
	}
	r.note("answer of %d: %d, %d attempts, %s", id, value, attempts, text)
}

// way is how a history is lived through.
type way struct {
	messages bool // else by calls
	winding  bool // calls take the way of those that need everything
	entry    bool // calls are made between Enter and Done
	do       bool // calls are made by Do
	ask      bool // calls are made by Ask
	lanes    int  // over which the guard's counts are spread; 0: not
}

func (h history) play(t *testing.T, w way) *record {
	if w.lanes > 0 {
		defer lane.Force(w.lanes)()
	}
	rec := &record{tried: map[int]int{}, loose: h.answers != nil}
	synctest.Test(t, func(t *testing.T) {
		sys := startWith(t, Options{Seed: 1, Observe: func(ctx context.Context, c CallInfo) {
			rec.note("observed, %s: %d attempts, %+v, %q, took %s, waited %s, %v",
				fuseboard.PriorityOf(ctx), c.Attempts, c.Outcome, c.RejectedBy, c.Elapsed, c.Waited, c.Err)
		}})
		rec.began = time.Now()
		sub := sys.Subscribe(1000)
		handle := func(ctx context.Context, s scripted) (int, error) {
			attempt := rec.try(s.id)
			rec.note("attempt %d of %d, %s", attempt+1, s.id, fuseboard.PriorityOf(ctx))
			return s.run(ctx, attempt)
		}
		r := spawn(t, sys, h.policies[0], handle, h.hooks(w, rec))
		if h.op != "" {
			r = bindTo(t, r.Guard, h.op, handle, h.hooks(w, rec))
		}
		if w.lanes > 0 {
			r.spread(w.lanes)
		}
		var wait sync.WaitGroup
		send := h.sender(t, sys, r, rec, &wait, w)
		for _, s := range h.requests {
			wait.Add(1)
			time.AfterFunc(s.at, func() { send(s) })
		}
		for i, at := range h.moments {
			wait.Add(1)
			time.AfterFunc(at, func() {
				defer wait.Done()
				if i < len(h.commands) {
					_ = r.Command(t.Context(), h.commands[i])
					return
				}
				change, err := r.Update(t.Context(), h.policies[i-len(h.commands)+1])
				rec.note("update %d: %v %v", change.Version, change.Lost, err)
			})
		}
		wait.Wait()
		time.Sleep(time.Minute)
		if h.answers != nil {
			answersOf(r.op, r.handle, r.with) // made by the first call that needs them, and told of from then on
		}
		rec.stats = r.Stats()
		rec.note("%+v", rec.stats)
		if err := sys.Shutdown(t.Context()); err != nil {
			rec.note("%v", err)
		}
		for e := range sub.C() {
			rec.lines = append(rec.lines, fmt.Sprintf("%12d event %d %s %s", e.At, e.Seq, e.Kind, e.Transition))
		}
	})
	// What happens at one instant has no order between goroutines.
	slices.SortStableFunc(rec.lines, cmp.Compare[string])
	return rec
}

func (h history) hooks(w way, rec *record) With[scripted, int] {
	hooks := With[scripted, int]{Safe: func(s scripted) bool { return s.safe }, Meta: w.winding}
	if h.telling {
		hooks.Classify = tellingWaits
	}
	if h.answers != nil {
		h.answers.lay(&hooks, rec)
	}
	return hooks
}

func tellingWaits(_ int, err error) fuseboard.Outcome {
	if errors.Is(err, askedToWait{}) {
		return fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassThrottled, RetryAfter: 70 * time.Millisecond}
	}
	return fuseboard.Outcome{}
}

// sender returns what sends a request: a call on a goroutine of its own, or a
// message from an actor that takes the reply.
func (h history) sender(t *testing.T, sys *System, r *Ref[scripted, int], rec *record, wait *sync.WaitGroup, w way) func(scripted) {
	contextOf := func(s scripted) context.Context {
		ctx, leave := context.WithCancel(t.Context())
		if s.deadline > 0 {
			ctx, leave = context.WithTimeout(t.Context(), s.deadline)
		}
		if s.leaves > 0 {
			time.AfterFunc(s.leaves, leave)
		}
		t.Cleanup(leave)
		return fuseboard.WithMeta(ctx, fuseboard.Meta{Priority: s.priority, Tenant: s.tenant})
	}
	if !w.messages {
		return func(s scripted) {
			go func() {
				defer wait.Done()
				answered := false
				defer func() {
					if answered {
						return
					}
					// The handler ended the caller's goroutine, which is all the answer there is, or
					// panicked under a policy that is not enforced.
					e := &CallError{Dependency: r.Name(), Op: r.op.name, Attempts: rec.tries(s.id), Cause: ErrGoexit}
					if value := recover(); value != nil {
						e.Cause = &PanicError{Value: value}
					}
					rec.answer(s.id, 0, e)
				}()
				value, err := w.call(contextOf(s), r, s, rec)
				answered = true
				rec.answer(s.id, value, err)
			}()
		}
	}
	client, err := sys.SpawnActor("client", actor.PropsFromFunc(func(ctx actor.Context) {
		switch m := ctx.Message().(type) {
		case scripted:
			ctx.Request(r.PID(), r.Message(contextOf(m), m))
		case Reply[scripted, int]:
			rec.answer(m.Request.id, m.Value, m.Err)
			wait.Done()
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	return func(s scripted) { sys.root.Send(client, s) }
}

var nothingWould = strings.TrimPrefix(fmt.Sprintf("%+v", Would{}), "{")

func TestCallsAndMessagesAreTheSame(t *testing.T) {
	var answers, repeats, moves, watched int
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHistory(rt)
		calls, messages := h.play(t, way{}), h.play(t, way{messages: true})
		if got, want := strings.Join(messages.lines, "\n"), strings.Join(calls.lines, "\n"); got != want {
			rt.Fatalf("%+v\nby messages:\n%s\nby calls:\n%s", h, got, want)
		}
		for _, line := range calls.lines {
			answers += strings.Count(line, "answer of")
			repeats += strings.Count(line, "attempt 2 of")
			if _, would, found := strings.Cut(line, " Would:{"); found && !strings.HasPrefix(would, nothingWould) {
				watched++
			}
			moves += strings.Count(line, "event") - strings.Count(line, "started") - strings.Count(line, "stopped")
		}
	})
	if !testing.Short() && (answers == 0 || repeats == 0 || moves == 0 || watched == 0) { // a short run has few histories
		t.Errorf("the histories show nothing: %d answers, %d repeated, %d moves, %d with would-haves", answers, repeats, moves, watched)
	}
	t.Logf("%d answers, %d repeated, %d moves, %d with would-haves", answers, repeats, moves, watched)
}

// call makes one call in the way.
func (w way) call(ctx context.Context, r *Ref[scripted, int], s scripted, rec *record) (int, error) {
	switch {
	case w.entry:
		return entered(ctx, r.Guard, s, rec)
	case w.ask:
		return r.Ask(ctx, s).Wait(context.Background())
	case w.do:
		return Do(ctx, r.Guard, func(ctx context.Context) (int, error) { return s.noted(ctx, rec) })
	}
	return r.Call(ctx, s)
}

// entered is the call between Enter and Done.
func entered(ctx context.Context, g *Guard, s scripted, rec *record) (value int, err error) {
	entry, err := g.Enter(ctx)
	if err != nil {
		return 0, err
	}
	defer entry.Done(&err)
	return s.noted(entry.Context(), rec)
}

func (s scripted) noted(ctx context.Context, rec *record) (int, error) {
	attempt := rec.try(s.id)
	rec.note("attempt %d of %d, %s", attempt+1, s.id, fuseboard.PriorityOf(ctx))
	return s.run(ctx, attempt)
}

// bare is the history without what an Entry leaves to its caller, or cannot see: repetitions, other
// goroutines, and the end of its own.
func (h history) bare() history {
	for i := range h.policies {
		h.policies[i].Retry, h.policies[i].Workers, h.policies[i].Hedge = Retry{}, Workers{}, Hedge{}
		for j := range h.policies[i].Cases {
			h.policies[i].Cases[j].Retry = Retry{}
		}
	}
	for i, s := range h.requests {
		h.requests[i].attempts = slices.Clone(s.attempts)
		for j := range s.attempts {
			if s.attempts[j].how == "goexit" {
				h.requests[i].attempts[j].how = "panic"
			}
		}
	}
	return h
}

func TestDoAndEnterAreTheSame(t *testing.T) {
	entries := 0
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHistory(rt).bare()
		do := h.play(t, way{do: true})
		for _, w := range []way{{entry: true}, {entry: true, lanes: 4}} {
			if got, want := strings.Join(h.play(t, w).lines, "\n"), strings.Join(do.lines, "\n"); got != want {
				rt.Fatalf("%+v\n%+v:\n%s\nby Do:\n%s", h, w, got, want)
			}
		}
		entries += len(h.requests)
	})
	if !testing.Short() && entries == 0 {
		t.Error("no call was made")
	}
}

// The straight way of a call, whatever lanes it counts in, is the winding one with less.
func TestStraightAndWindingCallsAreTheSame(t *testing.T) {
	straight := 0
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHistory(rt)
		winding := h.play(t, way{winding: true})
		for _, w := range []way{{}, {lanes: 1}, {lanes: 4}} {
			if got, want := strings.Join(h.play(t, w).lines, "\n"), strings.Join(winding.lines, "\n"); got != want {
				rt.Fatalf("%+v\n%+v:\n%s\nwinding:\n%s", h, w, got, want)
			}
		}
		if !h.telling && h.policies[0].Mode == EnforcePolicy && !h.policies[0].Workers.On() {
			straight++
		}
	})
	if !testing.Short() && straight == 0 {
		t.Error("no call went straight")
	}
}
