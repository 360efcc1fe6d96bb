// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"math"
	"strconv"
	"time"
)

// duration turns seconds into a duration.
func duration(seconds float64) time.Duration {
	return time.Duration(math.Round(seconds * float64(time.Second)))
}

// figures rounds v to so many decimal figures.
func figures(v float64, n int) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', n, 64), 64)
	if err != nil {
		return v
	}
	return r
}
