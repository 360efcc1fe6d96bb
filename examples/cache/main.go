// SPDX-License-Identifier: Apache-2.0

// Command cache keeps the answers of a dependency: a hundred callers that want the same at the same
// time ask it once, and while it is down they get what it said last. Hours go by in a moment, because the
// clock is turned by hand: a program of yours leaves it out.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/cache"
)

func main() { run(os.Stdout) }

func run(out io.Writer) {
	w := &world{}
	clock := fuseboard.NewClockFrom(time.Now(), func() time.Duration { return time.Duration(w.now.Load()) })
	w.prices = cache.New[int](cache.Policy{TTL: time.Minute, StaleIfError: time.Hour, NegativeTTL: 10 * time.Second}, clock, nil)
	defer func() { _ = w.prices.Close(context.Background()) }()

	fmt.Fprintf(out, "100 callers at once: %s\n", w.herd(100))
	fmt.Fprintf(out, "they asked the dependency %d time(s)\n", w.asked.Load())
	fmt.Fprintf(out, "a moment later:   %s\n", w.ask("apples"))
	w.sleep(2 * time.Minute)
	w.down = true
	fmt.Fprintf(out, "it is down:       %s\n", w.ask("apples"))
	w.sleep(2 * time.Hour)
	fmt.Fprintf(out, "for too long:     %s\n", w.ask("apples"))
	w.down = false
	fmt.Fprintf(out, "it is back:       %s\n", w.ask("apples"))
	fmt.Fprintf(out, "it has no pears:  %s\n", w.ask("pears"))
	fmt.Fprintf(out, "nor does it soon: %s\n", w.ask("pears"))
	fmt.Fprintln(out, w.prices.View())
}

// world is a program with a cache, and the dependency.
type world struct {
	prices *cache.Cache[int]
	now    atomic.Int64
	asked  atomic.Int64
	down   bool
}

var (
	errDown = errors.New("the dependency is down")
	errNone = errors.New("there are none")
)

// load asks the dependency, and says what may become of its answer.
func (w *world) load(_ context.Context, fruit string) cache.Loaded[int] {
	w.asked.Add(1)
	switch {
	case w.down:
		return cache.Loaded[int]{Err: errDown, Keep: cache.Failed}
	case fruit == "pears":
		return cache.Loaded[int]{Err: errNone, Keep: cache.Negative}
	}
	return cache.Loaded[int]{Value: 42, Keep: cache.Fresh}
}

// ask is one caller.
func (w *world) ask(fruit string) string {
	price, info, err := w.prices.Get(context.Background(), fruit, func(ctx context.Context) cache.Loaded[int] { return w.load(ctx, fruit) })
	if err != nil {
		return fmt.Sprintf("no price (%s): %v", info.From, err)
	}
	return fmt.Sprintf("%d cents (%s), %v old", price, info.From, info.Age)
}

// herd is many callers that all come before the first has its answer.
func (w *world) herd(many int) string {
	var all sync.WaitGroup
	var got atomic.Int64
	for range many {
		all.Go(func() {
			price, _, _ := w.prices.Get(context.Background(), "apples", func(ctx context.Context) cache.Loaded[int] {
				for w.prices.View().Waiting < many {
					runtime.Gosched()
				}
				return w.load(ctx, "apples")
			})
			if price == 42 {
				got.Add(1)
			}
		})
	}
	all.Wait()
	return fmt.Sprintf("%d have their price", got.Load())
}

func (w *world) sleep(d time.Duration) { w.now.Add(int64(d)) }
