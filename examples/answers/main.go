// SPDX-License-Identifier: Apache-2.0

// Command answers serves currency quotes from a market that is well, then slow, then down, and
// then back. Its users always get an answer, and are told how good it is: from the cache, from
// the venue that was faster, from before the market failed, or none at all.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// second is a second of the story, so that it takes one of yours.
const second = 50 * time.Millisecond

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "answers:", err)
		os.Exit(1)
	}
}

var policy = actors.Policy{
	Cache:    actors.Cache{TTL: 2 * second, StaleIfError: 8 * second},
	Deadline: actors.Deadline{Total: 6 * second, Attempt: 3 * second},
	Hedge:    actors.Hedge{After: second / 5},
	Workers:  actors.Workers{Max: 8},
	Fallback: actors.Fallback{Steps: []actors.FallbackStep{
		{MaxAge: 60 * second},           // the last good quote of the pair
		{Value: `{"venue": "nowhere"}`}, // nobody knows
	}},
}

// token is the key of what venues want to see.
type token struct{}

// signed gives every attempt, and every copy of one, what venues want to see.
var signed = actors.Stage[string, Quote]{
	Name: "signed", At: actors.AroundHandler,
	Around: func(ctx context.Context, pair string, next actors.Handler[string, Quote]) (Quote, error) {
		return next(context.WithValue(ctx, token{}, "secret"), pair)
	},
}

func run(ctx context.Context, out io.Writer) (err error) {
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sys.Shutdown(ctx)) }()

	market := &Market{price: 106}
	london := &Venue{name: "London", market: market}
	paris := &Venue{name: "Paris", market: market}
	quotes, err := actors.Spawn(sys, "quotes", london.Quote, policy, actors.With[string, Quote]{
		Safe:      actors.Always[string],
		Key:       func(pair string) (string, bool) { return pair, true },
		Elsewhere: func(int) actors.Handler[string, Quote] { return paris.Quote },
		Stages:    []actors.Stage[string, Quote]{signed},
	})
	if err != nil {
		return err
	}

	ask := func(pair string) {
		var info actors.Info
		quote, err := quotes.Call(actors.WithInfo(ctx, &info), pair)
		fmt.Fprintf(out, "  %s\n", tell(pair, quote, info, err))
	}
	fmt.Fprintln(out, "healthy:")
	ask("EURUSD")
	time.Sleep(1 * second)
	ask("EURUSD")

	fmt.Fprintln(out, "London is slow:")
	london.Takes(2 * second)
	time.Sleep(2 * second)
	ask("EURUSD")

	fmt.Fprintln(out, "the market is down:")
	market.Down(true)
	london.Takes(0)
	time.Sleep(8 * second)
	ask("EURUSD") // by cache.stale_if_error
	time.Sleep(12 * second)
	ask("EURUSD") // by the fallback: its last good answer
	ask("GBPUSD") // by the fallback: its value

	fmt.Fprintln(out, "the market is back:")
	market.Down(false)
	ask("EURUSD")

	s := quotes.Stats()
	fmt.Fprintf(out, "7 calls, %d requests: %d hit, %d copy was first, %d stale, %d by the fallback\n",
		market.Asked(), s.Cache.Hits, s.Hedge.Won, s.Cache.StaleOnError, s.Fallback.Given)
	return nil
}

// tell says what a user is shown.
func tell(pair string, q Quote, info actors.Info, err error) string {
	age := math.Round(info.Age.Seconds() / second.Seconds())
	switch {
	case err != nil:
		return fmt.Sprintf("%s: %v", pair, err)
	case info.Degraded && q.Price == 0:
		return pair + " is not quoted, the market is down"
	case info.Degraded:
		return fmt.Sprintf("%s %.2f (%.0f s old, the market is down)", pair, q.Price, age)
	case info.Source == actors.FromCache:
		return fmt.Sprintf("%s %.2f (%.0f s old)", pair, q.Price, age)
	}
	return fmt.Sprintf("%s %.2f from %s", pair, q.Price, q.Venue)
}
