// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"fmt"
	"os"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config"
)

const shop = `apiVersion: fuseboard/v1
defaults:
  deadline: {total: 2s}
profiles:
  quick: {deadline: {total: 300ms}}
dependencies:
  "search-*": {profiles: quick}
  payments:
    deadline: {attempt: 800ms}
    bulkhead: {concurrency: 32}
`

func read(text string, o config.Options) *config.Set {
	set, problems := config.Read([]config.Source{{Name: "fuseboard.yaml", Data: []byte(text)}}, o)
	if err := problems.Err(); err != nil {
		fmt.Println(err)
	}
	return set
}

func ExampleSet_Resolve() {
	set := read(shop, config.Options{Flags: []string{"payments.bulkhead.queue=64"}})
	resolved, problems := set.Resolve("payments", config.Layers{
		Code: actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 8}},
	})
	fmt.Println(problems.Err(), resolved.Policy.Bulkhead.Concurrency, resolved.Policy.Bulkhead.Queue)
	for _, v := range resolved.Values {
		if v.Path == "bulkhead.concurrency" {
			fmt.Println(v.Text, "from", v.Origin, "over", v.Under[0].Text, "from", v.Under[0].Origin)
		}
	}
	// Output:
	// <nil> 32 64
	// 32 from fuseboard.yaml:10:29 (dependency payments) over 8 from code
}

func ExampleResolved_Explain() {
	set := read(shop, config.Options{})
	resolved, _ := set.Resolve("search-eu", config.Layers{})
	_ = resolved.Explain(os.Stdout)
	// Output:
	// PATH            VALUE    FROM
	// mode            enforce  built-in
	// deadline.total  300ms    fuseboard.yaml:5:29 (profile quick)
	//   instead of    2s       fuseboard.yaml:3:21 (defaults)
}

func ExampleCompare() {
	before := read(shop, config.Options{})
	after := read(shop, config.Options{Flags: []string{"payments.bulkhead.concurrency=8"}})
	for _, d := range config.Compare(before, after) {
		for _, c := range d.Changes {
			fmt.Printf("%s %s: %s -> %s (%s)\n", d.Dependency, c.Path, c.Before, c.After, c.Risk)
		}
	}
	// Output:
	// payments bulkhead.concurrency: 32 -> 8 (cuts bulkhead.concurrency from 32 to 8, by more than half)
}

func ExampleSet_Unforced() {
	before := read(shop, config.Options{})
	after := read(shop, config.Options{Flags: []string{"payments.bulkhead.concurrency=8"}})
	was, _ := before.Resolve("payments", config.Layers{})
	is, _ := after.Resolve("payments", config.Layers{})
	fmt.Println(after.Unforced(before, "payments", config.Risks(was.Policy, is.Policy)))
	// Output:
	// flag payments.bulkhead.concurrency: error[needs-force]: payments.bulkhead.concurrency = 8: cuts bulkhead.concurrency from 32 to 8, by more than half (of payments)
	//   1 | payments.bulkhead.concurrency=8
	//     |                               ^
	//   help: add force: [payments.bulkhead.concurrency] if that is meant
}
