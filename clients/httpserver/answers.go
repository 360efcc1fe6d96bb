// SPDX-License-Identifier: Apache-2.0

package httpserver

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/internal/wire"
)

// Answers turn errors into responses. The zero Answers tell nothing of the inside.
type Answers struct {
	// Details puts the error itself into the body: names of dependencies, numbers of
	// policies, the words of whatever failed. For callers who may know. Default false.
	Details bool
	// RetryAfter is what a refused caller is told when the refusal does not say until
	// when it holds; zero is DefaultRetryAfter.
	RetryAfter time.Duration
}

// Error answers a request with the error of a call that its handler made through a
// guard, as the zero [Answers] do.
func Error(w http.ResponseWriter, r *http.Request, err error) { Answers{}.Error(w, r, err) }

// Error answers a request with the error of a call that its handler made through a
// guard:
//
//   - nothing failed: nothing is written;
//   - the client has left: 499, for the logs;
//   - the guard refused, or had stopped: 503 and Retry-After, as the refusal knows it;
//   - a deadline was over, the guard's or the request's: 504;
//   - the dependency asked to be left alone: 503 and Retry-After;
//   - the dependency failed otherwise: 502;
//   - the error comes from no guard: 500.
//
// How often the call was repeated is told in Fuseboard-Repeats, so that callers who
// count it do not repeat as if nobody had. The body is JSON (RFC 9457) where
// the request accepts that, else a line of text. Nothing else may have been written.
func (a Answers) Error(w http.ResponseWriter, r *http.Request, err error) {
	if err == nil {
		return
	}
	if r.Context().Err() == context.Canceled {
		w.WriteHeader(StatusClientClosedRequest)
		return
	}
	if repeated, ok := errors.AsType[interface {
		error
		Repeats() int
	}](err); ok {
		wire.WriteRepeats(w.Header(), repeated.Repeats())
	}
	a.write(w, r, a.of(err))
}

// of decides what an error becomes.
func (a Answers) of(err error) answer {
	refusal, known := errors.AsType[fuseboard.Rejection](err)
	switch {
	case known && refusal.RejectedBy() != "":
		return answer{status: statusOf(refusal.RejectedBy()), after: a.again(refusal.RetryAfter()), err: err}
	case errors.Is(err, actors.ErrStopped):
		return answer{status: http.StatusServiceUnavailable, after: a.again(0), err: err}
	case isTimeout(err):
		return answer{status: http.StatusGatewayTimeout, err: err}
	case known && refusal.RetryAfter() > 0:
		return answer{status: http.StatusServiceUnavailable, after: refusal.RetryAfter(), err: err}
	case known:
		return answer{status: http.StatusBadGateway, err: err}
	}
	return answer{status: http.StatusInternalServerError, err: err}
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded)
}

// again is when to come again, where the refusal says after.
func (a Answers) again(after time.Duration) time.Duration {
	switch {
	case after > 0:
		return after
	case a.RetryAfter > 0:
		return a.RetryAfter
	}
	return DefaultRetryAfter
}
