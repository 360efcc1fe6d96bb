// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

// Who uses up the rate of a dependency?
func ExampleGuard_HotTenants() {
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(context.Background()) }()
	search, err := actors.Protect(sys, "search", actors.Policy{Rate: actors.RateLimit{
		Per: time.Hour, PerTenant: ratelimit.PerKey{Limit: 3, Burst: 3},
	}})
	if err != nil {
		panic(err)
	}
	for _, tenant := range []string{"acme", "acme", "bolt", "acme", "acme", "acme"} {
		ctx := fuseboard.WithMeta(context.Background(), fuseboard.Meta{Tenant: tenant})
		_, _ = actors.Do(ctx, search, func(context.Context) (int, error) { return 0, nil })
	}
	for _, hot := range search.HotTenants(5) {
		fmt.Printf("%s took %.0f and was refused %.0f\n", hot.Name, hot.Taken, hot.Refused)
	}
	s := search.Stats()
	fmt.Println(s.Tenants.Keys, "tenants known,", s.Rejected.Rate, "calls refused")
	// Output:
	// acme took 3 and was refused 2
	// bolt took 1 and was refused 0
	// 2 tenants known, 2 calls refused
}

// A subscriber hears when the host gets under pressure, and the System's numbers say why.
func ExampleSystem_Stats_shedding() {
	sys, err := actors.Start(actors.Options{
		Shedding: actors.Shedding{Memory: 0.8},
		Host:     func(fuseboard.Instant) shedding.Signals { return shedding.Signals{Memory: 0.89} }, // a test's; nil reads this host
	})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(context.Background()) }()
	events := sys.Subscribe(16)
	if _, err := actors.Protect(sys, "search", actors.Policy{}); err != nil {
		panic(err)
	}
	for e := range events.C() {
		if e.Kind == actors.EventShedding {
			fmt.Println(e.Shedding.From, "to", e.Shedding.To, "because", e.Reason)
			break
		}
	}
	for _, use := range sys.Stats().Shedding {
		fmt.Println(use.Guards, "guard obeys it:", use.Watches[0])
	}
	// Output:
	// admit-all to shed-normal because memory 89% is at or over 88%
	// 1 guard obeys it: memory 89% (smoothed 89%): sheds sheddable from 80%, normal from 88%, high from 96%
}

// Why would a call be refused now?
func ExampleGuard_Explain_rate() {
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(context.Background()) }()
	search, err := actors.Protect(sys, "search", actors.Policy{Rate: actors.RateLimit{Limit: 2, Per: 24 * time.Hour, Kind: ratelimit.SlidingLog}})
	if err != nil {
		panic(err)
	}
	for range 3 {
		_, err = actors.Do(context.Background(), search, func(context.Context) (int, error) { return 0, nil })
	}
	why := search.Explain()
	fmt.Println(err != nil, why.Verdict.RefusedBy, why.Verdict.Why)
	fmt.Println(why.Stages[9].Name+":", why.Stages[9].Now[:len("0 of 2 calls left; 2 per 24h")])
	// Output:
	// true rate rate is 2 per 24h; call less, or raise rate.limit
	// rate: 0 of 2 calls left; 2 per 24h
}
