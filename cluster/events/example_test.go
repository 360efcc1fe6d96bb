// SPDX-License-Identifier: Apache-2.0

package events_test

import (
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard/cluster/events"
)

func opened(dependency string) events.Event {
	return events.Event{
		At: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Kind: "transition",
		Dependency: dependency, From: "closed", To: "open", Cause: "failure-rate",
	}
}

func ExampleNewStream() {
	const boot = 1_772_366_400_000 // when this node began, in ms
	here, there := events.NewSource("node-1", boot), events.NewSource("node-2", boot+1)
	stream := events.NewStream(boot, 0)

	one, _ := here.Next(opened("payments"))
	two, _ := there.Next(opened("payments"))
	three, _ := there.Next(opened("search"))
	fmt.Println(stream.Merge(0, one))
	fmt.Println(stream.Merge(0, three)) // it overtook the one before
	fmt.Println(stream.Merge(0, two))
	fmt.Println(stream.Merge(0, two))

	page := stream.Since(events.Cursor{}, 0)
	for _, item := range page.Items {
		fmt.Println(item.Origin, item.Seq, item.Dependency, item.From, "->", item.To)
	}
	fmt.Println(len(stream.Since(page.Next, 0).Items), "more")
	// Output:
	// merged
	// waiting
	// merged
	// duplicate
	// node-1 1 payments closed -> open
	// node-2 1 payments closed -> open
	// node-2 2 search closed -> open
	// 0 more
}

func ExampleNewSource() {
	source := events.NewSource("node-1", 1_772_366_400_000)
	for range 40 {
		_, _ = source.Next(opened("payments"))
	}
	last := source.Last()
	fmt.Println(len(last), last[0].Seq, last[0].Register())

	bytes, err := events.Append(nil, last[0])
	fmt.Println(len(bytes), err)
	again, err := events.Decode(bytes)
	fmt.Println(again == last[0], err)
	// Output:
	// 32 9 event/9
	// 67 <nil>
	// true <nil>
}
