// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
)

// The defaults of a [Policy].
const (
	DefaultTimeout     = time.Second
	DefaultConcurrency = 10
	DefaultMaxKeys     = 1000
	DefaultMaxAge      = 5 * time.Minute
)

// MaxSteps is how many steps a policy may have.
const MaxSteps = 8

// Policy says what is answered when a call has failed or was refused. It is plain data. A
// Policy that is entirely zero is off; set any field and each other zero field means its
// default. It holds a list: compare two with [Policy.Equal], copy one with [Policy.Clone].
type Policy struct {
	// Steps are tried in their order until one answers. Default: one step that is
	// [Computed]; at most 8.
	Steps []Step
	// Timeout bounds each step that computes or asks another guard. Default 1s, accepted
	// 1ms to 1m. Hystrix bounded a command by 1s and its fallback not at all, so a fallback
	// that hung was an outage of its own; here it has as much time as Hystrix's command. A
	// caller waits for as many timeouts as there are such steps, at most.
	Timeout time.Duration
	// Concurrency is how many such steps may run at once; where as many do, a step is
	// passed over. Default 10, as of Hystrix (fallback.isolation.semaphore.maxConcurrentRequests);
	// accepted 1 to 100000.
	Concurrency int
	// MaxKeys is how many last good answers are kept. Default 1000, accepted 1 to 10000000.
	MaxKeys int
}

// Step is one place where an answer may come from. The zero Step is [Computed], for every
// failure and refusal.
type Step struct {
	// Use says where the answer comes from. It may be left out where a field below says it.
	Use Use
	// On names what the step is for: classes of failures ("timeout", "error"), sections of
	// the policy that refused ("breaker", "bulkhead"), [Refusal] for whichever did, [Failure]
	// for every failure. Empty: for everything. At most 32.
	On []fuseboard.Class
	// Value is the answer itself, read as the operation's type when the chain is made. For
	// [Value] only; at most 64 KiB.
	Value JSON
	// MaxAge is how old a last good answer may be. For [LastGood] only. Default 5m, which
	// outlasts a restart of the dependency; accepted 1ms to 720h.
	MaxAge time.Duration
	// Guard names the other dependency. For [Guard] only.
	Guard string
}

// On reports whether any field is set.
func (p Policy) On() bool {
	return len(p.Steps) > 0 || p.Timeout != 0 || p.Concurrency != 0 || p.MaxKeys != 0
}

// WithDefaults returns p with every default written out, those of its steps included; a
// policy that is off stays off. It shares nothing with p.
func (p Policy) WithDefaults() Policy {
	if !p.On() {
		return p
	}
	if p = p.Clone(); len(p.Steps) == 0 {
		p.Steps = []Step{{Use: Computed}}
	}
	for i := range p.Steps {
		p.Steps[i] = p.Steps[i].withDefaults()
	}
	if p.Timeout == 0 {
		p.Timeout = DefaultTimeout
	}
	if p.Concurrency == 0 {
		p.Concurrency = DefaultConcurrency
	}
	if p.MaxKeys == 0 {
		p.MaxKeys = DefaultMaxKeys
	}
	return p
}

// Clone returns a copy that shares nothing with p that could change. An empty list says
// the same as none.
func (p Policy) Clone() Policy {
	if len(p.Steps) == 0 {
		p.Steps = nil
		return p
	}
	p.Steps = slices.Clone(p.Steps)
	for i, s := range p.Steps {
		p.Steps[i].On = slices.Clone(s.On)
		if len(s.On) == 0 {
			p.Steps[i].On = nil
		}
	}
	return p
}

// Equal reports whether both say the same, field by field: an empty list says the same as
// none, and white space in a Value says nothing. A default that is written out is another
// policy than one left out; compare WithDefaults of both where that does not matter.
func (p Policy) Equal(other Policy) bool {
	return p.Timeout == other.Timeout && p.Concurrency == other.Concurrency && p.MaxKeys == other.MaxKeys &&
		slices.EqualFunc(p.Steps, other.Steps, Step.Equal)
}

// Equal reports whether both say the same, as [Policy.Equal] does.
func (s Step) Equal(other Step) bool {
	return s.Use == other.Use && slices.Equal(s.On, other.On) && s.MaxAge == other.MaxAge && s.Guard == other.Guard &&
		(s.Value == other.Value || s.Value.plain() == other.Value.plain())
}

// use returns where the answer comes from: what Use says, or else the field that is set.
func (s Step) use() Use {
	switch {
	case s.Use != ByField:
		return s.Use
	case s.Value != "":
		return Value
	case s.MaxAge != 0:
		return LastGood
	case s.Guard != "":
		return Guard
	}
	return Computed
}

func (s Step) withDefaults() Step {
	if s.Use = s.use(); s.Use == LastGood && s.MaxAge == 0 {
		s.MaxAge = DefaultMaxAge
	}
	return s
}
