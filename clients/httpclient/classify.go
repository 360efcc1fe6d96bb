// SPDX-License-Identifier: Apache-2.0

package httpclient

import (
	"net/http"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/clients/internal/wire"
)

// Classes that HTTP adds to those of package fuseboard. They weigh and repeat like ClassError.
const (
	// ClassServer: the server says that it failed (500 and the like).
	ClassServer fuseboard.Class = "server"
	// ClassGateway: a hop on the way could not reach the server (502).
	ClassGateway fuseboard.Class = "gateway"
	// ClassUnavailable: the server, or a hop on the way, takes no requests now (503).
	ClassUnavailable fuseboard.Class = "unavailable"
	// ClassRequest: the request cannot be sent as it is, whoever is asked: its body failed
	// or has another length than it says, or no request can have its header. Void.
	ClassRequest fuseboard.Class = "request"
)

// glance is the Glance hook: what classify would call a plain success, and a response without
// a body, which is over.
func (t *Transport) glance(a answer) (fine, whole bool) {
	fine = t.o.Classify == nil && a.resp.StatusCode < http.StatusBadRequest && !a.flight.once
	return fine, bodiless(a.resp)
}

// classify is the Classify hook. What is not decided here is the default classifier's.
func (t *Transport) classify(a answer, err error) fuseboard.Outcome {
	var out fuseboard.Outcome
	if t.o.Classify != nil {
		out = t.o.Classify(a.resp, err)
	}
	if err != nil && out.Kind == fuseboard.Unclassified && a.callersFault(err) {
		return fuseboard.Outcome{Kind: fuseboard.Void, Class: ClassRequest}
	}
	if err == nil && a.resp != nil {
		hear(&out, a.resp)
	}
	out.Final = out.Final || a.flight.once
	return out
}

// hear completes an outcome with what the response says: its status, how often a hop further
// in has repeated it, and when to come again.
func hear(out *fuseboard.Outcome, resp *http.Response) {
	if out.Kind == fuseboard.Unclassified {
		out.Kind, out.Class = ofStatus(resp.StatusCode)
	}
	if out.Kind != fuseboard.Failure {
		return
	}
	out.Repeats = max(out.Repeats, wire.Repeats(resp.Header))
	if out.RetryAfter == 0 {
		out.RetryAfter = wire.RetryAfter(resp.Header, time.Now())
	}
}

// ofStatus says what a status tells about the dependency.
func ofStatus(status int) (fuseboard.Kind, fuseboard.Class) {
	switch status {
	case http.StatusTooManyRequests:
		return fuseboard.Failure, fuseboard.ClassThrottled
	case http.StatusRequestTimeout, http.StatusGatewayTimeout:
		return fuseboard.Failure, fuseboard.ClassTimeout
	case http.StatusBadGateway:
		return fuseboard.Failure, ClassGateway
	case http.StatusServiceUnavailable, http.StatusTooEarly:
		return fuseboard.Failure, ClassUnavailable
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported, http.StatusNetworkAuthenticationRequired:
		return fuseboard.Success, ""
	}
	if status >= http.StatusInternalServerError {
		return fuseboard.Failure, ClassServer
	}
	return fuseboard.Success, ""
}
