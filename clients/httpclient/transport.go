// SPDX-License-Identifier: Apache-2.0

package httpclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/patterns/deadline"
)

// Transport is an [http.RoundTripper] that sends requests under guards. Make one with
// [NewTransport]. Safe for concurrent use.
type Transport struct {
	o     Options
	keyed *actors.Keyed[*flight, answer] // nil with a guard that was given
	ref   *actors.Ref[*flight, answer]   // nil without
}

var _ http.RoundTripper = (*Transport)(nil)

// New returns a client whose transport is a [Transport]. Its Timeout is zero: the policy
// bounds requests, and a context of the caller's own.
// Errors: those of [NewTransport].
func New(sys *actors.System, o Options) (*http.Client, error) {
	t, err := NewTransport(sys, o)
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: t}, nil
}

// NewTransport makes the dependencies' common guard, or binds an operation to the
// one that is given.
// Errors: [fuseboard.Problems] with everything wrong with the options, and those of
// [actors.SpawnKeyed] and [actors.Bind].
func NewTransport(sys *actors.System, o Options) (*Transport, error) {
	o, problems := o.withDefaults()
	if err := problems.Err(); err != nil {
		return nil, err
	}
	t := &Transport{o: o}
	with := actors.With[*flight, answer]{
		Safe: t.safe, Classify: t.classify, Discard: answer.discard, Hold: answer.hold, Glance: t.glance, Room: roomOf,
	}
	var err error
	if o.Guard != nil {
		t.ref, err = actors.Bind(o.Guard, o.Name, t.send, with)
	} else {
		t.keyed, err = actors.SpawnKeyed(sys, o.Name, t.send, o.Policy, o.Keys, with)
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// Keyring returns the guards of all dependencies, for commands, updates and numbers;
// nil where a guard was given.
func (t *Transport) Keyring() *actors.Keyring {
	if t == nil || t.keyed == nil {
		return nil
	}
	return t.keyed.Keyring
}

// RoundTrip sends the request under its dependency's policy. What only the caller can
// have done wrong (no host, no header) is answered by the base transport, and no
// dependency hears of it.
// Errors: an [actors.CallError] that says who refused, or what failed after how many attempts
// and why there was no further one. A request that was simply sent once and failed fails
// with the base transport's own error, and one whose caller has left with its context's.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if t == nil || t.o.Base == nil {
		return nil, errUnmade
	}
	if req.URL == nil || req.URL.Host == "" || req.Header == nil {
		return t.o.Base.RoundTrip(req)
	}
	f := &flight{given: req, once: !rewindable(req), watched: mayFail(req), stream: t.o.Stream(req)}
	if t.o.IdempotencyKeys && wantsKey(req) {
		key := newKey()
		f.key = &key
	}
	var (
		a   answer
		err error
	)
	if t.ref != nil {
		a, err = t.ref.Call(req.Context(), f)
	} else {
		a, err = t.keyed.Call(req.Context(), t.o.Key(req), f)
	}
	if err != nil {
		f.landed()
		f.told(0)
		return nil, plainly(req.Context(), err)
	}
	f.told(a.resp.StatusCode)
	return a.resp, nil
}

// plainly takes off a CallError that has nothing to add, so that whoever looks at the
// standard client's errors by their types finds them: of a request that was sent once,
// and of one whose caller's own deadline is over.
func plainly(ctx context.Context, err error) error {
	call, ok := err.(*actors.CallError) //nolint:errorlint // ours, as it came back
	if !ok || call.Attempts > 1 {
		return err
	}
	late, isLate := errors.AsType[*deadline.Error](call.Cause)
	switch {
	case isLate && late.Scope == deadline.Caller && late.Err != nil:
		return late.Err
	case isLate && late.Scope == deadline.Caller:
		return causeOf(ctx)
	case call.Why == nil && call.RejectedBy() == "":
		return call.Cause
	}
	return err
}

// causeOf is why a context ended whose deadline is over. Its own timer may come a moment
// after ours; one that never tells has the standard cause.
func causeOf(ctx context.Context) error {
	moment := time.NewTimer(10 * time.Millisecond)
	defer moment.Stop()
	select {
	case <-ctx.Done():
	case <-moment.C:
	}
	return cmp.Or(context.Cause(ctx), context.DeadlineExceeded)
}

// CloseIdleConnections closes those of the base transport.
func (t *Transport) CloseIdleConnections() {
	if t == nil {
		return
	}
	if c, ok := t.o.Base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// errUnmade answers a request to a Transport that no constructor made.
var errUnmade = fuseboard.Problem{
	Path: "transport", Code: "nil", Message: "is not made, or the error of its constructor was not looked at",
	Fix: "make it with httpclient.NewTransport",
}

// send makes one attempt.
func (t *Transport) send(ctx context.Context, f *flight) (answer, error) {
	a := answer{flight: f}
	req, up, err := t.request(ctx, f)
	if err != nil {
		return a, err
	}
	a.upload = up
	if f.stream {
		a.resp, err = t.sendStream(ctx, req)
	} else {
		a.resp, err = t.o.Base.RoundTrip(req)
	}
	switch {
	case a.resp != nil:
		a.resp.Request = f.asked(a.resp.Request, req)
	case err == nil:
		err = fmt.Errorf("http: RoundTripper implementation (%T) returned a nil *Response with a nil error", t.o.Base)
	}
	return a, err
}

// dependency is the name under which the next hops hear of this one.
func (t *Transport) dependency() string {
	if t.o.Guard != nil {
		return t.o.Guard.Name()
	}
	return t.o.Name
}
