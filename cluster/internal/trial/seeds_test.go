// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"os"
	"slices"
	"time"
)

// thorough says that all sizes and seeds are to run, which takes hours.
func thorough() bool { return os.Getenv("FUSEBOARD_FLEET") == "all" }

// many says that as many seeds are to run as find what is rare, of what matters most: some minutes.
func many() bool { return os.Getenv("FUSEBOARD_FLEET") == "some" }

// seeds are those to run: few in an ordinary test, some to find what is rare, or all.
func seeds(few, some, all uint64) (list []uint64) {
	switch {
	case thorough():
		few = all
	case many():
		few = some
	}
	for s := range few {
		list = append(list, s+1)
	}
	return list
}

// quantile of durations, 0 to 1.
func quantile(all []time.Duration, q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[int(q*float64(len(sorted)-1))]
}
