// SPDX-License-Identifier: Apache-2.0

package simtest_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/simulations/simtest"
	"github.com/fuseboard/fuseboard/simulations/world"
)

func TestAnOutageOfPayments(t *testing.T) {
	simtest.Run(t, "testdata/outage.yaml")
}

func TestItIsTheBreakerThatLetsGo(t *testing.T) {
	simtest.Fails(t, "testdata/outage.yaml", "payments open within 3s of outage", simtest.Set("payments.breaker=off"))
}

func TestRetriesHideAFewErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		payments := simtest.NewDependency(t, "payments", world.Model{Errors: 0.1}, 1)
		sys, err := actors.Start(actors.Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = sys.Shutdown(context.Background()) }()
		charge, err := actors.Spawn(sys, "payments", simtest.Handler[int](payments, "receipt"),
			actors.Policy{Retry: actors.Retry{Attempts: 3}}, actors.With[int, string]{Safe: actors.Always[int]})
		if err != nil {
			t.Fatal(err)
		}
		load := world.Load{To: "payments", Rate: 100, Until: time.Minute}
		played := simtest.Play(t, load, 1, func(ctx context.Context, _ *world.Request, info *actors.Info) error {
			_, err := charge.Call(actors.WithInfo(ctx, info), 1250)
			return err
		})
		if played.Goodput() < 0.99 {
			t.Error(played)
		}
	})
}
