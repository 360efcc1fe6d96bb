// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
)

func TestPolicyWithTenFaultsGivesTenReadableErrors(t *testing.T) {
	bad := Policy{
		Deadline: Deadline{Total: -time.Second, Attempt: 48 * time.Hour},
		Retry:    Retry{Attempts: -1, Backoff: Backoff{Base: -1, Factor: 99}, Budget: Budget{Ratio: 3}},
		Breaker:  Breaker{FailureRate: 1.5, MinCalls: -2, OpenFor: -time.Minute, Window: Window{Calls: 1_000_000}},
		Bulkhead: Bulkhead{Concurrency: -8, MaxWait: time.Hour},
	}
	_, err := Protect(start(t), "payments", bad)
	ps := problemsIn(t, err)
	paths := make(map[string]fuseboard.Problem)
	for _, p := range ps {
		paths[p.Path] = p
	}
	for _, path := range []string{
		"deadline.total", "deadline.attempt", "retry.attempts", "retry.backoff.base", "retry.backoff.factor",
		"retry.budget.ratio", "breaker.failure_rate", "breaker.min_calls", "breaker.open_for",
		"breaker.window.calls", "bulkhead.concurrency", "bulkhead.max_wait",
	} {
		p, found := paths[path]
		if !found {
			t.Errorf("no error for %s", path)
			continue
		}
		if p.Value == "" || p.Accepted == "" || p.Code == "" || p.Warning {
			t.Errorf("%s: says too little: %v", path, p)
		}
	}
	if lines := strings.Count(err.Error(), "\n") + 1; lines != len(ps) {
		t.Errorf("%d problems in %d lines", len(ps), lines)
	}
}

func TestWarningsStopNothingAndAreKept(t *testing.T) {
	p := Policy{
		Deadline: Deadline{Total: time.Second, Attempt: 800 * time.Millisecond},
		Retry:    Retry{Attempts: 3},
		Breaker:  Breaker{Probes: 9, SlowRate: 0.5, SlowAfter: 900 * time.Millisecond, ProbeTimeout: 100 * time.Millisecond},
		Bulkhead: Bulkhead{Concurrency: 2, Queue: 1, MaxWait: 2 * time.Second},
	}
	r := spawn(t, start(t), p, echo)
	codes := make(map[string]bool)
	for _, w := range r.Warnings() {
		codes[w.Code] = w.Warning && w.Fix != ""
	}
	for _, code := range []string{codeAttemptsTotal, codeProbesPermits, codeSlowAttempt, codeProbeAttempt, codeWaitTotal, codeRetrySafe} {
		if !codes[code] {
			t.Errorf("no usable warning %s in %v", code, r.Warnings())
		}
	}
	quiet, err := Bind(r.Guard, "quiet", echo, With[int, int]{Safe: Never[int]})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range quiet.Warnings() {
		if w.Code == codeRetrySafe && strings.Contains(w.Value, "quiet") {
			t.Errorf("warned of what was said: %v", w)
		}
	}
	if ws := (Policy{}).Validate().Warnings(); len(ws) != 1 || ws[0].Code != codeEmpty {
		t.Errorf("empty policy: %v", ws)
	}
	if ws := (Policy{Retry: twice}).Validate().Warnings(); len(ws) != 1 || ws[0].Code != codeNoDeadline {
		t.Errorf("retry alone: %v", ws)
	}
	good := Policy{
		Deadline: Deadline{Total: 2 * time.Second, Attempt: 800 * time.Millisecond}, Retry: Retry{Attempts: 2},
		Breaker: Breaker{FailureRate: 0.5}, Bulkhead: Bulkhead{Concurrency: 32, Queue: 64},
	}
	if ps := good.Validate(); len(ps) != 0 {
		t.Errorf("a good policy: %v", ps)
	}
}

func TestHostileNamesAreRefused(t *testing.T) {
	sys := start(t)
	for _, name := range []string{"", " ", "Payments", "a b", "../etc", "a/b", "a\nb", "a\x00", "ä", "-a", ".a", strings.Repeat("a", 64), "a{b=\"c\"}"} {
		_, err := Protect(sys, name, Policy{})
		p, ok := errors.AsType[fuseboard.Problem](err)
		if !ok || p.Accepted == "" {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"a", "0", "payments.eu-1_b", strings.Repeat("a", 63)} {
		if _, err := Protect(sys, name, Policy{}); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestTakenNamesAreRefused(t *testing.T) {
	sys := start(t)
	r := spawn(t, sys, Policy{}, echo)
	_, err := Protect(sys, "payments", Policy{})
	if taken, ok := errors.AsType[*NameError](err); !ok || !taken.Taken || taken.Op != "" {
		t.Errorf("got %v", err)
	}
	if _, err := Bind(r.Guard, "refund", echo); err != nil {
		t.Fatal(err)
	}
	_, err = Bind(r.Guard, "refund", echo)
	if taken, ok := errors.AsType[*NameError](err); !ok || taken.Op != "refund" {
		t.Errorf("got %v", err)
	}
	_, err = Bind(r.Guard, "No Good", echo)
	if _, ok := errors.AsType[fuseboard.Problem](err); !ok {
		t.Errorf("got %v", err)
	}
}

func TestNilsAreErrorsNotPanics(t *testing.T) {
	sys := start(t)
	r := spawn(t, sys, Policy{}, echo)
	var noRef *Ref[int, int]
	var noSystem *System
	var noContext context.Context
	nothing := func(err error) error { return err }
	for what, err := range map[string]error{
		"nil parent":         second(Protect(nil, "a", Policy{})),
		"nil system":         second(Protect(noSystem, "a", Policy{})),
		"zero system":        second(Protect(&System{}, "a", Policy{})),
		"nil guard":          second(Bind[int, int](nil, "a", echo)),
		"nil handler":        second(Bind[int, int](r.Guard, "a", nil)),
		"nil spawn handler":  second(Spawn[int, int](sys, "b", nil, Policy{})),
		"two withs":          second(Bind(r.Guard, "b", echo, With[int, int]{}, With[int, int]{})),
		"nil ref":            second(noRef.Call(t.Context(), 1)),
		"nil ref told":       nothing(noRef.Tell(t.Context(), 1)),
		"nil ref asked":      second(noRef.Ask(t.Context(), 1).Wait(t.Context())),
		"nil ref message":    second(noRef.Call(t.Context(), 1)),
		"ref of a guard":     second((&Ref[int, int]{Guard: r.Guard}).Call(t.Context(), 1)),
		"nil guard stopped":  (*Guard)(nil).Stop(t.Context()),
		"nil guard updated":  second((*Guard)(nil).Update(t.Context(), Policy{})),
		"zero guard ordered": (&Guard{}).Command(t.Context(), Command{}),
		"empty props":        second(sys.SpawnActor("empty", &actor.Props{})),
		"nil producer":       second(sys.SpawnActor("producer", actor.PropsFromProducer(nil))),
		"zero ref":           second((&Ref[int, int]{}).Call(t.Context(), 1)),
		"do with nil guard":  second(Do(t.Context(), nil, func(context.Context) (int, error) { return 0, nil })),
		"do with nil func":   second(Do[int](t.Context(), r.Guard, nil)),
		"nil context":        second(r.Call(noContext, 1)),
		"nil context, asked": second(r.Ask(noContext, 1).Wait(noContext)),
		"nil future":         second((*Future[int])(nil).Wait(t.Context())),
		"zero future":        second((&Future[int]{}).Wait(t.Context())),
		"nil context, told":  nothing(r.Tell(noContext, 1)),
		"nil props":          second(sys.SpawnActor("client", nil)),
		"bad actor name":     second(sys.SpawnActor("No Good", nil)),
	} {
		if err == nil {
			t.Errorf("%s: no error", what)
			continue
		}
		if p, ok := errors.AsType[fuseboard.Problem](err); ok && p.Fix == "" && p.Accepted == "" {
			t.Errorf("%s: does not say what to do: %v", what, err)
		}
	}
	if s := r.Stats(); s.Gate.InUse != 0 {
		t.Errorf("%+v", s)
	}
	for _, g := range []*Guard{nil, {}} {
		if g.Name() != "" || g.PID() != nil || g.State() != Closed || !reflect.DeepEqual(g.Stats(), Stats{}) || g.Warnings() != nil || g.Policy().Breaker.On() {
			t.Error("a guard that nobody made has something")
		}
	}
	for _, s := range []*System{nil, {}} {
		if _, found := s.Guard("payments"); found || s.Guards() != nil || s.Now() != 0 {
			t.Error("a system that nobody made has something")
		}
		if _, open := <-s.Subscribe(1).C(); open {
			t.Error("a subscription to nothing is open")
		}
	}
	for _, s := range []*Subscription{nil, {}} {
		s.Close()
		if _, open := <-s.C(); open || s.Dropped() != 0 {
			t.Error("a subscription that nobody made has something")
		}
	}
	for _, f := range []*Future[int]{nil, {}} {
		<-f.Done()
	}
	noSystem.Shutdown(t.Context())    //nolint:errcheck // must not panic
	(&System{}).Shutdown(t.Context()) //nolint:errcheck // must not panic
	if _, err := r.Call(t.Context(), 1); err != nil {
		t.Error(err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestZeroAndNegativeSubscriptionBuffersWork(t *testing.T) {
	sys := start(t)
	for _, n := range []int{-1, 0, 1 << 62} {
		sub := sys.Subscribe(n)
		if c := cap(sub.c); c < 1 || c > maxBuffer {
			t.Errorf("buffer %d made a capacity of %d", n, c)
		}
		sub.Close()
	}
}
