// SPDX-License-Identifier: Apache-2.0

// Command mutant runs scenarios of the gallery, each with the seed 1 and without baselines, and prints what does not hold, a sentence a line.
// The test of mutants builds it together with lines of the product that are wrong.
package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/fuseboard/fuseboard/simulations"
	"github.com/fuseboard/fuseboard/simulations/scenario"
	"github.com/fuseboard/fuseboard/simulations/scenarios"
)

func main() {
	for _, name := range os.Args[1:] {
		if err := run(name); err != nil {
			fmt.Fprintln(os.Stderr, name+":", err)
			os.Exit(1)
		}
	}
}

func run(name string) error {
	source, files, err := scenarios.Open(name)
	if err != nil {
		return err
	}
	s, problems := scenario.Read(source, files)
	if err := problems.Err(); err != nil {
		return err
	}
	// What is compared with a baseline is left out, with the baselines: it would take as long again.
	s.Baselines = nil
	s.Expect = slices.DeleteFunc(s.Expect, func(e scenario.Expectation) bool { return e.Baseline != "" })
	r, err := simulations.Run(context.Background(), s, simulations.Options{Seed: 1, Runs: 1, Interleavings: 1, Alone: true, Children: -1})
	if err != nil {
		return err
	}
	for _, b := range r.Broken {
		fmt.Println("broken:", b.Why)
	}
	for _, j := range r.Expectations {
		if !j.Held {
			fmt.Printf("%s: %s, %s\n", j.Text, j.Found, j.Why)
		}
	}
	return nil
}
