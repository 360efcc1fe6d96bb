// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// mostClasses is how many classes a policy may name in one place.
const mostClasses = 32

const (
	codeManyClasses   = "many-classes"
	codeClassNothing  = "class-says-nothing"
	codeClassNotNamed = "class-not-repeated"
)

// ClassRetry is what a [Retry] says otherwise about failures of one class. It is plain
// data. A field at zero is as the section has it, with one exception: a Backoff without
// a Base has the section's, times the Scale of [TreatmentOf]; a Base that is given is
// meant as it stands. As the first word of a kind is its zero, a class cannot go back to
// exponential, or to full jitter, where the section has another word.
type ClassRetry struct {
	// Attempts is how many attempts a call may have, the first included, when the last of
	// them failed in this class. Default Retry.Attempts, accepted 1 to 10, also more than
	// that; 1 never repeats.
	Attempts int
	// Backoff is the wait before a repetition after this class. Default Retry.Backoff,
	// field by field.
	Backoff Backoff
}

// On reports whether any field is set.
func (c ClassRetry) On() bool { return c != ClassRetry{} }

// For returns the attempts and the backoff that hold for failures of the class, named in
// Classes or not, with every default written out. Of a Retry that is off it is one attempt.
func (r Retry) For(class fuseboard.Class) ClassRetry {
	if !r.On() {
		return ClassRetry{Attempts: 1}
	}
	class = cmp.Or(class, fuseboard.ClassError)
	return r.section().fill(class, r.Classes[class])
}

// MostAttempts returns the most attempts that a call may have, whatever it fails in: 1
// where nothing is repeated.
func (r Retry) MostAttempts() int {
	most := r.For("").Attempts
	for class := range r.Classes {
		most = max(most, r.For(class).Attempts)
	}
	return most
}

// fill returns what holds for a class of which c is said. r has its section's defaults.
func (r Retry) fill(class fuseboard.Class, c ClassRetry) ClassRetry {
	c.Attempts = cmp.Or(c.Attempts, r.Attempts)
	b, all := &c.Backoff, r.Backoff
	if b.Base == 0 {
		b.Base = capped(float64(all.Base)*TreatmentOf(class).Scale, math.MaxInt64)
	}
	b.Kind, b.Jitter, b.Max = cmp.Or(b.Kind, all.Kind), cmp.Or(b.Jitter, all.Jitter), cmp.Or(b.Max, all.Max)
	if b.grows() {
		b.Factor = cmp.Or(b.Factor, all.Factor)
	}
	c.Backoff = b.WithDefaults()
	return c
}

// filled returns the classes with their defaults: the map itself where it has them.
func (r Retry) filled() map[fuseboard.Class]ClassRetry {
	for class, said := range r.Classes {
		if r.fill(class, said) == said {
			continue
		}
		all := make(map[fuseboard.Class]ClassRetry, len(r.Classes))
		for class, said := range r.Classes {
			all[class] = r.fill(class, said)
		}
		return all
	}
	return r.Classes
}

func (r Retry) checkClasses(c *plain.Check) {
	tooMany(c, "classes", len(r.Classes))
	for _, class := range slices.Sorted(maps.Keys(r.Classes)) {
		path, said := "classes."+string(class), r.Classes[class]
		p, wrong := badClass(class)
		if !wrong {
			p, wrong = r.uselessClass(class, said)
		}
		if wrong {
			p.Path, p.Value = path, cmp.Or(p.Value, string(class))
			c.Add(p)
		}
		c.Int(path+".attempts", said.Attempts, 1, retryMostAttempts, "1 means: never again")
		c.Include(path+".backoff", r.backoffToCheck(class, said).Validate())
	}
}

// backoffToCheck is a class's backoff with the times that it is compared with.
func (r Retry) backoffToCheck(class fuseboard.Class, said ClassRetry) Backoff {
	b, full := said.Backoff, r.section().fill(class, said).Backoff
	if !b.On() {
		return b
	}
	if b.Kind.known() && b.Jitter.known() {
		b.Kind, b.Jitter = full.Kind, full.Jitter
	}
	if said.Backoff.Kind == Exponential && b.Jitter == DecorrelatedJitter {
		b.Kind = Exponential // the section's kind is not the class's mistake
	}
	if b.Base == 0 && full.Base > 0 { // what is wrong with the section is said there
		b.Base = min(full.Base, backoffLongestBase)
	}
	if b.Max == 0 && full.Max > 0 {
		b.Max = min(full.Max, backoffLongestMax)
	}
	return b
}

// uselessClass warns of a class whose schedule nothing will ever obey.
func (r Retry) uselessClass(class fuseboard.Class, said ClassRetry) (fuseboard.Problem, bool) {
	switch {
	case class == fuseboard.ClassDownstream || class == fuseboard.ClassCancelled:
		return notFailed(), true
	case !r.repeats(class, TreatmentOf(class)):
		return fuseboard.Problem{
			Code: codeClassNotNamed, Message: "is not repeated, so its schedule has no effect", Warning: true,
			Fix: "name it in only as well, or remove it",
		}, true
	case !said.On():
		return fuseboard.Problem{
			Code: codeClassNothing, Message: "says nothing", Warning: true, Fix: "set attempts or backoff, or remove it",
		}, true
	}
	return fuseboard.Problem{}, false
}

func notFailed() fuseboard.Problem {
	return fuseboard.Problem{
		Code: codeClassNotFailed, Message: "is never repeated: it is not this dependency's failure",
		Fix: "remove it", Warning: true,
	}
}

// badClass returns what is wrong with a name, path and value left out.
func badClass(class fuseboard.Class) (fuseboard.Problem, bool) {
	name := string(class)
	return fuseboard.Problem{
		Code: codeBadClass, Message: "is not a class name",
		Accepted: "1 to " + strconv.Itoa(retryLongestClass) + " lower-case letters, digits and hyphens",
	}, name == "" || len(name) > retryLongestClass || strings.Trim(name, retryClassCharacters) != ""
}

// tooMany adds that a map names more classes than anybody has.
func tooMany(c *plain.Check, path string, classes int) {
	if classes > mostClasses {
		c.Add(fuseboard.Problem{
			Path: path, Code: codeManyClasses, Value: strconv.Itoa(classes), Message: "names too many classes",
			Accepted: "up to " + strconv.Itoa(mostClasses), Fix: "name those that differ from the others",
		})
	}
}
