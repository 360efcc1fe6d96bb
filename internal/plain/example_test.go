// SPDX-License-Identifier: Apache-2.0

package plain_test

import (
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

type breaker struct {
	FailureRate float64 `plain:"rate"`
	OpenFor     time.Duration
	MinCalls    int
}

func ExampleEncode() {
	json, err := plain.Encode(breaker{FailureRate: 0.5, OpenFor: 90 * time.Second})
	fmt.Println(string(json), err)
	// Output: {"failure_rate":"50%","open_for":"1m30s"} <nil>
}

func ExampleDecode() {
	var b breaker
	fmt.Println(plain.Decode([]byte(`{"failure_rate": "half", "open_fro": "10s", "min_calls": 2.5}`), &b))
	// Output:
	// failure_rate = half: want a share such as 50% or 0.5, got "half" [bad-rate]
	// open_fro = 10s: is not a field of a policy (accepted: failure_rate, open_for, min_calls); did you mean open_for? [unknown-field]
	// min_calls = 2.5: want a whole number such as 20, got 2.5; write it in digits, without a fraction or an exponent [not-whole]
}

func ExampleDiff() {
	fmt.Println(plain.Diff(breaker{OpenFor: time.Second, MinCalls: 20}, breaker{OpenFor: time.Minute, MinCalls: 20}))
	// Output: [open_for]
}

func ExampleLeaves() {
	for _, leaf := range plain.Leaves(breaker{FailureRate: 0.5, OpenFor: 90 * time.Second}) {
		fmt.Println(leaf.Path, leaf.Text)
	}
	// Output:
	// failure_rate 50%
	// open_for 1m30s
}

func ExampleCheck() {
	var c plain.Check
	c.Duration("open_for", 2*time.Hour, time.Millisecond, time.Hour, "let it probe sooner")
	fmt.Println(c.Problems())
	// Output: open_for = 2h: is out of range (accepted: 1ms to 1h); let it probe sooner [out-of-range]
}

func ExampleName() {
	fmt.Println(plain.Name("MinPerSecond"), plain.Name("MaxTTL"))
	// Output: min_per_second max_ttl
}

func ExampleRate() {
	fmt.Println(plain.Rate(0.07))
	share, err := plain.ParseRate("12.5%")
	fmt.Println(share, err)
	// Output:
	// 7%
	// 0.125 <nil>
}
