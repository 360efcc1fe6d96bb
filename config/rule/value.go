// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// unitMessage says what the unit of a threshold must be.
func (s *Signal) unitMessage() string {
	switch s.Kind {
	case Share:
		return "has no unit: " + s.Name + " is a share, in percent"
	case Duration:
		return "has no unit of time: " + s.Name + " is a duration"
	case Number, Word:
	}
	return "has a unit: " + s.Name + " is a plain number"
}

// accepted is the range of thresholds, or the words, in words.
func (s *Signal) accepted() string {
	if s.Kind == Word {
		return strings.Join(s.Words, ", ")
	}
	return s.text(s.Least) + " to " + s.text(s.Most)
}

// exampleValue is the value in the signal's example.
func (s *Signal) exampleValue() string { return strings.Fields(s.Example)[2] }

// read reads a threshold or a word. The code says what is wrong with it, the fix what is meant.
func (s *Signal) read(text string) (v float64, code, fix string) {
	if s.Kind == Word {
		if i := slices.Index(s.Words, text); i >= 0 {
			return float64(i), "", ""
		}
		return 0, CodeValue, s.Words[1]
	}
	v, ok := s.number(text)
	switch {
	case !ok && s.lacksUnit(text):
		return 0, CodeUnit, s.meant(text)
	case !ok:
		return 0, CodeValue, s.meant(text)
	case v < s.Least || v > s.Most:
		return 0, CodeRange, ""
	}
	return v, "", ""
}

// lacksUnit reports whether a text has no unit and should, or the other way round.
func (s *Signal) lacksUnit(text string) bool {
	if s.Kind == Number {
		return strings.HasSuffix(text, "%")
	}
	return isNumber(text)
}

// number reads a value of the signal's kind.
func (s *Signal) number(text string) (float64, bool) {
	switch s.Kind {
	case Share:
		return readShare(text)
	case Duration:
		d, err := parseFor(text)
		return d.Seconds(), err == nil
	case Number, Word:
	}
	return readNumber(text)
}

// meant is the value that a text probably stands for, or that of the example.
func (s *Signal) meant(text string) string {
	switch s.Kind {
	case Share:
		return shareFix(text, s.exampleValue())
	case Duration:
		fix := durationFix(text, s.exampleValue())
		if isNumber(text) {
			fix = durationFix(text+"ms", fix) // seconds are hardly meant
		}
		return fix
	case Number, Word:
	}
	return s.numberFix(text)
}

// readShare reads a number of percent: digits, a point, and the sign behind them.
func readShare(text string) (float64, bool) {
	digits, percent := strings.CutSuffix(text, "%")
	if !percent || strings.Trim(digits, "0123456789.-") != "" {
		return 0, false
	}
	v, err := plain.ParseRate(text)
	return v, err == nil
}

func shareFix(text, example string) string {
	v, ok := readNumber(text)
	switch {
	case !ok || v < 0 || v > 100:
		return example
	case v < 1 && v > 0:
		return plain.Rate(v)
	}
	return plain.Number(v) + "%"
}

func readNumber(text string) (float64, bool) {
	if text == "" || strings.Trim(text, "0123456789.-") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil
}

// numberFix is the number that a share or duration probably means.
func (s *Signal) numberFix(text string) string {
	if v, err := plain.ParseRate(text); err == nil && v >= s.Least && v <= s.Most {
		return plain.Number(v)
	}
	if d, err := time.ParseDuration(text); err == nil && d.Seconds() > s.Least {
		return plain.Number(d.Seconds())
	}
	return s.exampleValue()
}
