// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/simulations"
	"github.com/fuseboard/fuseboard/simulations/report"
)

// A result comes from simulations.Run; the file needs nothing else to be read.
func ExampleHTML() {
	result := &simulations.Result{
		Verdict: simulations.Failed, Simulation: "brownout", File: "brownout.yaml", Seeds: []uint64{1, 2, 3}, Duration: time.Minute,
		Expectations: []simulations.Judgement{
			{Text: "goodput >= 95%", Held: true, HeldIn: 3, Runs: 3, Found: "97.2 % (96.8 to 97.5)"},
			{Text: "amplification <= 1.5", HeldIn: 1, Runs: 3, Found: "2.31 (1.4 to 2.6)", Why: "in seed 2 it is 2.31"},
		},
	}
	var file bytes.Buffer
	if err := report.HTML(&file, result); err != nil {
		fmt.Println(err)
		return
	}
	text := strings.ReplaceAll(file.String(), "\u00a0", " ")
	fmt.Println(strings.Contains(text, "1 of 2 expectations does not hold."))
	fmt.Println(strings.Contains(text, "fuseboard simulate brownout.yaml --seed 1 --runs 3"))
	fmt.Println(strings.Contains(text, "<script"))
	// Output:
	// true
	// true
	// false
}
