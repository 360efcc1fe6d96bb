// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

const (
	minus  = "\u2212" // as long as a plus
	nobr   = "\u00a0" // a space that ends no line
	absent = "–"      // where there is no number
)

// amount says a number with its unit: shares as per cent, seconds in what suits them.
func amount(v float64, unit string) string {
	if !finite(v) {
		return absent
	}
	switch unit {
	case "%":
		return share(v)
	case "s":
		return seconds(v)
	case "/s":
		return figure(v) + "/s"
	case "":
		return figure(v)
	}
	return figure(v) + nobr + unit
}

// finite reports whether a number is one that can be said.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// difference says a number with its sign. That of shares is in points.
func difference(v float64, unit string) string {
	sign := "+"
	if v < 0 {
		sign = minus
	}
	text := amount(math.Abs(v), unit)
	if unit == "%" {
		text = strings.TrimSuffix(text, nobr+"%") + nobr + "points"
	}
	if !finite(v) {
		return absent
	}
	return sign + text
}

// share says 0.972 as 97.2 %.
func share(v float64) string {
	if !finite(v) {
		return absent
	}
	return trim(v*100, plain.PercentDecimals(v)) + nobr + "%"
}

// seconds says how long something takes, from microseconds to hours.
func seconds(v float64) string {
	switch a := math.Abs(v); {
	case !finite(v):
		return absent
	case a == 0:
		return "0" + nobr + "s"
	case a < 0.001:
		return figure(v*1e6) + nobr + "µs"
	case a < 1:
		return figure(v*1e3) + nobr + "ms"
	case a < 180:
		return figure(v) + nobr + "s"
	}
	return clock(v)
}

// clock says a time since the beginning: 32.5 s, 12 min 30 s, 5 h 12 min.
func clock(v float64) string {
	if !finite(v) {
		return absent
	}
	whole := time.Duration(math.Round(v)) * time.Second
	hours, minutes, secs := int(whole.Hours()), int(whole.Minutes())%60, int(whole.Seconds())%60
	switch {
	case v < 180:
		return trim(v, 1) + nobr + "s"
	case hours >= 3:
		return unless0(hours, "h", minutes, "min")
	}
	return unless0(hours*60+minutes, "min", secs, "s")
}

func unless0(a int, unitA string, b int, unitB string) string {
	text := strconv.Itoa(a) + nobr + unitA
	if b > 0 {
		text += nobr + strconv.Itoa(b) + nobr + unitB
	}
	return text
}

// figure says a number in three digits, or all of them where it is larger.
func figure(v float64) string {
	switch a := math.Abs(v); {
	case !finite(v):
		return absent
	case a >= 99.95:
		return grouped(v)
	case a >= 9.995:
		return trim(v, 1)
	case a >= 0.0995 || a == 0:
		return trim(v, 2)
	}
	return signed(strconv.FormatFloat(v, 'g', 3, 64))
}

// grouped writes 24000 as 24 000.
func grouped(v float64) string {
	digits := strconv.FormatFloat(math.Round(math.Abs(v)), 'f', 0, 64)
	for i := len(digits) - 3; i > 0 && len(digits) > 4; i -= 3 {
		digits = digits[:i] + nobr + digits[i:]
	}
	if v < 0 {
		return minus + digits
	}
	return digits
}

// label says a number on an axis up to high: with as many decimals as its steps need, so that no two labels are the same.
func label(v, step, high float64, unit string) string {
	scale, after := 1.0, ""
	switch {
	case unit == "%":
		scale, after = 100, nobr+"%"
	case unit == "s" && high >= 180:
		return clock(v)
	case unit == "s":
		scale, after = of1000(high)
	}
	decimals := max(int(math.Ceil(-math.Log10(step*scale)-1e-9)), 0)
	if decimals == 0 {
		return grouped(v*scale) + after
	}
	return signed(strconv.FormatFloat(v*scale, 'f', decimals, 64)) + after
}

// of1000 returns in what durations of some size are said: seconds, milliseconds or microseconds.
func of1000(size float64) (scale float64, after string) {
	switch {
	case size >= 1 || size == 0:
		return 1, nobr + "s"
	case size >= 0.001:
		return 1e3, nobr + "ms"
	}
	return 1e6, nobr + "µs"
}

// between says two numbers with their unit once; one where both read the same.
func between(low, high float64, unit, join string, say func(v float64) string) string {
	if !finite(low) || !finite(high) {
		return amount(low, unit) + join + amount(high, unit)
	}
	scale, after := 1.0, ""
	switch size := max(math.Abs(low), math.Abs(high)); {
	case unit == "%":
		scale, after = 100, nobr+"%"
	case unit == "s" && size < 180:
		scale, after = of1000(size)
	case unit == "s":
		return clock(low) + join + clock(high)
	case unit == "/s":
		after = "/s"
	}
	a, b := say(low*scale), say(high*scale)
	if a == b {
		return a + after
	}
	return a + join + b + after
}

// delta says a number in three digits, with its sign.
func delta(v float64) string {
	if v < 0 {
		return figure(v)
	}
	return "+" + figure(v)
}

// trim writes at most so many decimals.
func trim(v float64, decimals int) string {
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if text == "-0" {
		return "0"
	}
	return signed(text)
}

func signed(text string) string { return strings.Replace(text, "-", minus, 1) }

// coordinate writes a place in a drawing, to a tenth of a unit.
func coordinate(v float64) string {
	text := strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
	if text == "-0" {
		return "0"
	}
	return text
}

// count says how many there are of something: "1 run", "20 runs".
func count(n int, one, many string) string {
	if n == 1 {
		return "1" + nobr + one
	}
	return fmt.Sprintf("%s%s%s", grouped(float64(n)), nobr, many)
}
