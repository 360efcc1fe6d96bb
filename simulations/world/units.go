// SPDX-License-Identifier: Apache-2.0

package world

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// Rate is a number of requests a second. As text it is "200/s", "30/m", "5000/h", or a plain number of them a second.
type Rate float64

var rateUnits = []struct {
	suffix string
	perS   float64
}{{"/s", 1}, {"/m", 60}, {"/h", 3600}}

// String returns the rate as people write it: "200/s", "30/m", "5000/h".
func (r Rate) String() string {
	best := plain.Number(float64(r)) + "/s"
	if _, fraction, _ := strings.Cut(best, "."); r >= 1 && len(fraction) < len("000/s") {
		return best
	}
	for _, u := range rateUnits {
		text := plain.Number(float64(r)*u.perS) + u.suffix
		if back, err := parseRate(text); err == nil && back == r && len(text) < len(best) {
			best = text
		}
	}
	return best
}

// MarshalText returns the rate as String does; it is an error when it is no number.
func (r Rate) MarshalText() ([]byte, error) {
	if math.IsNaN(float64(r)) || math.IsInf(float64(r), 0) {
		return nil, fmt.Errorf("%v is not a rate that can be written", float64(r))
	}
	return []byte(r.String()), nil
}

// UnmarshalText reads a rate. The error says how one is written.
func (r *Rate) UnmarshalText(text []byte) error {
	parsed, err := parseRate(string(text))
	if err == nil {
		*r = parsed
	}
	return err
}

func parseRate(text string) (Rate, error) {
	digits, perS := text, 1.0
	for _, u := range rateUnits {
		if before, is := strings.CutSuffix(text, u.suffix); is {
			digits, perS = before, u.perS
		}
	}
	n, err := number(strings.TrimSpace(digits))
	if err != nil {
		return 0, fmt.Errorf("%q is not a rate; write 200/s, 30/m or 5000/h", plain.Shorten(text))
	}
	return Rate(n / perS), nil
}

// number reads a decimal number that is not negative: no words, no hexadecimal digits.
func number(text string) (float64, error) {
	if strings.Trim(text, "0123456789.eE+-") != "" || strings.HasPrefix(text, "-") {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(text, 64)
}

// String returns the change: "+2s", "x10", "x2+1s", "3s", or "x1" for none.
func (s Stretch) String() string {
	switch {
	case s.Exactly != 0:
		return plain.Duration(s.Exactly)
	case s.Times != 0 && s.Plus != 0:
		return "x" + plain.Number(s.Times) + "+" + plain.Duration(s.Plus)
	case s.Plus != 0:
		return "+" + plain.Duration(s.Plus)
	case s.Times != 0:
		return "x" + plain.Number(s.Times)
	}
	return "x1"
}

// MarshalText returns the change as String does; it is an error where it could not be read back.
func (s Stretch) MarshalText() ([]byte, error) {
	if problems := s.problems(); problems != "" {
		return nil, fmt.Errorf("the change of a latency %s", problems)
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads a change. The error says how one is written.
func (s *Stretch) UnmarshalText(text []byte) error {
	parsed, err := parseStretch(string(text))
	if err == nil {
		*s = parsed
	}
	return err
}

func parseStretch(text string) (s Stretch, err error) {
	factor, isFactor := strings.CutPrefix(text, "x")
	if !isFactor {
		return parseLength(text, text)
	}
	factor, plus, both := strings.Cut(factor, "+")
	if both {
		if s, err = parseLength(text, "+"+plus); err != nil {
			return Stretch{}, err
		}
	}
	if s.Times, err = number(factor); err != nil || s.Times == 0 {
		return Stretch{}, notStretch(text)
	}
	return s.unlessOne(), nil
}

// parseLength reads the part of text that is "+2s", or "3s".
func parseLength(text, part string) (Stretch, error) {
	more := strings.HasPrefix(part, "+")
	d, err := time.ParseDuration(part)
	switch {
	case err != nil || d < 0 || d == 0 && !more:
		return Stretch{}, notStretch(text)
	case more:
		return Stretch{Plus: d}, nil
	}
	return Stretch{Exactly: d}, nil
}

// unlessOne returns the zero Stretch for x1, which changes nothing either.
func (s Stretch) unlessOne() Stretch {
	if s.Times == 1 && s.Plus == 0 {
		return Stretch{}
	}
	return s
}

func notStretch(text string) error {
	return fmt.Errorf("%q is not a change of a latency; write +2s, x10, x2+1s, or 3s for exactly that", plain.Shorten(text))
}

// problems says what is wrong with the change, or nothing.
func (s Stretch) problems() string {
	switch {
	case !(s.Times >= 0 && s.Times <= mostTimes): // or no number
		return "must multiply by 0 to " + plain.Number(mostTimes)
	case min(s.Plus, s.Exactly) < 0 || max(s.Plus, s.Exactly) > mostLatency:
		return "must be between 0s and " + plain.Duration(mostLatency)
	case s.Exactly != 0 && (s.Times != 0 || s.Plus != 0):
		return "says exactly what it is to be, and how to change it"
	}
	return ""
}

// ParseLatency reads a latency that is written as a single duration, "40ms": a constant one.
// The error says how one is written.
func ParseLatency(text string) (Latency, error) {
	d, err := time.ParseDuration(strings.TrimSpace(text))
	if err != nil || d < 0 {
		return Latency{}, fmt.Errorf("%q is not a latency; write 40ms, or its fields: {median: 40ms, p99: 250ms}", plain.Shorten(text))
	}
	if d == 0 {
		return Latency{}, nil
	}
	return Latency{Kind: Constant, Median: d}, nil
}
