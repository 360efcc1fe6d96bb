// SPDX-License-Identifier: Apache-2.0

package httpserver

import (
	"net/http"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/internal/wire"
)

// Defaults of [Options].
const (
	// DefaultName is what the guard of a server is called.
	DefaultName = "inbound"
	// DefaultConcurrency is how many requests run at once. A handler waits more than it
	// computes, so it is far above the number of processors; it is a quarter of what
	// Envoy lends one cluster (1024), which many of its users lower.
	DefaultConcurrency = 256
	// DefaultQueue is how many requests may wait, at most [actors.Bulkhead]'s default wait
	// of 100ms: enough for one burst as large as what runs.
	DefaultQueue = 256
	// DefaultRetryAfter is when to come again where nobody knows better: the least that
	// the header can say.
	DefaultRetryAfter = time.Second
)

// Options are the choices of a [Server]. The zero Options are right for a service
// that anybody can reach. The hooks run before the guard, on the goroutine of the
// request, and must be safe for concurrent use; a panic in one is the request's.
type Options struct {
	// Name is what metrics, events and errors call the server. Default "inbound"; a
	// second Server in one System needs another.
	Name string
	// Policy protects the handlers. The zero Policy stands for a bulkhead of
	// DefaultConcurrency and DefaultQueue and nothing else: what fails here is repeated,
	// and kept away, by the callers. Workers and Retry are not accepted: a handler
	// writes to its caller, so it can be neither left behind nor run twice.
	Policy actors.Policy
	// Trust reports whether the request comes from a caller whose word counts. Nil:
	// nobody's does. Of a caller that is not trusted the headers for priority, tenant,
	// attempt and chain are not believed, because whoever may say that he is critical
	// says so; that he is sheddable is believed, and so are his deadline, which
	// only makes his own request end earlier, and his request id, which is only shown.
	// [Everyone] is for servers that only your own services can reach.
	Trust func(*http.Request) bool
	// Priority decides whose request goes first, whatever the headers say. Nil: what a
	// trusted caller says, else Normal.
	Priority func(*http.Request) fuseboard.Priority
	// Tenant decides for whom the request is, whatever the headers say: take it from
	// what was authenticated. Nil: what a trusted caller says, else nobody.
	Tenant func(*http.Request) string
	// Skip reports whether the request goes to its handler unguarded: health checks,
	// metrics, and what stays open for hours, which would hold a permit for hours. Nil:
	// none does.
	Skip func(*http.Request) bool
	// MaxDeadline is what a longer deadline in a header counts as. 1ms to 24h; zero is
	// 24h. Of requests that name none, and of all others too, Policy.Deadline.Total is the end.
	MaxDeadline time.Duration
	// RetryAfter is what a refused caller is told when nobody knows better; it is rounded
	// up to whole seconds. Up to 1h; zero is DefaultRetryAfter.
	RetryAfter time.Duration
	// Status returns the status of a refusal, 400 to 599, or 0 for the default: 504 for a
	// spent deadline, 429 for a rate that the caller exceeds, else 503. Nil: the default.
	Status func(*http.Request, fuseboard.Rejection) int
	// Details puts the error itself into the body of a refusal: names and numbers of the
	// policy. Default false: it says the status and when to come again.
	Details bool
	// Panicked is told of a panic of a handler before it goes on to net/http, which no
	// longer has its stack. Nil: nobody is. http.ErrAbortHandler is not told.
	Panicked func(*http.Request, *actors.PanicError)
}

// Everyone is a Trust hook for servers that only your own services can reach.
func Everyone(*http.Request) bool { return true }

// withDefaults returns o with every default written out.
func (o Options) withDefaults() Options {
	if o.Name == "" {
		o.Name = DefaultName
	}
	if o.Policy.Validate().Err() == nil && isOff(o.Policy) {
		o.Policy.Bulkhead = actors.Bulkhead{Concurrency: DefaultConcurrency, Queue: DefaultQueue}
	}
	if o.MaxDeadline == 0 {
		o.MaxDeadline = wire.LongestDeadline
	}
	if o.RetryAfter == 0 {
		o.RetryAfter = DefaultRetryAfter
	}
	return o
}

func isOff(p actors.Policy) bool {
	return !p.Deadline.On() && !p.Breaker.On() && !p.Bulkhead.On() && !p.Panics.On() && !p.Retry.On() && !p.Workers.On()
}

// Validate reports everything wrong with the options at once, the policy included.
func (o Options) Validate() fuseboard.Problems {
	problems := o.Policy.Validate().Errors().Under("policy")
	if o.Policy.Workers.On() {
		problems = append(problems, fuseboard.Problem{
			Path: "policy.workers", Code: "not-for-servers", Message: "must be off: a handler writes to its caller and cannot be left behind",
			Fix: "remove the section, and bound the handlers by policy.deadline",
		})
	}
	if o.Policy.Retry.On() {
		problems = append(problems, fuseboard.Problem{
			Path: "policy.retry", Code: "not-for-servers", Message: "must be off: a request is answered once",
			Fix: "remove the section; callers repeat, or the guards of what the handlers call",
		})
	}
	if d := o.MaxDeadline; d != 0 && (d < time.Millisecond || d > wire.LongestDeadline) {
		problems = append(problems, fuseboard.Problem{
			Path: "max_deadline", Code: "out-of-range", Value: d.String(), Message: "is out of range", Accepted: "1ms to 24h", Fix: "leave it out for 24h",
		})
	}
	if d := o.RetryAfter; d < 0 || d > time.Hour {
		problems = append(problems, fuseboard.Problem{
			Path: "retry_after", Code: "out-of-range", Value: d.String(), Message: "is out of range", Accepted: "0 to 1h", Fix: "leave it out for 1s",
		})
	}
	return problems
}
