// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/simulations/world"
)

// shop is a service with code of its own: it asks a second dependency where the first one fails.
func shop(p Process) (Caller, error) {
	reach := func(to string) actors.Handler[*world.Request, bool] {
		return func(ctx context.Context, _ *world.Request) (bool, error) { return true, p.Reach(ctx, to) }
	}
	payments, err := actors.Spawn(p.System, "payments", reach("payments"), actors.Policy{})
	if err != nil {
		return nil, err
	}
	backup, err := actors.Spawn(p.System, "backup", reach("backup"), actors.Policy{})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, r *world.Request, info *actors.Info) error {
		if _, err := payments.Call(actors.WithInfo(ctx, info), r); err == nil {
			return nil
		}
		_, err := backup.Call(ctx, r)
		return err
	}, nil
}

const shopScenario = `
simulation: shop
duration: 30s
runs: 1
policies:
  dependencies:
    payments: {breaker: {failure_rate: 50%, min_calls: 20, open_for: 5s}}
dependencies:
  payments: {latency: 10ms}
  backup: {latency: 30ms}
load:
  - {to: payments, rate: 50/s}
faults:
  - {name: outage, at: 10s, dependency: payments, errors: 100%}
expect:
  - goodput == 100%
  - payments open within 15s of outage
  - attempts(backup) >= 0.5
`

func TestAServiceWithCodeOfItsOwnIsSimulated(t *testing.T) {
	r := simulate(t, shopScenario, Options{Children: -1, Service: shop})
	for _, j := range r.Expectations {
		if !j.Held {
			t.Errorf("%s: %s; %s", j.Text, j.Found, j.Why)
		}
	}
	r = simulate(t, shopScenario, Options{Children: -1})
	if r.Expectations[0].Held {
		t.Error("the generic service has a backup")
	}
}

func TestAServiceThatDoesNotStartBreaksItsRun(t *testing.T) {
	r, err := Run(t.Context(), read(t, shopScenario), Options{Children: -1, Service: func(Process) (Caller, error) { return nil, errors.New("no configuration") }})
	if err != nil {
		t.Fatal(err)
	}
	if r.Verdict != Broken || len(r.Broken) != 2 || !strings.Contains(r.Broken[0].Why, "node 1: the service does not start: no configuration") {
		t.Errorf("%s: %+v", r.Verdict, r.Broken)
	}
}

func TestAServiceThatPanicsBreaksItsRun(t *testing.T) {
	r, err := Run(t.Context(), read(t, shopScenario), Options{Children: -1, Interleavings: 1, Service: func(Process) (Caller, error) { panic("a mistake") }})
	if err != nil {
		t.Fatal(err)
	}
	if r.Verdict != Broken || len(r.Broken) != 1 || !strings.Contains(r.Broken[0].Why, "a mistake") {
		t.Errorf("%s: %+v", r.Verdict, r.Broken)
	}
}

func TestAnUnknownDependencyIsNotReached(t *testing.T) {
	service := func(p Process) (Caller, error) {
		return func(ctx context.Context, _ *world.Request, _ *actors.Info) error { return p.Reach(ctx, "paymens") }, nil
	}
	r := simulate(t, shopScenario, Options{Children: -1, Service: service, Interleavings: 1})
	if run := r.Variants[0].Runs[0]; run.Summary["failed"] != 1 {
		t.Errorf("%+v", run.Summary)
	}
}

func TestARunThatIsCancelledSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("the terminal is closed")
	o := Options{Children: 2, Progress: func(Progress) { cancel(cause) }}
	if _, err := Run(ctx, read(t, shopScenario), o); !errors.Is(err, cause) {
		t.Errorf("%v", err)
	}
	o.Children = -1
	if _, err := Run(ctx, read(t, shopScenario), o); !errors.Is(err, cause) {
		t.Errorf("%v", err)
	}
}
