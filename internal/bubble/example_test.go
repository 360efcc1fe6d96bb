// SPDX-License-Identifier: Apache-2.0

package bubble_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard/internal/bubble"
)

// Two hours pass at once.
func ExampleRun() {
	err := bubble.Run(func() {
		begin := time.Now()
		go func() {
			time.Sleep(2 * time.Hour)
			fmt.Println("ended after", time.Since(begin))
		}()
		time.Sleep(2 * time.Hour)
	})
	fmt.Println(err)
	// Output:
	// ended after 2h0m0s
	// <nil>
}

// Main, and TestMain in this case, begins with
//
//	bubble.Serve(map[string]bubble.Work{"deed": deed})
func ExampleCrew() {
	crew := bubble.Crew{Work: "deed", Children: 1, Hear: func(job int, line json.RawMessage) {
		fmt.Printf("job %d said %s\n", job, line)
	}}
	failed, err := crew.Run(context.Background(), []json.RawMessage{
		[]byte(`"say hello"`), []byte(`"fail because"`), []byte(`"say goodbye"`),
	})
	fmt.Println(failed, err)
	// Output:
	// job 0 said "hello"
	// job 2 said "goodbye"
	// [bubble: job 1 failed: because] <nil>
}
