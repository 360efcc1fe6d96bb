// SPDX-License-Identifier: Apache-2.0

package hedge_test

import (
	"context"
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/hedge"
)

func ExampleNew() {
	hedger := hedge.New(hedge.Policy{Quantile: 0.9, MinCalls: 10})
	fmt.Println(hedger.Wait())
	now := fuseboard.Instant(0) // that of a clock, in a program
	for i := range 100 {
		now = now.Add(time.Second / 10)
		hedger.Record(now, time.Duration(i)*time.Millisecond)
	}
	wait, ok := hedger.Wait()
	fmt.Println(wait.Round(10*time.Millisecond), ok)
	// Output:
	// 0s false
	// 90ms true
}

func ExampleDo() {
	hedger := hedge.New(hedge.Policy{After: 50 * time.Millisecond})
	endpoints := []string{"one", "two"}
	answer, err := hedge.Do(context.Background(), hedger, hedge.Options[string]{Safe: true},
		func(ctx context.Context, which int) (string, error) {
			if which == 0 { // a lost packet
				<-ctx.Done()
				return "", context.Cause(ctx)
			}
			return "answered by " + endpoints[which], nil
		})
	fmt.Println(answer, err)
	fmt.Println(hedger.Close(context.Background()))
	// Output:
	// answered by two <nil>
	// <nil>
}
