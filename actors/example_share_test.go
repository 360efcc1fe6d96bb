// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

// members divides a limit evenly by the number of processes. A real one would renew
// its lease in a goroutine, which stop ends.
type members struct {
	count int
	sys   *actors.System
	came  chan struct{} // closed when the first share has come
}

func (m members) Watch(give func(now fuseboard.Instant, s actors.RateShare)) (stop func()) {
	go func() {
		defer close(m.came)
		now := m.sys.Now()
		give(now, actors.RateShare{Part: 1 / float64(m.count), Until: now.Add(time.Minute)})
	}()
	return func() { <-m.came }
}

// Four processes together send 1000 requests a second at most.
func ExampleGuard_FollowRate() {
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(context.Background()) }()
	search, err := actors.Protect(sys, "search", actors.Policy{Rate: actors.RateLimit{Limit: 1000}})
	if err != nil {
		panic(err)
	}

	four := members{count: 4, sys: sys, came: make(chan struct{})}
	stop, err := search.FollowRate(four)
	if err != nil {
		panic(err)
	}
	<-four.came // until then rate.fallback holds
	fmt.Println(search.Stats().Rate.Limit, "of 1000")
	stop()
	fmt.Println(search.Stats().Rate.Limit, "of 1000")
	// Output:
	// 250 of 1000
	// 1000 of 1000
}
