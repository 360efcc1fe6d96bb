// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/simulations"
	"github.com/fuseboard/fuseboard/simulations/simtest"
	"github.com/fuseboard/fuseboard/simulations/world"
)

// simulated is the shop in a simulation: its own code, whose handlers reach the simulated dependencies.
func simulated(p simulations.Process) (simulations.Caller, error) {
	shop, err := newShop(p.System, backends{
		stock:  func(ctx context.Context, _ Order) (int, error) { return 1, p.Reach(ctx, "stock") },
		charge: func(ctx context.Context, _ Order) (string, error) { return "receipt", p.Reach(ctx, "payments") },
	})
	return func(ctx context.Context, r *world.Request, info *actors.Info) error {
		_, err := shop.Sell(actors.WithInfo(ctx, info), Order{ID: fmt.Sprint(r.Number)})
		return err
	}, err
}

func TestAnOutageOfPayments(t *testing.T) {
	simtest.Run(t, "outage.yaml", simtest.Service(simulated))
}

// An expectation that can't fail proves nothing: without its breaker the shop asks payments all the time.
func TestTheBreakerSparesPayments(t *testing.T) {
	simtest.Fails(t, "outage.yaml", "attempts(payments) <= 1 during outage",
		simtest.Service(simulated), simtest.Set("payments.breaker=off"))
}

// Without a scenario: a stock that answers slowly, and load that is played against the shop.
func TestASlowStockIsLeftInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stock := simtest.NewDependency(t, "stock", world.Model{Latency: world.Latency{Median: 5 * time.Millisecond}}, 1)
		payments := simtest.NewDependency(t, "payments", world.Model{Latency: world.Latency{Median: 40 * time.Millisecond}}, 1)
		sys, err := actors.Start(actors.Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = sys.Shutdown(context.Background()) }()
		shop, err := newShop(sys, backends{stock: simtest.Handler[Order](stock, 1), charge: simtest.Handler[Order](payments, "receipt")})
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(20*time.Second, func() { stock.Begin(world.Effect{Latency: world.Stretch{Plus: 400 * time.Millisecond}}) })

		orders := world.Load{To: "stock", Rate: 50, Until: 40 * time.Second, Timeout: time.Second}
		played := simtest.Play(t, orders, 1, func(ctx context.Context, r *world.Request, info *actors.Info) error {
			_, err := shop.Sell(actors.WithInfo(ctx, info), Order{ID: fmt.Sprint(r.Number)})
			return err
		})
		if played.Goodput() < 0.99 || played.P99() > 600*time.Millisecond {
			t.Error(played)
		}
	})
}
