// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"fmt"

	"github.com/fuseboard/fuseboard/config"
)

func ExampleRead() {
	_, problems := config.Read([]config.Source{{Name: "fuseboard.yaml", Data: []byte(`apiVersion: fuseboard/v1
dependencies:
  payments:
    deadline: {total: 2s}
    retry: {atempts: 3}
    breaker: {failure_rate: 150%}
`)}}, config.Options{})
	fmt.Println(problems.Err())
	// Output:
	// fuseboard.yaml:5:13: error[unknown-field]: dependencies.payments.retry.atempts = 3: is not a field of retry; did you mean attempts?
	//   5 |     retry: {atempts: 3}
	//     |             ^^^^^^^
	//   help: accepted: attempts, backoff, budget, only, classes, max_retry_after, innermost
	// fuseboard.yaml:6:29: error[out-of-range]: dependencies.payments.breaker.failure_rate = 150%: is out of range
	//   6 |     breaker: {failure_rate: 150%}
	//     |                             ^^^^
	//   help: write a share such as 50% or 0.5; 50% is usual; accepted: 0% to 100%
}
