// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration writes d as people do: "0s", "800ms", "1m30s", "2h". Nothing is
// rounded; time.ParseDuration reads it back to the same value.
func Duration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Rate writes a share between 0 and 1 as a percentage: "50%", "0.1%".
func Rate(share float64) string {
	// Shifting the decimal point in text keeps every digit: 0.07*100 is not 7.
	text := strconv.FormatFloat(share, 'e', -1, 64)
	mantissa, exponent, found := strings.Cut(text, "e")
	if !found { // NaN, Inf
		return text
	}
	e, _ := strconv.Atoi(exponent)
	shifted, err := strconv.ParseFloat(fmt.Sprintf("%se%d", mantissa, e+2), 64)
	if err != nil || math.IsInf(shifted, 0) {
		return text
	}
	return strconv.FormatFloat(shifted, 'f', -1, 64) + "%"
}

// ParseRate reads "50%" or "0.5" as the share 0.5.
func ParseRate(s string) (float64, error) {
	number, percent := strings.CutSuffix(strings.TrimSpace(s), "%")
	number = strings.TrimSpace(number)
	if percent && !strings.ContainsAny(number, "eExX") {
		number += "e-2"
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%q is not a share; write 0.5 or 50%%", s)
	}
	return v, nil
}

// Number writes a plain number without a trailing ".0".
func Number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
