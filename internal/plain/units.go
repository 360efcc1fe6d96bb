// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"fmt"
	"math"
	"math/big"
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

// Rate writes a share between 0 and 1 as a percentage: "50%", "0.1%". Nothing
// is rounded; [ParseRate] reads it back to the same value.
func Rate(share float64) string {
	if share == 0 {
		return "0%"
	}
	// Shifting the decimal point in text keeps every digit: 0.07*100 is not 7.
	text := strconv.FormatFloat(math.Abs(share), 'e', -1, 64)
	mantissa, exponent, found := strings.Cut(text, "e")
	if !found { // NaN, Inf
		return strconv.FormatFloat(share, 'g', -1, 64)
	}
	e, _ := strconv.Atoi(exponent)
	sign := ""
	if share < 0 {
		sign = "-"
	}
	return sign + pointAt(strings.Replace(mantissa, ".", "", 1), 1+e+2) + "%"
}

// Percent writes a measured share for people, rounded to a tenth of a percent:
// "62.5%".
func Percent(share float64) string { return Rate(math.Round(share*1000) / 1000) }

// PercentDecimals is with how many decimals a share is to be written as per cent, so that one that is nearly all or nearly
// none does not read as all or none: 1 for 97.2 %, 3 for 99.966 %. At most 6.
func PercentDecimals(share float64) int {
	rest := min(math.Abs(share), math.Abs(1-share)) * 100
	if !(rest > 1e-7 && rest < 1) {
		return 1
	}
	return min(1-int(math.Floor(math.Log10(rest))), 6)
}

// pointAt writes the digits with the decimal point after the first i of them.
func pointAt(digits string, i int) string {
	switch {
	case i <= 0:
		return "0." + strings.Repeat("0", -i) + digits
	case i >= len(digits):
		return digits + strings.Repeat("0", i-len(digits))
	}
	return digits[:i] + "." + digits[i:]
}

// ParseRate reads "50%" or "0.5" as the share 0.5. A share so small that it
// would be read as zero is an error.
func ParseRate(s string) (float64, error) {
	digits, percent := strings.CutSuffix(strings.TrimSpace(s), "%")
	digits = strings.TrimSpace(digits)
	if percent {
		mantissa, exponent, found := strings.Cut(strings.ToLower(digits), "e")
		e, err := strconv.Atoi(exponent)
		if found && err != nil {
			mantissa = "" // not a number
		}
		digits = mantissa + "e" + strconv.Itoa(e-2)
	}
	v, err := parseFloat(digits)
	if err != nil {
		return 0, fmt.Errorf("%q is not a share; write 0.5 or 50%%", s)
	}
	return v, nil
}

// parseFloat reads a decimal number. It is an error when the number is too
// large for 64 bits, or so small that nothing would be left of it.
func parseFloat(s string) (float64, error) {
	if s == "" || strings.Trim(s, "0123456789+-.eE") != "" { // no hex, no words, no underscores
		return 0, strconv.ErrSyntax
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, err
	}
	mantissa, _, _ := strings.Cut(strings.ToLower(s), "e")
	if v == 0 && strings.ContainsAny(mantissa, "123456789") {
		return 0, strconv.ErrRange
	}
	return v, nil
}

// wholeNanoseconds reports whether s, which time.ParseDuration accepts, has no
// digits below a nanosecond; that function drops them.
func wholeNanoseconds(s string) bool {
	for s = strings.TrimLeft(s, "+-"); s != ""; {
		number := s[:len(s)-len(strings.TrimLeft(s, "0123456789."))]
		unit := strings.TrimLeft(s, "0123456789.")
		if next := strings.IndexAny(unit, "0123456789."); next >= 0 {
			unit = unit[:next]
		}
		s = s[len(number)+len(unit):]
		if !strings.Contains(number, ".") {
			continue
		}
		length, _ := time.ParseDuration("1" + unit)
		exact, ok := new(big.Rat).SetString("0" + number)
		if !ok || !exact.Mul(exact, new(big.Rat).SetInt64(int64(length))).IsInt() {
			return false
		}
	}
	return true
}

// Count writes n with its noun: "1 call", "2 calls".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// Number writes a plain number without a trailing ".0".
func Number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
