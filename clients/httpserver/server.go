// SPDX-License-Identifier: Apache-2.0

package httpserver

import (
	"net/http"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

// Server is the guard in front of the handlers of one service. Make it with [New].
// Safe for concurrent use.
type Server struct {
	options Options
	answers Answers
	ref     *actors.Ref[*exchange, *exchange]
}

// New makes the guard of a server under a System or a group. All that [Server.Middleware]
// wraps shares its permits, its queue and its numbers.
//
// Errors: [fuseboard.Problems] with everything wrong with the options, and those of
// [actors.Protect].
func New(under actors.Parent, o Options) (*Server, error) {
	if problems := o.Validate(); len(problems) > 0 {
		return nil, problems
	}
	o = o.withDefaults()
	s := &Server{options: o, answers: Answers{Details: o.Details, RetryAfter: o.RetryAfter}}
	ref, err := actors.Spawn(under, o.Name, run, o.Policy, actors.With[*exchange, *exchange]{Safe: actors.Never[*exchange], Classify: judge})
	if err != nil {
		return nil, err
	}
	s.ref = ref
	return s, nil
}

// Guard returns the guard of the server: its policy, state, commands and numbers.
func (s *Server) Guard() *actors.Guard {
	if s == nil || s.ref == nil {
		return nil
	}
	return s.ref.Guard
}

// Middleware puts the guard in front of next; nil stands for http.DefaultServeMux, as in
// http.Server. The handler runs on the goroutine of its request, with a context that
// carries deadline and [fuseboard.Meta]; nothing is buffered, and the ResponseWriter
// passes on what net/http's can do. A panic goes on to net/http as it was.
//
// Put it outside of what decides about content (mux, compression, authentication that
// calls somebody), and inside of what only looks (access logs), so that what it
// refuses is cheap and is seen.
func (s *Server) Middleware(next http.Handler) http.Handler {
	if next == nil {
		next = http.DefaultServeMux
	}
	if s == nil || s.ref == nil {
		return unmade{}
	}
	return &guarded{server: s, next: next}
}

// guarded is a handler behind the guard.
type guarded struct {
	server *Server
	next   http.Handler
}

// ServeHTTP takes one request through the guard.
func (g *guarded) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := g.server
	if s.options.Skip != nil && s.options.Skip(r) {
		g.next.ServeHTTP(w, r)
		return
	}
	e := &exchange{under: w, request: r, next: g.next}
	ctx, end := s.arrive(e)
	if end != nil {
		defer end()
	}
	e.running.Add(1)
	_, err := s.ref.Call(ctx, e)
	if e.takes(over) { // the handler has not begun, and will not
		e.running.Done()
		s.refuse(w, r, err)
		return
	}
	e.running.Wait() // a policy that was given workers may have left it behind
	e.settle(err, s.options.Panicked)
}

// unmade answers for a Server that was not made: no handler runs unguarded by mistake.
type unmade struct{}

func (unmade) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	Answers{Details: true}.Error(w, r, errUnmade)
}

var errUnmade = fuseboard.Problem{
	Path: "server", Code: "nil", Message: "is nil: it was not made, or the error of New was not looked at",
	Fix: "use the Server only when New returned no error",
}
