// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"
)

func TestErrorSaysLimitElapsedAndWhatToDo(t *testing.T) {
	broken := errors.New("connection reset")
	start := Span{Start: 1000, Until: 1000 + 2000*1000*1000}
	for want, e := range map[string]*Error{
		"the call did not end within deadline.total = 2s (elapsed 2.003s); raise deadline.total, or lower deadline.attempt or retry.attempts so that they fit": func() *Error {
			s := start
			s.Scope, s.Limit = Total, 2*time.Second
			return s.Error(s.Start.Add(2003*ms+456), nil)
		}(),
		"the attempt did not end within deadline.attempt = 800ms (elapsed 800.123ms); raise deadline.attempt if the dependency is healthy and needs longer: connection reset": {Scope: Attempt, Limit: 800 * ms, Elapsed: 800*ms + 123456, Err: broken},
		"the caller's deadline passed, which left 1.5ms (elapsed 999ns); give the call more time where its context is made":                                                   {Scope: Caller, Limit: 1500 * time.Microsecond, Elapsed: 999},
		"the caller's deadline less deadline.reserve passed, which left 0s (elapsed 0s); give the call more time where its context is made, or lower deadline.reserve":        {Scope: Reserved},
	} {
		if e.Error() != want {
			t.Errorf("got  %s\nwant %s", e, want)
		}
	}
}

func TestErrorIsADeadlineAndATimeoutAndWrapsTheHandlers(t *testing.T) {
	broken := errors.New("broken")
	var err error = Span{}.Error(-5, broken)
	var timeout net.Error
	if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || !errors.Is(err, broken) {
		t.Error("errors.Is answers wrongly")
	}
	if errors.As(err, &timeout) {
		t.Error("Temporary is deprecated; Error must not have it")
	}
	var timed interface{ Timeout() bool }
	if !errors.As(err, &timed) || !timed.Timeout() {
		t.Error("not a timeout")
	}
	if e, ok := errors.AsType[*Error](err); !ok || e.Elapsed != 0 {
		t.Error("time before the start counts as elapsed")
	}
	if errors.Unwrap(&Error{}) != nil {
		t.Error("an error is wrapped where there is none")
	}
}
