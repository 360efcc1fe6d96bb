// SPDX-License-Identifier: Apache-2.0

package simtest

import (
	"context"
	"testing"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/bubble"
	"github.com/fuseboard/fuseboard/simulations/world"
)

// NewDependency returns a fake dependency that behaves as the model says, and closes it when the test ends. What goes wrong with it is
// the test's to say: end := payments.Begin(world.Effect{Errors: 1}). The same seed draws the same.
//
// It runs in virtual time: call it within a bubble, with the bubble's own t. The test ends at once where time is real, or where the model has a flaw.
func NewDependency(t testing.TB, name string, m world.Model, seed world.Seed) *world.Dependency {
	t.Helper()
	virtual(t, "NewDependency")
	d, err := world.NewDependency(name, m, seed)
	if err != nil {
		t.Fatalf("simtest: the model of %q has flaws:\n%v", name, err)
	}
	t.Cleanup(func() {
		if !bubble.Inside() {
			t.Errorf("simtest: %s outlives its bubble: give NewDependency the t of synctest.Test, not that of the test around it", name)
			return
		}
		d.Close()
	})
	return d
}

// virtual ends a test that would take real time.
func virtual(t testing.TB, who string) {
	t.Helper()
	if !bubble.Inside() {
		t.Fatalf("simtest: %s needs virtual time, and here it is real: call it within synctest.Test(t, func(t *testing.T) { … })", who)
	}
}

// Handler returns a handler that reaches the dependency and answers resp, to be given to actors.Spawn or actors.Bind. Its errors
// have the class that the model and its effects give them.
//
//	charge, err := actors.Bind(guard, "charge", simtest.Handler[Charge](payments, Receipt{ID: 1}))
func Handler[Req, Resp any](d *world.Dependency, resp Resp) actors.Handler[Req, Resp] {
	return HandlerFunc(d, func(context.Context, Req) (Resp, error) { return resp, nil })
}

// HandlerFunc is [Handler] with an answer of its own for each request: once the dependency has done its work, answer is called, on the goroutine of the attempt.
func HandlerFunc[Req, Resp any](d *world.Dependency, answer func(context.Context, Req) (Resp, error)) actors.Handler[Req, Resp] {
	return func(ctx context.Context, req Req) (resp Resp, err error) {
		if err := d.Serve(ctx); err != nil {
			return resp, err
		}
		return answer(ctx, req)
	}
}
