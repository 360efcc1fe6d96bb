// SPDX-License-Identifier: Apache-2.0

package httpserver

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

// exchange is one request with its answer on the way through the guard. It is the
// handler's ResponseWriter too, so that all of it is one object.
type exchange struct {
	under    http.ResponseWriter
	request  *http.Request // as it came; the handler's has another context
	next     http.Handler
	status   int // of the answer; 0 before
	finished bool
	phase    atomic.Int32
	repeats  atomic.Int32   // the most that a hop further in has made of a call that failed
	running  sync.WaitGroup // until the handler has ended, or will never begin
}

// The phases of an exchange: it is waiting first, and then one of these for good.
const (
	begun = 1 + iota // the handler has it
	over             // nobody has: it was refused
)

// takes reports whether the exchange was waiting and is in phase p now.
func (e *exchange) takes(p int32) bool { return e.phase.CompareAndSwap(0, p) }

var (
	errOver    = errors.New("the request was answered already")
	errAborted = errors.New("handler aborted the response")
)

// run is the operation of the guard: the handler, once.
func run(ctx context.Context, e *exchange) (*exchange, error) {
	if !e.takes(begun) {
		return e, errOver
	}
	return e, e.serve(ctx)
}

func (e *exchange) serve(ctx context.Context) (err error) {
	defer e.running.Done()
	defer func() {
		if e.finished {
			return
		}
		if v := recover(); v == http.ErrAbortHandler { //nolint:errorlint // as net/http compares it
			err = errAborted
		} else if v != nil {
			panic(v) // with the stack of the first panic still below
		}
	}()
	r := e.request
	if ctx != r.Context() {
		r = r.WithContext(ctx)
	}
	e.next.ServeHTTP(e.writer(), r)
	e.restore(r)
	if e.status == 0 && ctx.Err() == context.DeadlineExceeded {
		// It saw the end of its context and went. Without a word net/http would say 200.
		Error(e, e.request, context.DeadlineExceeded)
	}
	e.finished = true
	return nil
}

// restore gives what net/http and outer handlers look for afterwards to the request
// that they have: files to remove, and the pattern that matched.
func (e *exchange) restore(r *http.Request) {
	if r == e.request {
		return
	}
	if e.request.MultipartForm == nil {
		e.request.MultipartForm = r.MultipartForm
	}
	if e.request.Pattern == "" {
		e.request.Pattern = r.Pattern
	}
}

// judge says what an exchange tells about the handlers of this service.
func judge(e *exchange, err error) fuseboard.Outcome {
	switch {
	case e == nil || errors.Is(err, errOver):
		return fuseboard.Outcome{Kind: fuseboard.Void, Class: fuseboard.ClassCancelled}
	case e.request.Context().Err() == context.Canceled: // the client has left
		return fuseboard.Outcome{Kind: fuseboard.Void, Class: fuseboard.ClassCancelled}
	case err != nil:
		return fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassError}
	case e.status == http.StatusGatewayTimeout:
		return fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassTimeout}
	case e.status == http.StatusServiceUnavailable:
		return fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassThrottled}
	case e.status >= http.StatusInternalServerError:
		return fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassError}
	}
	return fuseboard.Outcome{Kind: fuseboard.Success}
}

// settle ends an exchange whose handler has run. What did not end well goes on as it
// was to net/http, which closes the connection or resets the stream: the client must
// not take half an answer for a whole one.
func (e *exchange) settle(err error, tell func(*http.Request, *actors.PanicError)) {
	if e.finished {
		return
	}
	if p, ok := errors.AsType[*actors.PanicError](err); ok {
		if tell != nil {
			tell(e.request, p)
		}
		panic(p.Value)
	}
	panic(http.ErrAbortHandler)
}
