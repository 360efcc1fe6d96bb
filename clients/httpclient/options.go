// SPDX-License-Identifier: Apache-2.0

package httpclient

import (
	"net/http"
	"reflect"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

// DefaultName is the dependency's name where Options gives none.
const DefaultName = "http"

// Options say how requests are protected. The zero Options are right for most services.
type Options struct {
	// Name names the dependency; each host, or what Key says, is a key of it. Of a Guard
	// that is given it is the operation. Default [DefaultName].
	Name string
	// Policy protects each dependency. Zero, or only its Mode set: [DefaultPolicy].
	Policy actors.Policy
	// Base sends the requests. Nil: a clone of http.DefaultTransport.
	Base http.RoundTripper
	// Key says to which dependency a request goes; see [ByHost] and [ByRoute]. It must be
	// safe for concurrent use. Nil: ByHost.
	Key func(*http.Request) string
	// Keys bounds the dependencies and says when one is forgotten. Zero: the defaults of [actors.KeyLimits].
	Keys actors.KeyLimits
	// Guard sends every request under this one guard. Policy, Key and Keys stay unset then.
	Guard *actors.Guard
	// Safe says which requests may be sent twice. Nil: [Idempotent].
	Safe func(*http.Request) bool
	// IdempotencyKeys gives a POST or PATCH that has none an Idempotency-Key, the same in all
	// its attempts, and so makes it safe to repeat. Set it where the servers honour keys.
	IdempotencyKeys bool
	// Classify says what an answer means where the package's own rules do not fit. The
	// zero Outcome leaves it to them. The response's body must not be read.
	Classify func(*http.Response, error) fuseboard.Outcome
	// Stream says whose response is a stream: the policy's deadlines end with its headers, and
	// its end is no evidence. Nil: requests that accept text/event-stream, or ask for an upgrade.
	Stream func(*http.Request) bool
	// Propagate sends deadline, priority, tenant, attempt, request id and chain along, in the
	// headers that the package's documentation names. Set it for clients of your own services.
	Propagate bool
}

// DefaultPolicy is the policy of dependencies for which Options has none: 10 seconds an
// attempt and 30 in all, two repetitions, a circuit that opens when half of at least 20
// calls fail, 512 requests at once. It is meant to be safe in front of anything; each
// figure of it is worth replacing by one that you know.
func DefaultPolicy() actors.Policy {
	return actors.Policy{
		Deadline: actors.Deadline{Total: 30 * time.Second, Attempt: 10 * time.Second},
		Retry:    actors.Retry{Attempts: 3},
		Breaker:  actors.Breaker{FailureRate: 0.5, MinCalls: 20},
		Bulkhead: actors.Bulkhead{Concurrency: 512},
	}
}

const codeConflict = "conflict"

// withDefaults returns the options with every default written out, and what is wrong with them.
func (o Options) withDefaults() (Options, fuseboard.Problems) {
	problems := o.conflicts()
	if o.Name == "" {
		o.Name = DefaultName
	}
	if unset(o.Policy) {
		mode := o.Policy.Mode
		o.Policy = DefaultPolicy()
		o.Policy.Mode = mode
	}
	if o.Base == nil {
		o.Base = ownTransport()
	}
	if o.Key == nil {
		o.Key = ByHost
	}
	if o.Safe == nil {
		o.Safe = Idempotent
	}
	if o.Stream == nil {
		o.Stream = streams
	}
	return o, problems
}

// unset reports whether the policy says nothing, but perhaps how far it is obeyed.
func unset(p actors.Policy) bool {
	p.Mode = actors.EnforcePolicy
	return reflect.ValueOf(p).IsZero()
}

// conflicts lists what is given beside a Guard, which knows it better.
func (o Options) conflicts() (problems fuseboard.Problems) {
	if o.Guard == nil {
		return nil
	}
	for _, beside := range []struct {
		path  string
		given bool
	}{
		{"policy", !reflect.ValueOf(o.Policy).IsZero()}, {"key", o.Key != nil}, {"keys", o.Keys != actors.KeyLimits{}},
	} {
		if beside.given {
			problems = append(problems, fuseboard.Problem{
				Path: beside.path, Code: codeConflict, Message: "is given beside a guard, which has it already",
				Fix: "leave it out, or leave out guard",
			})
		}
	}
	return problems
}

// ownTransport is a transport that shares its connections with nobody.
func ownTransport() http.RoundTripper {
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		return t.Clone()
	}
	return http.DefaultTransport
}
