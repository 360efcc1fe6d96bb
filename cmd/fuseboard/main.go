// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"
	_ "time/tzdata" // zones of conditions, where the machine has none: half a megabyte

	"github.com/fuseboard/fuseboard/simulations"
)

func main() {
	simulations.Serve() // does not return in a child of a simulation
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
