// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// property is one setting of resilience4j.
type property struct {
	path    string
	at      plain.Place
	value   plain.Node
	builtin bool // nobody wrote it: it is resilience4j's default
}

// properties are the settings of one config or instance, those of what it is based on included, by
// the letters of their names.
type properties map[string]property

// conversion turns properties into values of a policy.
type conversion struct {
	*notes
	of     properties
	used   map[string]bool
	unread map[string]bool // what has no value that can be read
	values values
}

// take returns a property that the conversion knows.
func (c *conversion) take(name string) (property, bool) {
	c.used[letters(name)] = true
	p, found := c.of[letters(name)]
	if !found {
		return p, false
	}
	p, found = c.valued(p)
	c.unread[letters(name)] = !found
	return p, found
}

// bad tells of a value that cannot be read.
func (c *conversion) bad(name string, p property, message string) {
	c.unread[letters(name)] = true
	c.note(p, CodeValue, false, message, "write its value into the result")
}

// set gives a field of the policy its value.
func (c *conversion) set(path, text string) { c.values = c.values.with(path, text) }

// is reports whether a property is true, in one of the words that Spring reads as that.
func (c *conversion) is(name string) bool {
	p, found := c.take(name)
	if !found {
		return false
	}
	word := strings.ToLower(strings.TrimSpace(p.value.Word))
	if !slices.Contains([]string{"false", "no", "off", "0"}, word) && !slices.Contains(truths, word) {
		c.bad(name, p, "is neither true nor false")
	}
	return slices.Contains(truths, word)
}

// time returns a duration between two bounds.
func (c *conversion) time(name string, least, most time.Duration) (d time.Duration, p property, found bool) {
	if p, found = c.take(name); !found {
		return 0, p, false
	}
	d, ok := springTime(p.value)
	if !ok {
		c.bad(name, p, "is not a time that Spring reads")
		return 0, p, false
	}
	if d > 0 && d != min(max(d, least), most) {
		near := min(max(d, least), most)
		c.note(p, CodeChanged, true, "is "+plain.Duration(d)+", and "+plain.Duration(near)+" is the nearest that is accepted", "")
		d = near
	}
	return d, p, true
}

var truths = []string{"true", "yes", "on", "1"}

// positive returns a whole number from 1 on: 0 is refused by resilience4j, and would be no value here.
func (c *conversion) positive(name string, most int) (n int, p property, found bool) {
	if n, p, found = c.count(name, most); found && n == 0 {
		c.bad(name, p, "is 0, which resilience4j refuses")
		return 0, p, false
	}
	return n, p, found
}

// some returns a duration above 0.
func (c *conversion) some(name string, least, most time.Duration) (d time.Duration, p property, found bool) {
	if d, p, found = c.time(name, least, most); found && d == 0 {
		c.bad(name, p, "is 0, which resilience4j refuses")
		return 0, p, false
	}
	return d, p, found
}

// count returns a whole number between two bounds; 0 stays 0.
func (c *conversion) count(name string, most int) (n int, p property, found bool) {
	if p, found = c.take(name); !found {
		return 0, p, false
	}
	n, err := strconv.Atoi(strings.ReplaceAll(p.value.Word, "_", ""))
	if err != nil || n < 0 {
		c.bad(name, p, "is not a whole number")
		return 0, p, false
	}
	if n > most {
		c.note(p, CodeChanged, true, "is "+strconv.Itoa(n)+", and "+strconv.Itoa(most)+" is the most that is accepted", "")
		n = most
	}
	return n, p, true
}

// number returns a number between two bounds.
func (c *conversion) number(name string, least, most float64) (v float64, p property, found bool) {
	if p, found = c.take(name); !found {
		return 0, p, false
	}
	v, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(p.value.Word), "%"), 64)
	if err != nil || math.IsNaN(v) || v < 0 {
		c.bad(name, p, "is not a number")
		return 0, p, false
	}
	if near := min(max(v, least), most); near != v {
		c.note(p, CodeChanged, true, "is "+plain.Number(v)+", and "+plain.Number(near)+" is the nearest that is accepted", "")
		v = near
	}
	return v, p, true
}

var (
	simpleTime = regexp.MustCompile(`^([+-]?[0-9]+)\s*(ns|us|ms|s|m|h|d)?$`)
	isoTime    = regexp.MustCompile(`(?i)^P(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+(?:\.[0-9]+)?)S)?)?$`)
	springUnit = map[string]time.Duration{
		"": time.Millisecond, "ns": time.Nanosecond, "us": time.Microsecond, "ms": time.Millisecond,
		"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour,
	}
)

// springTime reads a duration as Spring does: 10s, PT10S, or a number of milliseconds. What is
// longer than fits is the longest.
func springTime(n plain.Node) (time.Duration, bool) {
	text := strings.TrimSpace(n.Word)
	if m := simpleTime.FindStringSubmatch(strings.ToLower(text)); m != nil {
		v, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil || v < 0 {
			return 0, false
		}
		return times(float64(v), springUnit[m[2]]), true
	}
	m := isoTime.FindStringSubmatch(text)
	if m == nil || len(text) < 3 {
		return 0, false
	}
	var sum time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		if m[i+1] == "" {
			continue
		}
		v, err := strconv.ParseFloat(m[i+1], 64)
		if err != nil {
			return 0, false
		}
		sum = min(sum, math.MaxInt64-times(v, unit)) + times(v, unit)
	}
	return sum, true
}

func times(v float64, unit time.Duration) time.Duration {
	if v*float64(unit) >= math.MaxInt64/2 {
		return math.MaxInt64 / 2
	}
	return time.Duration(v * float64(unit))
}
