// SPDX-License-Identifier: Apache-2.0

// Command fallback answers calls to a shop of exchange rates that fail in different ways: by the
// rate of some minutes ago, by another shop, by a rule, and at last by a value of the policy. No
// guard is needed: whoever makes the call says what failed. Minutes go by in a moment, because time
// is an argument.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/fallback"
)

// Rate is what a currency costs.
type Rate struct {
	// Cents is what one costs in euro.
	Cents int `json:"cents"`
	// From is who says so.
	From string `json:"from"`
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// policy is what a file would say.
var policy = fallback.Policy{
	Timeout: 300 * time.Millisecond,
	Steps: []fallback.Step{
		// An old rate is good enough while the shop is slow, or left alone by its circuit.
		{MaxAge: 10 * time.Minute, On: []fuseboard.Class{fuseboard.ClassTimeout, "breaker"}},
		// Whatever failed, the other shop may know. It is not asked because we have no room ourselves.
		{Guard: "rates-eu", On: []fuseboard.Class{fallback.Failure, "breaker"}},
		// The crown is bound to the euro.
		{Use: fallback.Computed},
		{Value: `{"cents": 100, "from": "the policy"}`, On: []fuseboard.Class{fallback.Refusal}},
	},
}

type shop struct {
	now  fuseboard.Instant
	last *fallback.Kept[Rate]
}

// sources are where an answer may come from. What the shop itself says is kept; a fallback never is.
func (s *shop) sources() fallback.Sources[string, Rate] {
	return fallback.Sources[string, Rate]{
		Name: "rates",
		Kept: func(currency string, maxAge time.Duration) (Rate, time.Duration, bool) {
			return s.last.Get(s.now, currency, maxAge)
		},
		Guard: func(name string) (func(context.Context, string) (Rate, error), error) {
			return func(_ context.Context, currency string) (Rate, error) {
				if currency == "GBP" {
					return Rate{Cents: 117, From: name}, nil
				}
				return Rate{}, fmt.Errorf("%s does not trade %s", name, currency)
			}, nil
		},
		Compute: func(_ context.Context, currency string, _ error) (Rate, error) {
			if currency == "DKK" {
				return Rate{Cents: 13, From: "the peg"}, nil
			}
			return Rate{}, fallback.ErrDeclined
		},
	}
}

func run(ctx context.Context, out io.Writer) error {
	s := &shop{last: fallback.NewKept[Rate](policy.WithDefaults().MaxKeys)}
	chain, err := fallback.New(policy, s.sources())
	if err != nil {
		return err
	}
	s.last.Put(s.now, "USD", Rate{Cents: 92, From: "the shop"}) // it was well then

	slow := fallback.Fault{Class: fuseboard.ClassTimeout, Err: errors.New("rates: no answer within 800ms")}
	open := fallback.Fault{Refused: "breaker", Err: errors.New("rates: refused by breaker")}
	full := fallback.Fault{Refused: "bulkhead", Err: errors.New("rates: refused by bulkhead")}
	for _, call := range []struct {
		after    time.Duration
		currency string
		fault    fallback.Fault
	}{
		{3 * time.Minute, "USD", slow},
		{8 * time.Minute, "GBP", open},
		{0, "DKK", full},
		{0, "USD", full},
		{0, "USD", slow},
	} {
		s.now = s.now.Add(call.after)
		rate, given, err := chain.Answer(ctx, call.currency, call.fault)
		if err != nil {
			fmt.Fprintf(out, "%s: %v\n", call.currency, err)
			continue
		}
		fmt.Fprintf(out, "%s: %d cents from %s (step %d, %s%s)\n", call.currency, rate.Cents, rate.From, given.Step, given.Use, old(given.Age))
	}
	tell(out, chain.View())
	return nil
}

func old(age time.Duration) string {
	if age == 0 {
		return ""
	}
	return ", " + age.String() + " old"
}

// tell prints what became of each step.
func tell(out io.Writer, v fallback.View) {
	for i, step := range v.Steps {
		fmt.Fprintf(out, "step %d, %s:", i+1, step.Use)
		for r := range fallback.Results {
			if n := step.Count(fallback.Result(r)); n > 0 {
				fmt.Fprintf(out, " %d %s", n, fallback.Result(r))
			}
		}
		fmt.Fprintln(out)
	}
}
