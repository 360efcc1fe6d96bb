// SPDX-License-Identifier: Apache-2.0

package fallback_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/fallback"
)

// Quote is what the dependency answers.
type Quote struct {
	Cents int    `json:"cents"`
	From  string `json:"from"`
}

func ExampleNew() {
	chain, err := fallback.New(fallback.Policy{Steps: []fallback.Step{
		{On: []fuseboard.Class{fuseboard.ClassTimeout}, Use: fallback.Computed},
		{Value: `{"cents": 100, "from": "the price list"}`},
	}}, fallback.Sources[string, Quote]{
		Compute: func(_ context.Context, item string, _ error) (Quote, error) {
			if item == "tea" {
				return Quote{Cents: 90, From: "yesterday's average"}, nil
			}
			return Quote{}, fallback.ErrDeclined
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	slow := fallback.Fault{Class: fuseboard.ClassTimeout, Err: errors.New("no answer in time")}
	for _, item := range []string{"tea", "milk"} {
		quote, given, err := chain.Answer(ctx, item, slow)
		fmt.Println(quote, given.Step, given.Use, err)
	}
	// Output:
	// {90 yesterday's average} 1 computed <nil>
	// {100 the price list} 2 value <nil>
}

func ExampleNew_problems() {
	_, err := fallback.New(fallback.Policy{Steps: []fallback.Step{
		{Value: `{"cents": "none"}`, On: []fuseboard.Class{fuseboard.ClassTimeout}},
		{Value: `{"sense": 1}`},
	}}, fallback.Sources[string, Quote]{})
	fmt.Println(err)
	// Output:
	// steps[0].value.cents = {"cents": "none"}: is no answer of the operation: got string at byte 16 of it (accepted: JSON of type int) [bad-value]
	// steps[1].value = {"sense": 1}: is no answer of the operation: json: unknown field "sense" (accepted: JSON of type fallback_test.Quote) [bad-value]
}

func ExampleNewKept() {
	last := fallback.NewKept[Quote](1000)
	start := fuseboard.Instant(0)
	last.Put(start, "tea", Quote{Cents: 90})

	later := start.Add(3 * time.Minute)
	quote, age, ok := last.Get(later, "tea", 5*time.Minute)
	fmt.Println(quote.Cents, age, ok)
	_, _, ok = last.Get(later, "tea", time.Minute)
	fmt.Println(ok)
	// Output:
	// 90 3m0s true
	// false
}
