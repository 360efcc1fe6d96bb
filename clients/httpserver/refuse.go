// SPDX-License-Identifier: Apache-2.0

package httpserver

import (
	"context"
	"errors"
	"net/http"

	"github.com/fuseboard/fuseboard"
)

// StatusClientClosedRequest is noted for a request whose client has left: nobody gets
// it, but logs see it. The number is nginx's; the standards have none.
const StatusClientClosedRequest = 499

// Who refused, as RejectedBy names it, where that decides the status.
const (
	byDeadline = "deadline"
	byRate     = "rate"
	bySystem   = "system"
)

// refuse answers a request whose handler does not run.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == context.Canceled {
		w.WriteHeader(StatusClientClosedRequest)
		return
	}
	refusal, ok := errors.AsType[fuseboard.Rejection](err)
	if !ok || refusal.RejectedBy() == "" {
		s.answers.Error(w, r, err)
		return
	}
	if refusal.RejectedBy() == bySystem {
		w.Header().Set("Connection", "close") // HTTP/1: the next request finds a server that stays
	}
	status := 0
	if s.options.Status != nil {
		status = s.options.Status(r, refusal)
	}
	if status < 400 || status > 599 {
		status = statusOf(refusal.RejectedBy())
		if refusal.RejectedBy() == byRate {
			status = http.StatusTooManyRequests
		}
	}
	s.answers.write(w, r, answer{status: status, after: s.answers.again(refusal.RetryAfter()), err: err})
}

// statusOf is the status of a refusal. A spent deadline is 504 and not 503 or 408:
// this hop did not wait for its turn in vain, the time that its caller gave was over, and
// what says "come again" or "repeat at once" would be repeated with no time left.
func statusOf(by string) int {
	if by == byDeadline {
		return http.StatusGatewayTimeout
	}
	return http.StatusServiceUnavailable
}
