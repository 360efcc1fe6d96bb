// SPDX-License-Identifier: Apache-2.0

package text_test

import (
	"fmt"
	"os"
	"time"

	"github.com/fuseboard/fuseboard/simulations"
	"github.com/fuseboard/fuseboard/simulations/report/text"
)

func ExampleText() {
	result := &simulations.Result{
		Verdict: simulations.Failed, Simulation: "brownout", Seeds: []uint64{1, 2, 3}, Nodes: 1, Duration: time.Minute,
		Expectations: []simulations.Judgement{
			{Text: "goodput >= 60%", Held: true, HeldIn: 3, Runs: 3, Found: "84.2 % (83.1 to 85.0)"},
			{Text: "amplification <= 1.5", HeldIn: 0, Runs: 3, Found: "2.31 (2.20 to 2.40)"},
		},
	}
	if err := text.Text(os.Stdout, result, text.Options{Brief: true}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// brownout  VERDICT  ✗ failed: 1 of 2 expectations does not hold
	//   ✗ amplification <= 1.5  2.31 (2.20 to 2.40)     0 of 3 runs
}
