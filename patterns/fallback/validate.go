// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

const (
	leastTimeout    = time.Millisecond
	mostTimeout     = time.Minute
	mostConcurrency = 100_000
	mostKeys        = 10_000_000
	leastAge        = time.Millisecond
	mostAge         = 720 * time.Hour
	mostValue       = 64 << 10
	mostClasses     = 32
	longestClass    = 64
	longestGuard    = 256
	classCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-"
)

// Codes of the problems of a policy, besides those of ranges.
const (
	CodeManySteps   = "many-steps"
	CodeUnknownWord = "unknown-word"
	CodeTwoUses     = "two-uses"
	CodeNotUsed     = "field-not-used"
	CodeNoValue     = "no-value"
	CodeNoGuard     = "no-guard"
	CodeValue       = "bad-value"
	CodeLargeValue  = "large-value"
	CodeManyClasses = "many-classes"
	CodeClassName   = "class-name"
	CodeClassTwice  = "class-twice"
	CodeClassLeft   = "class-left"
	CodeNeverTried  = "never-tried"
	CodeNoSource    = "no-source"
	CodeOwnGuard    = "own-guard"
)

// Validate reports everything wrong with p at once, errors and warnings, with paths
// relative to the section: "steps[0].value", "timeout" and so on. Whether a Value is an
// answer of the operation is found by [Check], as only that knows the type.
func (p Policy) Validate() fuseboard.Problems {
	var c plain.Check
	if len(p.Steps) > MaxSteps {
		c.Add(fuseboard.Problem{
			Path: "steps", Code: CodeManySteps, Value: strconv.Itoa(len(p.Steps)), Message: "are too many",
			Accepted: "up to " + strconv.Itoa(MaxSteps), Fix: "let one computed step choose",
		})
	}
	for i, s := range p.Steps[:min(len(p.Steps), MaxSteps)] {
		c.Include(fmt.Sprintf("steps[%d]", i), s.validate())
		if by := slices.IndexFunc(p.Steps[:i], s.isBehind); by >= 0 {
			c.Add(fuseboard.Problem{
				Path: fmt.Sprintf("steps[%d]", i), Code: CodeNeverTried, Message: fmt.Sprintf("is never tried: steps[%d] is a value, which always answers", by),
				Fix: "put the value last, or say with on what it is for", Warning: true,
			})
		}
	}
	c.Duration("timeout", p.Timeout, leastTimeout, mostTimeout, "leave it out for 1s")
	c.Int("concurrency", p.Concurrency, 1, mostConcurrency, "leave it out for 10")
	c.Int("max_keys", p.MaxKeys, 1, mostKeys, "leave it out for 1000")
	return c.Problems()
}

// isBehind reports whether an earlier step answers whatever s is for.
func (s Step) isBehind(earlier Step) bool {
	if earlier.use() != Value {
		return false
	}
	on := earlier.On
	if len(on) == 0 || slices.Contains(on, Refusal) && slices.Contains(on, Failure) {
		return true
	}
	return len(s.On) > 0 && !slices.ContainsFunc(s.On, func(class fuseboard.Class) bool { return !slices.Contains(on, class) })
}

func (s Step) validate() fuseboard.Problems {
	var c plain.Check
	if !s.Use.known() {
		c.Add(fuseboard.Problem{
			Path: "use", Code: CodeUnknownWord, Value: strconv.Itoa(int(s.Use)), Message: "has no word",
			Accepted: strings.Join(useWords[:], ", "),
		})
	}
	s.validateOn(&c)
	s.validateFields(&c)
	s.validateValue(&c)
	c.Duration("max_age", s.MaxAge, leastAge, mostAge, "leave it out for 5m")
	if len(s.Guard) > longestGuard {
		c.Add(fuseboard.Problem{Path: "guard", Code: CodeNoGuard, Message: "is too long for a name", Accepted: "up to " + strconv.Itoa(longestGuard) + " bytes"})
	}
	return c.Problems()
}

// validateFields reports fields that do not go with the use, and one that is missing.
func (s Step) validateFields(c *plain.Check) {
	use := s.use()
	for _, f := range []struct {
		path string
		set  bool
		of   Use
	}{{"value", s.Value != "", Value}, {"max_age", s.MaxAge != 0, LastGood}, {"guard", s.Guard != "", Guard}} {
		switch {
		case !f.set || f.of == use:
		case s.Use == ByField:
			c.Add(fuseboard.Problem{
				Path: f.path, Code: CodeTwoUses, Message: "is given beside another field that says where the answer comes from",
				Fix: "make two steps of it",
			})
		default:
			c.Add(fuseboard.Problem{
				Path: f.path, Code: CodeNotUsed, Message: "is not used by a step that is " + use.String(),
				Fix: "remove it, or write use: " + f.of.String(),
			})
		}
	}
	switch {
	case use == Value && s.Value == "":
		c.Add(fuseboard.Problem{Path: "value", Code: CodeNoValue, Message: "is missing", Fix: `write the answer as JSON, such as {"cents": 0}`})
	case use == Guard && s.Guard == "":
		c.Add(fuseboard.Problem{Path: "guard", Code: CodeNoGuard, Message: "is missing", Fix: "name the dependency that is asked"})
	}
}

// validateValue reports a value that is no JSON, or none.
func (s Step) validateValue(c *plain.Check) {
	switch {
	case s.Value == "":
	case len(s.Value) > mostValue:
		c.Add(fuseboard.Problem{
			Path: "value", Code: CodeLargeValue, Value: plain.Count(len(s.Value), "byte", "bytes"), Message: "is too large",
			Accepted: "up to " + strconv.Itoa(mostValue) + " bytes", Fix: "let a computed step read it from where it is kept",
		})
	case strings.TrimSpace(string(s.Value)) == "null":
		c.Add(fuseboard.Problem{
			Path: "value", Code: CodeNoValue, Value: "null", Message: "is no answer: null in a policy means that it is left out",
			Fix: "let a computed step return nil if that is the answer",
		})
	default:
		_, problems := plain.Raw("value", []byte(s.Value))
		for _, p := range problems {
			c.Add(p)
		}
	}
}

func (s Step) validateOn(c *plain.Check) {
	if len(s.On) > mostClasses {
		c.Add(fuseboard.Problem{
			Path: "on", Code: CodeManyClasses, Value: strconv.Itoa(len(s.On)), Message: "names too many classes",
			Accepted: "up to " + strconv.Itoa(mostClasses), Fix: "leave it out, and the step is for everything",
		})
		return
	}
	for i, class := range s.On {
		p := fuseboard.Problem{Path: fmt.Sprintf("on[%d]", i), Value: string(class)}
		switch {
		case class == "" || len(class) > longestClass || strings.Trim(string(class), classCharacters) != "":
			p.Code, p.Message = CodeClassName, "is not a class name"
			p.Accepted = "1 to " + strconv.Itoa(longestClass) + " lower-case letters, digits and hyphens"
		case slices.Index(s.On, class) < i:
			p.Code, p.Message, p.Fix, p.Warning = CodeClassTwice, "is named twice", "remove one", true
		case class == fuseboard.ClassCancelled:
			p.Code, p.Message, p.Fix, p.Warning = CodeClassLeft, "gets no fallback: its caller has left", "remove it", true
		default:
			continue
		}
		c.Add(p)
	}
}
