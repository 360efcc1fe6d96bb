// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Codes of the problems that a Check finds by itself.
const (
	CodeNegative = "negative"
	CodeRange    = "out-of-range"
)

// Check collects the problems of one validation. The zero Check is ready.
// Zero values pass every range: zero means "the default" in a policy.
type Check struct{ problems fuseboard.Problems }

// Problems returns what was found, in order.
func (c *Check) Problems() fuseboard.Problems { return c.problems }

// Add records a problem that no range describes.
func (c *Check) Add(p fuseboard.Problem) { c.problems = append(c.problems, p) }

// Include records the problems of a section under its path.
func (c *Check) Include(section string, ps fuseboard.Problems) {
	c.problems = append(c.problems, ps.Under(section)...)
}

// Duration reports a non-zero v outside lo to hi.
func (c *Check) Duration(path string, v, lo, hi time.Duration, fix string) {
	if v != 0 && (v < lo || v > hi) {
		c.outside(path, v < 0, Duration(v), Duration(lo), Duration(hi), fix)
	}
}

// Int reports a non-zero v outside lo to hi.
func (c *Check) Int(path string, v, lo, hi int, fix string) {
	if v != 0 && (v < lo || v > hi) {
		c.outside(path, v < 0, strconv.Itoa(v), strconv.Itoa(lo), strconv.Itoa(hi), fix)
	}
}

// Number reports a non-zero v outside lo to hi, or one that is no number.
func (c *Check) Number(path string, v, lo, hi float64, fix string) {
	if v != 0 && !within(v, lo, hi) {
		c.outside(path, v < 0, Number(v), Number(lo), Number(hi), fix)
	}
}

// Rate reports a non-zero share outside lo to hi, or one that is no number.
func (c *Check) Rate(path string, v, lo, hi float64, fix string) {
	if v != 0 && !within(v, lo, hi) {
		if meant := v / 100; v > 1 && v == math.Trunc(v) && within(meant, lo, hi) { // 50 for 50%
			fix = strings.TrimSuffix("write "+Rate(meant)+" if that is meant; "+fix, "; ")
		}
		c.outside(path, v < 0, Rate(v), Rate(lo), Rate(hi), fix)
	}
}

func within(v, lo, hi float64) bool { return !math.IsNaN(v) && v >= lo && v <= hi }

func (c *Check) outside(path string, negative bool, value, lo, hi, fix string) {
	p := fuseboard.Problem{
		Path: path, Code: CodeRange, Value: value,
		Message: "is out of range", Accepted: lo + " to " + hi, Fix: fix,
	}
	if negative {
		p.Code, p.Message = CodeNegative, "must not be negative"
	}
	c.Add(p)
}
