// SPDX-License-Identifier: Apache-2.0

package throttle_test

import (
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/throttle"
)

func ExampleNew() {
	own := throttle.New(throttle.Policy{Ratio: 1.5})

	// The dependency accepts one call in four.
	now := fuseboard.Instant(0)
	for i := range 200 {
		now = now.Add(10 * time.Millisecond)
		u := float64(i%100) / 100 // a random number, in a program
		if ok, _ := own.Admit(now, fuseboard.Normal, u); ok {
			own.Record(now, fuseboard.Normal, i%4 == 0)
		}
	}
	fmt.Println(own.View(now).Chance(fuseboard.Normal) > 0.5)
	fmt.Println(own.View(now).Chance(fuseboard.Sheddable) >= own.View(now).Chance(fuseboard.Critical))
	// Output:
	// true
	// true
}
