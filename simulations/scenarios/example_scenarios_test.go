// SPDX-License-Identifier: Apache-2.0

package scenarios_test

import (
	"fmt"

	"github.com/fuseboard/fuseboard/simulations/scenario"
	"github.com/fuseboard/fuseboard/simulations/scenarios"
)

func ExampleOpen() {
	source, files, err := scenarios.Open("retry-storm")
	if err != nil {
		fmt.Println(err)
		return
	}
	s, problems := scenario.Read(source, files)
	fmt.Println(s.Simulation, s.Duration, problems.Err())
	for _, b := range s.Baselines {
		fmt.Println(b.Name)
	}
	// Output:
	// retry storm 1m30s <nil>
	// naive retries
	// without orders.breaker
}
