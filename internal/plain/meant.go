// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"strconv"
	"strings"
	"time"
)

// unitWords are names of units that people write and ParseDuration does not know.
var unitWords = map[string]time.Duration{
	"millis": time.Millisecond, "msec": time.Millisecond, "msecs": time.Millisecond,
	"millisecond": time.Millisecond, "milliseconds": time.Millisecond,
	"sec": time.Second, "secs": time.Second, "second": time.Second, "seconds": time.Second,
	"min": time.Minute, "mins": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"hr": time.Hour, "hrs": time.Hour, "hour": time.Hour, "hours": time.Hour,
	"d": 24 * time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour,
	"w": 7 * 24 * time.Hour, "week": 7 * 24 * time.Hour, "weeks": 7 * 24 * time.Hour,
}

// durationMeant is the duration that a text probably means which is none: "5 sec", "1d", "PT2S".
func durationMeant(text string) (time.Duration, bool) {
	s := strings.ToLower(strings.ReplaceAll(text, " ", ""))
	if iso, is := strings.CutPrefix(s, "p"); is {
		s = strings.Replace(iso, "t", "", 1)
	}
	var sum time.Duration
	for rest := s; rest != ""; {
		digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789."))]
		word := rest[len(digits):]
		if next := strings.IndexAny(word, "0123456789."); next >= 0 {
			word = word[:next]
		}
		rest = rest[len(digits)+len(word):]
		n, err := strconv.ParseFloat(digits, 64)
		unit, known := unitWords[word]
		if !known {
			unit, _ = time.ParseDuration("1" + word)
		}
		if err != nil || unit == 0 || n*float64(unit) > float64(1<<62)-float64(sum) {
			return 0, false
		}
		sum += time.Duration(n * float64(unit))
	}
	return sum, sum > 0
}

func durationFix(text string) string {
	if d, meant := durationMeant(text); meant {
		return "write " + Duration(d)
	}
	return "write a number and its unit, such as 800ms, 2s or 24h"
}
