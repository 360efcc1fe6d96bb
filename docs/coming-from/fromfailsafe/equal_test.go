// SPDX-License-Identifier: Apache-2.0

package fromfailsafe

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/timeout"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/docs/coming-from/internal/fake"
)

type quoter interface {
	Quote(ctx context.Context, pair string) (Quote, error)
}

// errHang makes the exchange wait until its context ends.
var errHang = errors.New("hang")

// step is a pause and then one call, whose attempts get these answers.
type step struct {
	pause   time.Duration
	answers []error
}

var story = []step{
	{},
	{answers: []error{ErrNoSuchPair}},
	{answers: []error{fake.ErrDown}}, // repeated after 50 ms
	{answers: []error{fake.ErrDown, errHang}},   // and after 100 ms more, when the attempt timed out
	{pause: 11 * time.Second, answers: down(3)}, // given up after three
	{answers: down(3)},
	{answers: down(3)},
	{answers: down(1)}, // the tenth failure opens; nobody asks an open circuit
	{},                 // refused
	{pause: 12 * time.Second, answers: down(2)}, // probes: two of three must pass
	{},
	{pause: 12 * time.Second},
	{},
	{},
	{},
}

func down(n int) []error { return slices.Repeat([]error{fake.ErrDown}, n) }

func TestBeforeAndAfterAnswerAlike(t *testing.T) {
	before := lived(t, func(_ *actors.System, f Fetch) quoter { return NewBefore(f) })
	after := lived(t, func(sys *actors.System, f Fetch) quoter {
		a, err := NewAfter(sys, f)
		if err != nil {
			t.Fatal(err)
		}
		return a
	})
	if !slices.Equal(before, after) {
		t.Errorf("the same story went differently:\nbefore %s\nafter  %s", strings.Join(before, "\n       "), strings.Join(after, "\n       "))
	}
	for _, word := range []string{"quote", "no-such-pair", "down", "open"} {
		if !slices.ContainsFunc(before, func(s string) bool { return strings.HasPrefix(s, word+" ") }) {
			t.Errorf("no call ended in %q: the story compares less than it should", word)
		}
	}
}

// lived tells how each call of the story ended, after how many attempts and how long.
func lived(t *testing.T, protect func(*actors.System, Fetch) quoter) (told []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var exchange fake.Dependency
		guarded := protect(fake.System(t), func(ctx context.Context, _ string) (Quote, error) {
			err := exchange.Call()
			if errors.Is(err, errHang) {
				<-ctx.Done()
				return Quote{}, ctx.Err()
			}
			return Quote{Cents: 125}, err
		})
		for _, s := range story {
			time.Sleep(s.pause)
			exchange.Next(s.answers...)
			calls, began := exchange.Calls(), time.Now()
			quote, err := guarded.Quote(t.Context(), "EURUSD")
			how, took := word(quote, err), time.Since(began)
			if how == "open" {
				took = 0 // see TestAnOpenCircuitIsNotWaitedFor
			}
			told = append(told, strings.Join([]string{how, strconv.Itoa(exchange.Calls() - calls), took.String()}, " "))
		}
	})
	return told
}

func word(q Quote, err error) string {
	switch {
	case err == nil && q.Cents == 125:
		return "quote"
	case errors.Is(err, ErrNoSuchPair):
		return "no-such-pair"
	case errors.Is(err, circuitbreaker.ErrOpen), errors.Is(err, actors.ErrOpen):
		return "open"
	case errors.Is(err, bulkhead.ErrFull), errors.Is(err, actors.ErrLate), errors.Is(err, actors.ErrFull):
		return "full"
	case errors.Is(err, fake.ErrDown):
		return "down"
	case errors.Is(err, timeout.ErrExceeded), errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	}
	return "?" + err.Error()
}

func TestBothWaitForAPermitEquallyLong(t *testing.T) {
	for name, protect := range map[string]func(*testing.T, Fetch) quoter{
		"before": func(_ *testing.T, f Fetch) quoter { return NewBefore(f) },
		"after": func(t *testing.T, f Fetch) quoter {
			a, err := NewAfter(fake.System(t), f)
			if err != nil {
				t.Fatal(err)
			}
			return a
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				guarded := protect(t, func(context.Context, string) (Quote, error) {
					time.Sleep(500 * time.Millisecond)
					return Quote{}, nil
				})
				var inside sync.WaitGroup
				for range 2 {
					inside.Go(func() { _, _ = guarded.Quote(t.Context(), "EURUSD") })
				}
				synctest.Wait()
				began := time.Now()
				quote, err := guarded.Quote(t.Context(), "EURUSD")
				if got, waited := word(quote, err), time.Since(began); got != "full" || waited != 100*time.Millisecond {
					t.Errorf("%s after %s", got, waited)
				}
				inside.Wait()
			})
		})
	}
}

func TestAnOpenCircuitIsNotWaitedFor(t *testing.T) {
	took := func(t *testing.T, guarded quoter) (last time.Duration) {
		for {
			began := time.Now()
			if _, err := guarded.Quote(t.Context(), "EURUSD"); word(Quote{}, err) == "open" {
				return time.Since(began)
			}
		}
	}
	synctest.Test(t, func(t *testing.T) {
		always := func(context.Context, string) (Quote, error) { return Quote{}, fake.ErrDown }
		after, err := NewAfter(fake.System(t), always)
		if err != nil {
			t.Fatal(err)
		}
		if before, after := took(t, NewBefore(always)), took(t, after); before != 50*time.Millisecond || after != 0 {
			t.Errorf("the call that opened the circuit took %s before and %s after", before, after)
		}
	})
}
