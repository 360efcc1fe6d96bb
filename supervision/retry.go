// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"fmt"
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// The defaults of a [Retry].
const (
	DefaultRetryAttempts      = 3
	DefaultRetryMaxRetryAfter = 30 * time.Second
)

const (
	retryMostAttempts      = 10
	retryLongestRetryAfter = time.Hour
	retryLongestClass      = 64
	retryClassCharacters   = "abcdefghijklmnopqrstuvwxyz0123456789-"

	codeBadClass       = "class-name"
	codeClassTwice     = "class-twice"
	codeClassNotFailed = "class-not-failed"
)

// Retry says when a failed attempt is repeated. It is plain data; the decision
// is [Decide]. A Retry that is entirely zero is off: one attempt. Set any field
// and each other zero field means its default.
type Retry struct {
	// Attempts is how many attempts a call may have, the first included. Default 3,
	// accepted 1 to 10: more is a queue, not a retry. 1 never repeats. What a hop
	// further in has repeated already (a mesh, a guard that the handler calls) counts
	// as attempts, so that retries do not multiply from hop to hop.
	Attempts int
	// Backoff is the wait between attempts. Zero: its defaults.
	Backoff Backoff
	// Budget bounds the load that repetitions add. Zero: its defaults.
	Budget Budget
	// Only names the classes that are repeated; others are not. Empty: as
	// [TreatmentOf] says. A class named here that TreatmentOf never repeats is
	// repeated when that is safe. Void and rejected outcomes never are.
	Only []fuseboard.Class
	// Classes says for failures of one class what is otherwise with them: fewer attempts
	// for a timeout, a longer wait where the dependency throttles. What a class does not
	// say is as above. Naming a class does not make it repeated: Only does. Default none,
	// at most 32 classes.
	Classes map[fuseboard.Class]ClassRetry
	// MaxRetryAfter is the longest Retry-After that is honoured. A dependency that
	// asks to be left alone for longer is not asked again. Default 30s, at most 1h.
	MaxRetryAfter time.Duration
	// Innermost leaves repeating to the hop nearest to what fails: what a hop further in
	// has repeated even once is not repeated here. It is known of guards that the handler
	// calls, and of HTTP hops that tell (see clients/httpclient). Default false: then
	// such repetitions count as Attempts.
	Innermost bool
}

// On reports whether any field is set.
func (r Retry) On() bool {
	return r.Attempts != 0 || r.Backoff.On() || r.Budget.On() || len(r.Only) != 0 || len(r.Classes) != 0 || r.MaxRetryAfter != 0 || r.Innermost
}

// WithDefaults returns r with every default written out, those of its classes
// included; a Retry that is off stays off.
func (r Retry) WithDefaults() Retry {
	if !r.On() {
		return r
	}
	r = r.section()
	r.Classes = r.filled()
	return r
}

// section returns r, which is on, with the defaults of the section, but not of its classes.
func (r Retry) section() Retry {
	if r.Attempts == 0 {
		r.Attempts = DefaultRetryAttempts
	}
	if r.MaxRetryAfter == 0 {
		r.MaxRetryAfter = DefaultRetryMaxRetryAfter
	}
	r.Backoff, r.Budget = r.Backoff.WithDefaults(), r.Budget.WithDefaults()
	return r
}

// Validate reports everything wrong with r at once, errors and warnings, with
// paths relative to the section: "attempts", "backoff.base", "only[1]" and so on.
func (r Retry) Validate() fuseboard.Problems {
	var c plain.Check
	c.Int("attempts", r.Attempts, 1, retryMostAttempts, "1 means: never again")
	c.Include("backoff", r.Backoff.Validate())
	c.Include("budget", r.Budget.Validate())
	r.checkClasses(&c)
	for i, class := range r.Only {
		if p, wrong := r.judgeClass(i, class); wrong {
			p.Path, p.Value = fmt.Sprintf("only[%d]", i), string(class)
			c.Add(p)
		}
	}
	c.Duration("max_retry_after", r.MaxRetryAfter, 0, retryLongestRetryAfter, "")
	return c.Problems()
}

// judgeClass returns what is wrong with the ith class of Only, path and value left out.
func (r Retry) judgeClass(i int, class fuseboard.Class) (fuseboard.Problem, bool) {
	bad, wrong := badClass(class)
	switch {
	case wrong:
		return bad, true
	case slices.Index(r.Only, class) < i:
		return fuseboard.Problem{
			Code: codeClassTwice, Message: "is named twice", Fix: "remove one", Warning: true,
		}, true
	case class == fuseboard.ClassDownstream || class == fuseboard.ClassCancelled:
		return notFailed(), true
	}
	return fuseboard.Problem{}, false
}
