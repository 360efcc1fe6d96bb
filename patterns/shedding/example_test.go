// SPDX-License-Identifier: Apache-2.0

package shedding_test

import (
	"errors"
	"fmt"
	"testing/fstest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

// Who has a host to watch gives no source, starts the sampler and asks it before the work.
func ExampleNewSampler() {
	clock := fuseboard.NewClock()
	host := func(fuseboard.Instant) shedding.Signals { return shedding.Signals{Memory: 0.95} } // a made-up one; nil is this host
	sampler := shedding.NewSampler(shedding.Policy{Memory: 0.9}, clock, host)
	sampler.Start() // reads at once, and then each 250ms
	defer sampler.Stop()

	sampler.Sample(0) // as one that ran would by now
	for _, p := range []fuseboard.Priority{fuseboard.Normal, fuseboard.High} {
		if err := sampler.Admit(p); err != nil {
			fmt.Println(errors.Is(err, shedding.ErrShed), err.Cause)
			continue
		}
		fmt.Println(p, "work is done")
	}
	fmt.Println(sampler.View().Watches()[0])
	// Output:
	// true memory 95% is at or over 94%
	// high work is done
	// memory 95% (smoothed 95%): sheds sheddable from 90%, normal from 94%, high from 98%
}

// A reader of a made-up container with half a core and 256 MiB.
func ExampleNewReader() {
	reader := shedding.NewReader(fstest.MapFS{
		"proc/self/cgroup":             {Data: []byte("0::/\n")},
		"sys/fs/cgroup/cpu.max":        {Data: []byte("50000 100000\n")},
		"sys/fs/cgroup/memory.max":     {Data: []byte("268435456\n")},
		"sys/fs/cgroup/memory.current": {Data: []byte("234881024\n")},
		"sys/fs/cgroup/memory.stat":    {Data: []byte("inactive_file 33554432\n")},
	})
	defer reader.Close()
	s := reader.Read(0)
	fmt.Println(s.Quota, "cores,", s.MemoryUsed>>20, "of", s.MemoryLimit>>20, "MiB used:", s.Memory)
	// Output: 0.5 cores, 192 of 256 MiB used: 0.75
}

// The decision is a pure function of the state before, the time and the reading.
func ExampleState_Next() {
	policy := shedding.Policy{Memory: 0.9, HoldFor: 5 * time.Second}
	var state shedding.State
	for _, reading := range []struct {
		second int
		memory float64
	}{{0, 0.5}, {1, 0.95}, {2, 0.8}, {6, 0.8}, {11, 0.8}} {
		now := fuseboard.Instant(reading.second) * fuseboard.Instant(time.Second)
		state = state.Next(now, shedding.Signals{Memory: reading.memory}, policy)
		fmt.Printf("%2ds %s\n", reading.second, state.Level)
	}
	// Output:
	//  0s admit-all
	//  1s shed-normal
	//  2s shed-normal
	//  6s shed-sheddable
	// 11s admit-all
}

func ExamplePolicy_Validate() {
	fmt.Println(shedding.Policy{CPU: 85, Steps: shedding.Steps{Normal: 0.9, High: 0.5}}.Validate())
	// Output:
	// cpu = 8500%: is out of range (accepted: 1% to 100%); write 85% if that is meant; leave it out not to watch the CPU [out-of-range]
	// steps.high = 50%: sheds high work before normal work (accepted: at least normal (90%)); raise high, or lower normal [steps-order]
}
