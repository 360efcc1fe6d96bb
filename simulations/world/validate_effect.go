// SPDX-License-Identifier: Apache-2.0

package world

import (
	"slices"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Validate reports everything wrong with e at once, with paths relative to it: ranges, a class that there is not, and
// what has no effect or is not of some requests alone. The zero Effect does nothing, and is no problem.
func (e Effect) Validate() fuseboard.Problems {
	var c check
	c.Rate("errors", e.Errors, 0, 1, "")
	e.classed(&c)
	c.time("retry_after", e.RetryAfter, "leave it out where nothing is said")
	if message := e.Latency.problems(); message != "" {
		c.Add(fuseboard.Problem{Path: "latency", Code: plain.CodeRange, Value: e.Latency.String(), Message: message, Fix: "write +2s, x10, or 3s for exactly that"})
	}
	c.Rate("hang", e.Hang, 0, 1, "")
	c.Rate("capacity", e.Capacity, 0, 1, "leave it out for all; to leave nothing, write crash")
	c.time("ramp", e.Ramp, "leave it out for at once")
	some := len(e.Operations)+len(e.Tenants)+len(e.Nodes) > 0
	c.conflict("capacity", e.Capacity != 0 && some, "is the dependency's, not that of some requests", "leave operations, tenants and nodes out, or make two faults")
	grows := e.Errors != 0 || e.Hang != 0 || e.Capacity != 0 || e.Latency != Stretch{}
	c.idle("ramp", e.Ramp != 0 && !grows, "has nothing to ramp", "leave it out")
	for i, node := range e.Nodes {
		if node < 1 || node > mostNode {
			c.Add(fuseboard.Problem{
				Path: plain.At("nodes", i), Code: plain.CodeRange, Value: plain.Number(float64(node)), Message: "is out of range",
				Accepted: "1 to " + plain.Number(mostNode), Fix: "nodes are numbered from 1",
			})
		}
	}
	return c.Problems()
}

// classed reports what is wrong with the class and what hangs on it.
func (e Effect) classed(c *check) {
	words := make([]string, 0, len(classes))
	for _, class := range classes {
		words = append(words, string(class))
	}
	if e.Class != "" && !slices.Contains(words, e.Class) {
		_, err := plain.UnmarshalWord("class of errors", words, []byte(e.Class))
		c.Add(fuseboard.Problem{Path: "class", Code: codeValue, Value: plain.Shorten(e.Class), Message: err.Error()})
	}
	c.idle("class", e.Class != "" && e.Errors == 0, "has no effect without errors", "set errors")
	c.idle("retry_after", e.RetryAfter != 0 && e.Class != string(fuseboard.ClassThrottled), "is said by errors of class throttled alone", "write class: throttled")
}
