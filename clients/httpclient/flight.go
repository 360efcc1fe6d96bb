// SPDX-License-Identifier: Apache-2.0

package httpclient

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/internal/wire"
)

// flight is one request on its way, and the response's body when it is back: one
// object for all that a request needs. What it holds is paid for by every request, so what
// few need is elsewhere. Attempts may overlap, where a policy leaves one behind.
type flight struct {
	given    *http.Request // the caller's; only read
	key      *string       // an Idempotency-Key that was made for it; nil for none
	sent     http.Request  // by the first attempt
	room     actors.Room   // of the first attempt's context
	body     body          // of the response that the caller gets
	attempts atomic.Int32
	once     bool // its body cannot be had again
	watched  bool // its body may fail
	stream   bool // the policy's deadlines end with the response's headers
}

// errUsedUp is the failure of a second attempt with a body that was for one.
var errUsedUp = errors.New("the request's body was sent already, and it has no GetBody")

// errNoBody is what GetBody must not do.
var errNoBody = errors.New("GetBody returned neither a body nor an error")

// rewindError is the failure of a GetBody.
type rewindError struct{ err error }

func (e *rewindError) Error() string { return fmt.Sprintf("get the request's body again: %v", e.err) }
func (e *rewindError) Unwrap() error { return e.err }

// roomOf is the Room hook.
func roomOf(f *flight) *actors.Room { return &f.room }

// request returns what the next attempt sends, and the body to watch. The caller's own
// request is sent where there is nothing to change about it.
func (t *Transport) request(ctx context.Context, f *flight) (req *http.Request, up *upload, err error) {
	n, given := f.attempts.Add(1), f.given
	marked := t.o.Propagate || f.key != nil
	switch {
	case n > 1:
		req = given.WithContext(ctx)
		if err := f.rewind(req); err != nil {
			return nil, nil, err
		}
	case ctx == given.Context() && !marked && !f.watched:
		return given, nil, nil
	default:
		req = &f.sent
		*req = *given.WithContext(ctx)
	}
	if marked {
		t.mark(ctx, f, req, int(n))
	}
	return req, watch(req), nil
}

// rewind gives a repetition its own body.
func (f *flight) rewind(req *http.Request) error {
	switch {
	case f.given.Body == nil || f.given.Body == http.NoBody:
		return nil
	case f.once:
		return errUsedUp
	}
	body, err := f.given.GetBody()
	if err == nil && body == nil {
		err = errNoBody
	}
	if err != nil {
		return &rewindError{err: err}
	}
	req.Body = body
	return nil
}

// mark writes into headers of its own what goes along with the request.
func (t *Transport) mark(ctx context.Context, f *flight, req *http.Request, attempt int) {
	req.Header = maps.Clone(req.Header)
	if f.key != nil {
		req.Header[headerKey] = []string{*f.key}
	}
	if !t.o.Propagate {
		return
	}
	m := fuseboard.MetaOf(f.given.Context())
	m.Attempt = attempt
	m.Chain = append(slices.Clip(m.Chain), t.dependency())
	left := time.Duration(-1)
	if until, has := ctx.Deadline(); has {
		left = max(time.Until(until), 0)
	}
	wire.Write(req.Header, m, left)
}

// asked is what a response gives for its request: the caller's where it is the one that
// we sent in its place, and else, where the transport has made its own, that with the
// caller's context.
func (f *flight) asked(told, sent *http.Request) *http.Request {
	switch {
	case told == sent:
		return f.given
	case told == nil || told == f.given || told.Context() == f.given.Context():
		return told
	}
	return told.WithContext(f.given.Context())
}

// landed ends a flight that brought nothing: a request that was never sent is closed,
// as the base transport would have done.
func (f *flight) landed() {
	if f.attempts.Load() == 0 && f.given.Body != nil {
		_ = f.given.Body.Close()
	}
}

// told tells a server further out, whose handler made the request, that it failed
// although it was repeated. status is that of the response, or 0 for an error.
func (f *flight) told(status int) {
	n := int(f.attempts.Load()) - 1
	if n < 1 {
		return
	}
	if kind, _ := ofStatus(status); kind == fuseboard.Failure || status == 0 {
		wire.Note(f.given.Context(), n)
	}
}
