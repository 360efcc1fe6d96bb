// SPDX-License-Identifier: Apache-2.0

package text

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// shown writes a value in its unit: "97.2 %", "143 ms", "120 /s", "2.31".
func shown(v float64, unit string) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "none"
	}
	switch unit {
	case "%":
		return fmt.Sprintf("%.*f %%", plain.PercentDecimals(v), v*100)
	case "s":
		return span(v)
	case "/s":
		return digits(v) + " /s"
	}
	return digits(v)
}

// signed writes a difference: "+36.2 pp", "−12 ms", "±0".
func signed(v float64, unit string) string {
	text := shown(math.Abs(v), unit)
	if unit == "%" {
		text = fmt.Sprintf("%.*f pp", plain.PercentDecimals(v), math.Abs(v)*100)
	}
	sign := "+"
	switch {
	case strings.Trim(text, "0. pms") == "":
		sign = "±"
	case v < 0:
		sign = "−"
	}
	return sign + text
}

// span writes a number of seconds as people say it: "143 ms", "1.4 s", "2m5s".
func span(v float64) string {
	switch a := math.Abs(v); {
	case a == 0:
		return "0 s"
	case a < 0.9995:
		return digits(v*1000) + " ms"
	case a < 59.95:
		return digits(v) + " s"
	}
	return plain.Duration(seconds(v).Round(time.Second))
}

// digits writes a number with three digits that say something.
func digits(v float64) string {
	a := math.Abs(v)
	switch {
	case a >= 9999.5:
		return grouped(uint64(math.Round(a)))
	case a >= 99.95 || a == math.Trunc(a):
		return strconv.FormatFloat(v, 'f', 0, 64)
	case a >= 9.995:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case a >= 0.005:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	return strconv.FormatFloat(v, 'g', 2, 64)
}

// grouped writes a count with blanks between thousands: "120 000".
func grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	var parts []string
	for len(s) > 3 {
		parts, s = append(parts, s[len(s)-3:]), s[:len(s)-3]
	}
	parts = append(parts, s)
	slices.Reverse(parts)
	return strings.Join(parts, " ")
}

// moment writes when something happened, to a tenth of a second.
func moment(d time.Duration) string {
	if d < time.Minute {
		return strconv.FormatFloat(math.Round(d.Seconds()*10)/10, 'f', -1, 64) + "s"
	}
	return plain.Duration(d.Round(100 * time.Millisecond))
}

// median of values, which are left alone; NaN of none.
func median(values []float64) float64 { return quantile(values, 0.5) }

// quantile of values, by linear interpolation.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	at := q * float64(len(sorted)-1)
	lo := int(at)
	if lo+1 >= len(sorted) {
		return sorted[lo]
	}
	return sorted[lo] + (at-float64(lo))*(sorted[lo+1]-sorted[lo])
}
