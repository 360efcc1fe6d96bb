// SPDX-License-Identifier: Apache-2.0

package migrate_test

import (
	"fmt"

	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/config/migrate"
)

func ExampleMigrate() {
	out, notes, err := migrate.Migrate(config.Source{Name: "policies.yaml", Data: []byte(`# who pays
payments:
  deadline: {total: 2s}
  breaker: {minCalls: 20} # we are small
`)})
	fmt.Print(string(out))
	for _, n := range notes {
		fmt.Println(n.Origin.Line, n.Path, n.Message)
	}
	fmt.Println(err)
	// Output:
	// # who pays
	// apiVersion: fuseboard/v1
	// dependencies:
	//   payments:
	//     deadline: {total: 2s}
	//     breaker: {min_calls: 20} # we are small
	// 2 dependencies the policies were put under dependencies
	// 2 apiVersion was missing, and was written
	// 4 payments.breaker.minCalls was written as min_calls
	// <nil>
}

func ExampleFromResilience4j() {
	out, notes, err := migrate.FromResilience4j(config.Source{Name: "application.yml", Data: []byte(`
resilience4j:
  bulkhead.instances.payments.max-concurrent-calls: 10
  timelimiter.instances.payments:
    timeout-duration: 2s
    cancel-running-future: true
`)})
	fmt.Print(string(out))
	for _, n := range notes {
		fmt.Println(n.Origin.Line, n.Code)
	}
	fmt.Println(err)
	// Output:
	// # Migrated from resilience4j: the notes say what means a little else, and what is left to do.
	// apiVersion: fuseboard/v1
	//
	// dependencies:
	//   payments:
	//     deadline: {attempt: 2s}
	//     bulkhead: {concurrency: 10}
	// 4 changed
	// 6 needless
	// <nil>
}
