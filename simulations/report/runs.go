// SPDX-License-Identifier: Apache-2.0

package report

import (
	"time"

	"github.com/fuseboard/fuseboard/simulations"
)

// first returns the first run of each seed: further interleavings of a seed would count it more than once.
func first(v *simulations.Variant) (runs []*simulations.Trial) {
	for i := range v.Runs {
		if v.Runs[i].Interleaving == 0 {
			runs = append(runs, &v.Runs[i])
		}
	}
	return runs
}

// all returns the tracks of all requests.
func all(runs []*simulations.Trial) (tracks []*simulations.Track) {
	for _, r := range runs {
		tracks = append(tracks, &r.All)
	}
	return tracks
}

// of returns the tracks of a dependency.
func of(runs []*simulations.Trial, dependency string) (tracks []*simulations.Track) {
	for _, r := range runs {
		if t, ok := r.Tracks[dependency]; ok {
			tracks = append(tracks, &t)
		}
	}
	return tracks
}

// buckets returns the width of a bucket and how many the longest run has.
func buckets(runs []*simulations.Trial, whole time.Duration) (width time.Duration, n int) {
	for _, r := range runs {
		n = max(n, len(r.All.Offered))
		width = max(width, r.Width)
	}
	if width <= 0 && n > 0 {
		width = max(whole/time.Duration(n), 1)
	}
	return width, n
}

// concerning returns the faults of a dependency, and those of none or all.
func concerning(faults []simulations.Span, dependency string) (some []simulations.Span) {
	for _, f := range faults {
		if f.Dependency == "" || f.Dependency == dependency {
			some = append(some, f)
		}
	}
	return some
}
