// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"context"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/bubble"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// Options are the choices of Run. The zero Options are the scenario's own.
type Options struct {
	// Seed is the first seed, and Runs how many there are. Zero: the scenario's.
	Seed uint64
	Runs int
	// Interleavings is how often the first seed is run, so that it shows whether a verdict hangs on how goroutines interleave. Default 2.
	Interleavings int
	// Set changes the policies under test, as flags do: "payments.retry.attempts=3".
	Set []string
	// Sweep runs the policies with each of the values in place of baselines, but for those that an expectation compares with.
	Sweep Sweep
	// Alone leaves the baselines out, but for those that an expectation compares with.
	Alone bool
	// Children is how many processes run at once. Zero: as many as there are cores. Negative: none, all is run in this process one after the other, as a test does.
	Children int
	// Service is the program under test, with its own code; only with negative Children. Nil: one that calls the dependency of each load through
	// a guard with the policy of its name.
	Service Service
	// Silence is how long, in real time, a run may say nothing before it is ended. Default 60s.
	Silence time.Duration
	// Progress is told how far all is, from one goroutine at a time, some ten times a second at most. Nil: nobody is.
	Progress func(Progress)
}

// Sweep is one value of the policies, tried in several sizes.
type Sweep struct {
	// Path is "payments.retry.attempts".
	Path string
	// Values are what it is set to.
	Values []string
}

// Progress is how far a simulation is.
type Progress struct {
	// Done of Runs have ended; Share is how much of all virtual time has passed, 0 to 1.
	Done, Runs int
	Share      float64
}

// Run runs the scenario over its seeds, its baselines too, and judges it.
// Errors: problems of the options (fuseboard.Problems, config.Problems), a Go that cannot run virtual time (see
// bubble.Supported), and the cause of ctx's end. A run that does not end is no error: it is in Result.Broken.
func Run(ctx context.Context, s *scenario.Scenario, o Options) (*Result, error) {
	if err := o.Validate().Err(); err != nil {
		return nil, err
	}
	if err := bubble.Supported(); err != nil {
		return nil, err
	}
	e, err := newEnsemble(s, o)
	if err != nil {
		return nil, err
	}
	began := bubble.Wall()
	if o.Children < 0 {
		err = e.alone(ctx)
	} else {
		err = e.together(ctx)
	}
	if err != nil {
		return nil, err
	}
	return e.result(bubble.Wall() - began), nil
}

// The bounds of Options.
const (
	mostRuns          = 10_000
	mostInterleavings = 100
	mostChildren      = 1024
	mostSwept         = 100
)

// Validate returns everything wrong with the options.
func (o Options) Validate() fuseboard.Problems {
	var c plain.Check
	c.Int("runs", o.Runs, 1, mostRuns, "give 0 for the scenario's own")
	c.Int("interleavings", o.Interleavings, 1, mostInterleavings, "give 0 for 2 of the first seed")
	c.Int("children", max(o.Children, 0), 1, mostChildren, "give 0 for as many as there are cores")
	c.Duration("silence", o.Silence, time.Second, 24*time.Hour, "give 0 for 60s")
	if n := len(o.Sweep.Values); o.Sweep.Path != "" && (n == 0 || n > mostSwept) {
		c.Add(fuseboard.Problem{
			Path: "sweep", Code: plain.CodeRange, Value: plain.Count(n, "value", "values"), Message: "has too few or too many values",
			Accepted: "1 to 100 values", Fix: "give the values that are to be tried",
		})
	}
	if o.Service != nil && o.Children >= 0 {
		c.Add(fuseboard.Problem{
			Path: "service", Code: "service-in-children", Message: "cannot be given to other processes", Fix: "set Children to -1",
		})
	}
	return c.Problems()
}
