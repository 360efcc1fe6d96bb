// SPDX-License-Identifier: Apache-2.0

package adaptive_test

import (
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/adaptive"
)

func ExampleNew() {
	limiter := adaptive.New(adaptive.Policy{Kind: adaptive.KindVegas, Min: 4, Max: 100})

	// Each attempt that ends is told of: twenty a second that take 30ms.
	now := fuseboard.Instant(0)
	for range 60 {
		now = now.Add(50 * time.Millisecond)
		limit, moved := limiter.Sample(-1, now, 30*time.Millisecond, 20, false)
		if moved {
			fmt.Println("let in", limit)
		}
	}
	fmt.Println(limiter.View(now))
	// Output:
	// let in 26
	// limit 26 (vegas): calls take about as long as without a queue, and the permits are in use; 20 samples took 30ms, at most 20 inside, 30ms without a queue
}

func ExampleNewAlgorithm() {
	algorithm := adaptive.NewAlgorithm(adaptive.Policy{Kind: adaptive.KindAIMD, Min: 4, Initial: 50})
	fmt.Println(algorithm.Next(adaptive.Window{Samples: 100, Took: time.Second, InFlight: 50}).Limit)
	fmt.Println(algorithm.Next(adaptive.Window{Samples: 100, Took: time.Second, InFlight: 50, Drops: 5}).Limit)
	// Output:
	// 51
	// 45
}

// quiet, busy and queue are windows of a hundred calls: 10ms each, the same with all
// permits in use, and 30ms each because they queue.
var (
	quiet = adaptive.Window{Samples: 100, Took: time.Second, InFlight: 5}
	busy  = adaptive.Window{Samples: 100, Took: time.Second, InFlight: 40}
	queue = adaptive.Window{Samples: 100, Took: 3 * time.Second, InFlight: 40}
)

func ExampleNewGradient2() {
	g := adaptive.NewGradient2(adaptive.Policy{Min: 4, Initial: 40})
	for range 10 {
		g.Next(quiet)
	}
	for _, w := range []adaptive.Window{quiet, busy, busy, queue} {
		m := g.Next(w)
		fmt.Println(m.Limit, m.Reason)
	}
	// Output:
	// 40 unused
	// 40 kept
	// 41 grew
	// 37 slow
}

func ExampleNewVegas() {
	v := adaptive.NewVegas(adaptive.Policy{Min: 4, Initial: 40})
	for _, w := range []adaptive.Window{quiet, busy, queue} {
		m := v.Next(w)
		fmt.Println(m.Limit, m.Reason)
	}
	// Output:
	// 40 kept
	// 46 grew
	// 45 slow
}

func ExampleNewAIMD() {
	a := adaptive.NewAIMD(adaptive.Policy{Min: 4, Initial: 40, Timeout: 20 * time.Millisecond})
	for _, w := range []adaptive.Window{quiet, busy, queue} {
		m := a.Next(w)
		fmt.Println(m.Limit, m.Reason)
	}
	// Output:
	// 40 unused
	// 41 grew
	// 36 slow
}
