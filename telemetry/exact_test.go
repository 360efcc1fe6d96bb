// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"fmt"
	"slices"

	"github.com/fuseboard/fuseboard/actors"
)

// exactBuckets tells a bound of the page that the histograms do not have.
func exactBuckets() error {
	for i, d := range buckets {
		if !slices.Contains(actors.HistogramBounds(), d) || i > 0 && d <= buckets[i-1] {
			return fmt.Errorf("%s is no bound of a histogram, or out of order", d)
		}
	}
	return nil
}
