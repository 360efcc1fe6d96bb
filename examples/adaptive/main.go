// SPDX-License-Identifier: Apache-2.0

// Command adaptive lets a limit find out how many calls a dependency bears at once, loses
// half of the dependency's workers, and gets more than it ever had. Minutes go by in a moment,
// because time is an argument: a program of yours gives instants of its clock.
package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/adaptive"
)

func main() { run(os.Stdout) }

func run(out io.Writer) {
	limiter := adaptive.New(adaptive.Policy{Kind: adaptive.KindVegas, Min: 2, Max: 200})
	dependency := &Dependency{}
	now := fuseboard.Instant(0)
	for _, workers := range []int{32, 16, 64} {
		dependency.Scale(workers)
		now = load(limiter, dependency, now, now.Add(3*time.Minute))
		fmt.Fprintf(out, "%d workers: %s\n", workers, limiter.View(now))
	}
}

// load has more callers than the limit lets in, until it is time. It returns when that was.
func load(limiter *adaptive.Limiter, dependency *Dependency, now, until fuseboard.Instant) fuseboard.Instant {
	type call struct{ began, answered fuseboard.Instant }
	var inside []call // in the order of their answers
	for now < until {
		for len(inside) < limiter.Limit() {
			inside = append(inside, call{began: now, answered: dependency.Call(now)})
		}
		first := inside[0]
		now = first.answered
		limiter.Sample(-1, now, now.Sub(first.began), len(inside), false)
		inside = inside[1:]
	}
	return now
}
