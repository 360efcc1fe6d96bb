// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Codes of the problems of a [Policy] that no range describes.
const (
	// CodeUnknownWord: a Coalesce that has no word.
	CodeUnknownWord = "unknown-word"
	// CodeBadClass: a name in NegativeOn that is not one of a class.
	CodeBadClass = "class-name"
	// CodeClassTwice warns of a class that NegativeOn names twice.
	CodeClassTwice = "class-twice"
	// CodeClassNotFailed: a class in NegativeOn that is never one of a failure.
	CodeClassNotFailed = "class-not-failed"
	// CodeManyClasses: NegativeOn names more classes than anybody has.
	CodeManyClasses = "too-many-classes"
	// CodeNegativeOff warns of a NegativeOn without a NegativeTTL: nothing is remembered.
	CodeNegativeOff = "negative-on-without-ttl"
	// CodeLongFailure warns of failures that are remembered for longer than 5m.
	CodeLongFailure = "failure-kept-long"
	// CodeStaleUnused warns of a StaleIfError that is no longer than StaleWhileRevalidate: until
	// then the stale answer is given anyway.
	CodeStaleUnused = "stale-if-error-unused"
)

const (
	mostClasses     = 32
	longestClass    = 64
	classCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-"
)

// Validate reports everything wrong with p at once, with paths relative to the section:
// "ttl", "negative_on[1]" and so on.
func (p Policy) Validate() fuseboard.Problems {
	var c plain.Check
	c.Duration("ttl", p.TTL, shortest, longestTTL, "say how old an answer may be")
	c.Duration("stale_while_revalidate", p.StaleWhileRevalidate, shortest, longestStale, "leave it out for none")
	c.Duration("stale_if_error", p.StaleIfError, shortest, longestStale, "leave it out for none")
	c.Duration("negative_ttl", p.NegativeTTL, shortest, longestNoTTL, "leave it out to keep no errors")
	p.checkClasses(&c)
	c.Int("max_entries", p.MaxEntries, 1, mostEntries, "leave it out for 1000")
	c.Rate("jitter", p.Jitter, leastJitter, mostJitter, "leave it out for 10%; 0.1% is next to none")
	if !p.Coalesce.known() {
		c.Add(fuseboard.Problem{
			Path: "coalesce", Code: CodeUnknownWord, Value: strconv.Itoa(int(p.Coalesce)),
			Message: "has no word", Accepted: strings.Join(coalesceWords[:], ", "),
		})
	}
	c.Duration("abandon_after", p.AbandonAfter, shortest, longestAbandon, "leave it out for 10s")
	c.Int("max_refreshes", p.MaxRefreshes, 1, mostRefreshes, "leave it out for 8")
	for _, problem := range p.idle() {
		problem.Warning = true
		c.Add(problem)
	}
	return c.Problems()
}

func (p Policy) checkClasses(c *plain.Check) {
	if n := len(p.NegativeOn); n > mostClasses {
		c.Add(fuseboard.Problem{
			Path: "negative_on", Code: CodeManyClasses, Value: strconv.Itoa(n), Message: "names too many classes",
			Accepted: "up to " + strconv.Itoa(mostClasses), Fix: "name those whose failures last",
		})
		return
	}
	for i, class := range p.NegativeOn {
		if problem, wrong := p.judge(i, class); wrong {
			problem.Path, problem.Value = fmt.Sprintf("negative_on[%d]", i), string(class)
			c.Add(problem)
		}
	}
}

// judge returns what is wrong with the ith class of NegativeOn, path and value left out.
func (p Policy) judge(i int, class fuseboard.Class) (fuseboard.Problem, bool) {
	name := string(class)
	switch {
	case name == "" || len(name) > longestClass || strings.Trim(name, classCharacters) != "":
		return fuseboard.Problem{
			Code: CodeBadClass, Message: "is not a class name",
			Accepted: "1 to " + strconv.Itoa(longestClass) + " lower-case letters, digits and hyphens",
		}, true
	case class == fuseboard.ClassCancelled:
		return fuseboard.Problem{
			Code: CodeClassNotFailed, Message: "is the caller's doing, and never remembered",
			Fix: "remove it",
		}, true
	case slices.Index(p.NegativeOn, class) < i:
		return fuseboard.Problem{
			Code: CodeClassTwice, Message: "is named twice", Fix: "remove one", Warning: true,
		}, true
	}
	return fuseboard.Problem{}, false
}

// idle lists what is in range and probably not as meant.
func (p Policy) idle() (problems fuseboard.Problems) {
	if len(p.NegativeOn) > 0 && p.NegativeTTL == 0 {
		problems = append(problems, fuseboard.Problem{
			Path: "negative_on", Code: CodeNegativeOff, Message: "has no effect without negative_ttl",
			Fix: "say for how long, for example negative_ttl: 1s",
		})
	}
	if len(p.NegativeOn) > 0 && p.NegativeTTL > longestFailure && p.NegativeTTL <= longestNoTTL {
		problems = append(problems, fuseboard.Problem{
			Path: "negative_ttl", Code: CodeLongFailure, Value: plain.Duration(p.NegativeTTL),
			Message:  "keeps failures after the dependency has recovered",
			Accepted: "up to " + plain.Duration(longestFailure) + " beside negative_on",
		})
	}
	if p.StaleIfError > 0 && p.StaleIfError <= p.StaleWhileRevalidate {
		problems = append(problems, fuseboard.Problem{
			Path: "stale_if_error", Code: CodeStaleUnused, Value: plain.Duration(p.StaleIfError),
			Message: "has no effect within stale_while_revalidate, which gives the stale answer anyway",
			Fix:     "make it longer, or leave it out",
		})
	}
	return problems
}

// clamped returns p with its defaults and every field inside its range, so that a cache can
// be kept for a policy that nobody validated. One that is off counts as all defaults.
func (p Policy) clamped() Policy {
	p = p.filled().Clone()
	p.TTL = min(max(p.TTL, shortest), longestTTL)
	p.StaleWhileRevalidate = min(max(p.StaleWhileRevalidate, 0), longestStale)
	p.StaleIfError = min(max(p.StaleIfError, 0), longestStale)
	p.NegativeTTL = min(max(p.NegativeTTL, 0), longestNoTTL)
	p.MaxEntries = min(max(p.MaxEntries, 1), mostEntries)
	if !(p.Jitter >= leastJitter) {
		p.Jitter = leastJitter
	}
	p.Jitter = min(p.Jitter, mostJitter)
	if !p.Coalesce.known() {
		p.Coalesce = CoalesceOn
	}
	p.AbandonAfter = min(max(p.AbandonAfter, shortest), longestAbandon)
	p.MaxRefreshes = min(max(p.MaxRefreshes, 1), mostRefreshes)
	return p
}
