// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"cmp"
	"math"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Defaults of [Steps]: a threshold of 85 % sheds normal work from 91 %, high from 97 %.
const (
	DefaultNormalStep = 0.4
	DefaultHighStep   = 0.8
)

// CodeStepsOrder is the code of the problem that high work would be shed before normal.
const CodeStepsOrder = "steps-order"

// Steps says where on the way from a signal's threshold (0 %) to its full extent (100 %)
// more important work is shed. Zero fields mean their defaults.
type Steps struct {
	// Normal is where normal work is shed. Default 40%, accepted 0.1% to 100%.
	Normal float64 `plain:"rate"`
	// High is where high work is shed, not before Normal. Default 80%, or Normal if that
	// is more; accepted 0.1% to 100%. At 100% it is shed only when nothing at all is left.
	High float64 `plain:"rate"`
}

const leastStep = 0.001

// On reports whether any field is set.
func (s Steps) On() bool { return s != Steps{} }

// WithDefaults returns s with both steps written out.
func (s Steps) WithDefaults() Steps {
	s.Normal = or(s.Normal, DefaultNormalStep)
	s.High = or(s.High, max(DefaultHighStep, s.Normal))
	return s
}

// Validate reports everything wrong with s, paths relative to the section.
func (s Steps) Validate() fuseboard.Problems {
	var c plain.Check
	c.Rate("normal", s.Normal, leastStep, fullShare, "leave it out for 40%")
	c.Rate("high", s.High, leastStep, fullShare, "leave it out for 80%")
	if full := s.WithDefaults(); full.High < full.Normal {
		c.Add(fuseboard.Problem{
			Path: "high", Code: CodeStepsOrder, Value: plain.Rate(full.High),
			Message:  "sheds high work before normal work",
			Accepted: "at least normal (" + plain.Rate(full.Normal) + ")",
			Fix:      "raise high, or lower normal",
		})
	}
	return c.Problems()
}

func (s Steps) usable() Steps {
	s.Normal, s.High = number(s.Normal), number(s.High)
	s = s.WithDefaults()
	s.Normal = clamp(s.Normal, leastStep, fullShare)
	s.High = clamp(s.High, s.Normal, fullShare)
	return s
}

// or returns v, or otherwise where v is zero.
func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

func clamp[T cmp.Ordered](v, lo, hi T) T { return min(max(v, lo), hi) }

// number returns v, or zero where that is no number.
func number(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}

// share moves a threshold into its range; what is no number, and what is not positive, is none.
func share(v, most float64) float64 {
	if v = number(v); v <= 0 {
		return 0
	}
	return clamp(v, lowestShare, most)
}
