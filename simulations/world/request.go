// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"sync"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Request is what a user asked for, the same through all hops and attempts.
type Request struct {
	// Load is the name of the stream it is of, and Number its place in it, from 0.
	Load   string
	Number uint64
	// Again is which of the user's repetitions it is; 0 for the first.
	Again int
	// Operation is what is asked for, Tenant for whom, Priority with which priority, Key for which thing (0: none, else from 1).
	Operation string
	Tenant    string
	Priority  fuseboard.Priority
	Key       int
	// At is when it arrives, since the start of the load.
	At time.Duration
	// Node is the caller that makes it, from 1.
	Node int
	// Latency is how long the work of its first attempt takes at the dependency that it comes to first, where a recording
	// says so. Zero: as the dependency's model says. Repetitions by the user draw anew.
	Latency time.Duration
}

type requestKey struct{}

// requestContext carries a request, and counts where it came to.
type requestContext struct {
	context.Context
	request *Request
	hash    uint64

	mu     sync.Mutex
	visits []visited
	first  [2]visited // visits, for most requests
}

// visited is how often a request came to a dependency.
type visited struct {
	to    *Dependency
	times uint64
}

// WithRequest returns a context that carries the request, so that [Dependency.Serve] draws by it and counts its attempts.
// Nobody may change the request any more.
func WithRequest(ctx context.Context, r *Request) context.Context {
	c := &requestContext{Context: ctx, request: r}
	c.hash = fold(fold(foldText(0, r.Load), r.Number), uint64(r.Again)) //nolint:gosec // a hash takes any number
	c.visits = c.first[:0]
	return c
}

// RequestOf returns the request that the context carries, or nil.
func RequestOf(ctx context.Context) *Request {
	if c := recordOf(ctx); c != nil {
		return c.request
	}
	return nil
}

func recordOf(ctx context.Context) *requestContext {
	c, _ := ctx.Value(requestKey{}).(*requestContext)
	return c
}

// Value returns the record for its own key, and else what the context beneath knows.
func (c *requestContext) Value(key any) any {
	if key == (requestKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// String names the context without reading what may change.
func (c *requestContext) String() string { return "world.WithRequest" }

// visit counts another attempt at the dependency, and returns its number, from 1; first says that the request was nowhere before.
func (c *requestContext) visit(to *Dependency) (attempt uint64, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.visits {
		if c.visits[i].to == to {
			c.visits[i].times++
			return c.visits[i].times, false
		}
	}
	c.visits = append(c.visits, visited{to, 1})
	return 1, len(c.visits) == 1
}
