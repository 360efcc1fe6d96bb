// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"context"
	"errors"
	"io"
	"time"
)

// WithPartition is how long a run must be meant to take for its last act: to be sure that somebody is cut off takes five
// seconds and more, whatever the pace.
const WithPartition = 20 * time.Second

// Options are what a user of the demo chooses.
type Options struct {
	// For is about how long the run takes on a machine that has time: fifteen seconds at least. Below [WithPartition] the
	// last act is left out.
	For time.Duration
	// Seed is where the nodes' draws come from.
	Seed uint64
	// Progress receives lines as it goes; io.Discard for none. Its errors are not reported: what counts is the Report.
	Progress io.Writer
}

// pace is how long a window of the fleet's evidence is, and what else can be seen only when it lasts: 1s to 10s.
func (o Options) pace() time.Duration { return min(max(o.For/15, time.Second), 10*time.Second) }

// Run plays the acts one after the other, or until ctx ends, and reports what was seen until then. The end of ctx is no error,
// and what an act did not see in time is none: the report says so.
func Run(ctx context.Context, o Options) (r Report, err error) {
	r = newReport()
	began := time.Now()
	c, err := newCrew(ctx, o.Seed, o.pace())
	if err != nil {
		return r, unless(ctx, err)
	}
	defer func() { err = errors.Join(err, c.close()) }()
	s := newStage(c, o.Progress, o.pace(), began)
	s.header()
	for _, act := range s.programme(o.For) {
		if err := act(ctx, &r); err != nil {
			return r, unless(ctx, err)
		}
		r.Acts++
	}
	if r.Acts < acts {
		s.print("\nLeft out, as it takes ten seconds more: a partition, and how it heals.\n")
	}
	return r, nil
}

// programme is what is played in a run of that length.
func (s *stage) programme(long time.Duration) []func(context.Context, *Report) error {
	all := []func(context.Context, *Report) error{s.allWell, s.oneSick, s.outage, s.recovery, s.partition}
	if long < WithPartition {
		return all[:acts-1]
	}
	return all
}

// unless is err, unless ctx has ended, which is no error.
func unless(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return nil
}

// header is written once, before the first act.
func (s *stage) header() {
	s.print(`
A fleet: three nodes, a, b and c, each with a System of its own in this process,
joined by memberlist over UDP and TCP on loopback, with a random key. Each calls
payments %d times a second behind a guard (fleet: {mode: follow}), and once more
behind the same guard without a fleet, at an upstream of its own ("alone").

Calls a second: ok, and not (failed or refused); then what keeps calls back: the
circuit, or the fleet (hold, ramp). On the right, requests at the upstreams.

        a                  b                  c                 upstreams
  time   ok not circuit     ok not circuit     ok not circuit   fleet alone
`, perSecond)
}
