// SPDX-License-Identifier: Apache-2.0

package quantile_test

import (
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/quantile"
)

func ExampleNew() {
	lately := quantile.New(30*time.Second, 100, 0.5, 0.95)
	now := fuseboard.Instant(0)
	for i := range 99 {
		lately.Record(now, time.Duration(i+1)*time.Millisecond)
	}
	fmt.Println(lately.Value(0))
	lately.Record(now, 100*time.Millisecond)
	median, _ := lately.Value(0)
	p95, _ := lately.Value(1)
	fmt.Println(median.Round(5*time.Millisecond), p95.Round(5*time.Millisecond))
	// Output:
	// 0s false
	// 50ms 95ms
}
