// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// rejection is an error like those of the guards: a rejection if by is set.
type rejection struct {
	by    string
	after time.Duration
	cause error
}

func (r *rejection) Error() string             { return "refused by " + r.by }
func (r *rejection) RejectedBy() string        { return r.by }
func (r *rejection) RetryAfter() time.Duration { return r.after }
func (r *rejection) Unwrap() error             { return r.cause }

// busy is a dependency's answer that says when to come back.
type busy time.Duration

func (b busy) Error() string             { return "busy" }
func (b busy) RetryAfter() time.Duration { return time.Duration(b) }

func dial(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
func read(err error) error { return &net.OpError{Op: "read", Net: "tcp", Err: err} }

func TestClassifyGivesEachErrorItsClass(t *testing.T) {
	plainErr := errors.New("declined")
	for _, c := range []struct {
		name string
		err  error
		want fuseboard.Class
	}{
		{"plain", plainErr, fuseboard.ClassError},
		{"cancelled by itself", context.Canceled, fuseboard.ClassError},
		{"deadline", context.DeadlineExceeded, fuseboard.ClassTimeout},
		{"wrapped deadline", fmt.Errorf("charge: %w", context.DeadlineExceeded), fuseboard.ClassTimeout},
		{"io deadline", read(os.ErrDeadlineExceeded), fuseboard.ClassTimeout},
		{"errno timed out", read(syscall.ETIMEDOUT), fuseboard.ClassTimeout},
		{"refused", read(os.NewSyscallError("connect", syscall.ECONNREFUSED)), fuseboard.ClassRefused},
		{"no such host", &net.DNSError{IsNotFound: true}, fuseboard.ClassRefused},
		{"name server silent", &net.DNSError{IsTimeout: true}, fuseboard.ClassRefused},
		{"dial timed out", &url.Error{Op: "Post", Err: dial(os.ErrDeadlineExceeded)}, fuseboard.ClassRefused},
		{"dial found no route", dial(syscall.EHOSTUNREACH), fuseboard.ClassRefused},
		{"route lost", read(syscall.EHOSTUNREACH), fuseboard.ClassReset},
		{"reset", &url.Error{Op: "Get", Err: read(os.NewSyscallError("read", syscall.ECONNRESET))}, fuseboard.ClassReset},
		{"broken pipe", syscall.EPIPE, fuseboard.ClassReset},
		{"end of file", &url.Error{Op: "Get", Err: io.EOF}, fuseboard.ClassReset},
		{"half an answer", io.ErrUnexpectedEOF, fuseboard.ClassReset},
		{"closed", net.ErrClosed, fuseboard.ClassReset},
		{"windows reset", syscall.Errno(10054), fuseboard.ClassReset},
		{"another errno", syscall.ENOSPC, fuseboard.ClassError},
		{"both refused", errors.Join(dial(plainErr), syscall.ECONNREFUSED), fuseboard.ClassRefused},
		{"refused, after something", errors.Join(dial(plainErr), plainErr), fuseboard.ClassError},
		{"refused, after a timeout", errors.Join(dial(plainErr), context.DeadlineExceeded), fuseboard.ClassTimeout},
		{"nothing joined", &joined{nil, nil}, fuseboard.ClassError},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := fuseboard.Outcome{Kind: fuseboard.Failure, Class: c.want}
			if got := supervision.Classify(c.err, false); got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}

type joined []error

func (j *joined) Error() string   { return "joined" }
func (j *joined) Unwrap() []error { return *j }

func TestClassifyOfNothingIsSuccessEvenIfTheCallerLeft(t *testing.T) {
	for _, left := range []bool{true, false} {
		if got := supervision.Classify(nil, left); got != (fuseboard.Outcome{Kind: fuseboard.Success}) {
			t.Errorf("caller left %v: %+v", left, got)
		}
	}
}

func TestClassifyOfACallerThatLeftIsVoid(t *testing.T) {
	want := fuseboard.Outcome{Kind: fuseboard.Void, Class: fuseboard.ClassCancelled}
	for _, err := range []error{context.Canceled, context.DeadlineExceeded, errors.New("any"), &rejection{by: "breaker"}} {
		if got := supervision.Classify(err, true); got != want {
			t.Errorf("%v: %+v", err, got)
		}
	}
}

func TestClassifyHonoursTheLongestRetryAfter(t *testing.T) {
	err := fmt.Errorf("%w, %w", busy(time.Second), busy(3*time.Second))
	want := fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassThrottled, RetryAfter: 3 * time.Second}
	if got := supervision.Classify(err, false); got != want {
		t.Errorf("%+v", got)
	}
	for _, none := range []busy{0, -1} {
		if got := supervision.Classify(none, false); got.Class != fuseboard.ClassError || got.RetryAfter != 0 {
			t.Errorf("a RetryAfter of %d gave %+v", none, got)
		}
	}
}

// virtrigaud#70: an open circuit's error was classified as worth a retry.
func TestP14_ARejectionIsNeverRetried(t *testing.T) {
	open := &rejection{by: "breaker", after: time.Second}
	for _, err := range []error{
		open,
		fmt.Errorf("pay: %w", open),
		errors.Join(context.DeadlineExceeded, fmt.Errorf("pay: %w", open)),
		&rejection{by: "", cause: &rejection{by: "bulkhead", cause: syscall.ECONNREFUSED}}, // its own failure, for the other's refusal
		errors.Join(syscall.ECONNREFUSED, &rejection{by: "", after: time.Second}, open),
	} {
		outcome := supervision.Classify(err, false)
		if outcome != (fuseboard.Outcome{Kind: fuseboard.Void, Class: fuseboard.ClassDownstream}) {
			t.Errorf("%v: %+v", err, outcome)
		}
		eager := supervision.Retry{Attempts: 10, Only: []fuseboard.Class{fuseboard.ClassDownstream}}
		fault := supervision.Fault{Outcome: outcome, Attempt: 1, Safe: true, Until: fuseboard.Never}
		if got := supervision.Decide(0, fault, eager, supervision.Restart{}); got.Verb != supervision.GiveUp || got.Why != supervision.ErrNotFailed {
			t.Errorf("%v: %+v", err, got)
		}
		fault.Outcome.Kind = fuseboard.Failure // a careless classifier
		if got := supervision.Decide(0, fault, eager, supervision.Restart{}); got.Verb != supervision.GiveUp {
			t.Errorf("as a failure: %+v", got)
		}
	}
}

func TestAnotherGuardsOwnFailureIsNotARejection(t *testing.T) {
	err := &rejection{by: "", cause: syscall.ECONNRESET}
	if got := supervision.Classify(err, false); got.Kind != fuseboard.Failure || got.Class != fuseboard.ClassReset {
		t.Errorf("%+v", got)
	}
}

type ouroboros struct{ fuseboard.Problem }

func (o ouroboros) Unwrap() error { return o }

type twins struct{}

func (t twins) Error() string   { return "twins" }
func (t twins) Unwrap() []error { return []error{t, t, syscall.ECONNREFUSED} }

type bomb struct{ where string }

func (b bomb) Error() string { panic("boom") }
func (b bomb) Timeout() bool {
	if b.where == "timeout" {
		panic("boom")
	}
	return false
}

func (b bomb) RetryAfter() time.Duration {
	if b.where == "retry" {
		panic(errors.New("boom"))
	}
	return 0
}

func (b bomb) Unwrap() error {
	if b.where == "unwrap" {
		panic("boom")
	}
	return nil
}

type unhashable []int

func (unhashable) Error() string { return "unhashable" }

func TestClassifySurvivesOddErrors(t *testing.T) {
	var nilPointer *net.OpError
	var nilRejection *rejection
	for _, err := range []error{
		ouroboros{},
		twins{},
		bomb{"timeout"},
		bomb{"retry"},
		bomb{"unwrap"},
		bomb{""},
		nilPointer, nilRejection,
		unhashable{1},
		fmt.Errorf("%w", unhashable{1}), errors.Join(nilRejection, nil),
	} {
		if got := supervision.Classify(err, false); got != (fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassError}) {
			t.Errorf("%T: %+v", err, got)
		}
	}
}

func TestRefusedIsBelievedOnlyIfNothingElseHappened(t *testing.T) {
	leaves := []error{
		syscall.ECONNREFUSED, dial(errors.New("x")), &net.DNSError{}, // refused
		errors.New("x"), context.DeadlineExceeded, io.EOF, // not
	}
	const refusedLeaves = 3
	rapid.Check(t, func(t *rapid.T) {
		allRefused := true
		var draw func(depth int) error
		draw = func(depth int) error {
			if depth == 0 || rapid.IntRange(0, 2).Draw(t, "shape") == 0 {
				i := rapid.IntRange(0, len(leaves)-1).Draw(t, "leaf")
				allRefused = allRefused && i < refusedLeaves
				return leaves[i]
			}
			if rapid.Bool().Draw(t, "chain") {
				return fmt.Errorf("wrapped: %w", draw(depth-1))
			}
			return errors.Join(draw(depth-1), draw(depth-1))
		}
		err := draw(4)
		if got := supervision.Classify(err, false).Class == fuseboard.ClassRefused; got != allRefused {
			t.Fatalf("%v: refused %v, every leaf refused %v", err, got, allRefused)
		}
	})
}

func BenchmarkClassifyNil(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		supervision.Classify(nil, false)
	}
}

func BenchmarkClassifyReset(b *testing.B) {
	err := error(&url.Error{Op: "Get", Err: read(os.NewSyscallError("read", syscall.ECONNRESET))})
	b.ReportAllocs()
	for b.Loop() {
		supervision.Classify(err, false)
	}
}
