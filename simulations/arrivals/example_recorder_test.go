// SPDX-License-Identifier: Apache-2.0

package arrivals_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/simulations/arrivals"
	"github.com/fuseboard/fuseboard/simulations/world"
)

func ExampleNewRecorder() {
	var file strings.Builder // os.Create("arrivals.csv") in a service
	recorder, err := arrivals.NewRecorder(&file, "payments")
	if err != nil {
		fmt.Println(err)
		return
	}
	sys, err := actors.Start(actors.Options{Observe: recorder.Observe})
	if err != nil {
		fmt.Println(err)
		return
	}
	pay := func(_ context.Context, cents int) (string, error) { return fmt.Sprint(cents, " paid"), nil }
	payments, err := actors.Spawn(sys, "payments", pay, actors.Policy{})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := payments.Call(fuseboard.WithMeta(context.Background(), fuseboard.Meta{Tenant: "acme"}), 1250); err != nil {
		fmt.Println(err)
	}
	if err := sys.Shutdown(context.Background()); err != nil {
		fmt.Println(err)
	}
	if err := recorder.Close(); err != nil {
		fmt.Println(err)
	}

	recorded, problems := world.ReadArrivals(strings.NewReader(file.String()))
	for _, a := range recorded {
		fmt.Println(a.Tenant, a.Priority, a.At < 1e9, a.Latency >= 0)
	}
	fmt.Println(problems.Err())
	// Output:
	// acme normal true true
	// <nil>
}
