// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/fuseboard/fuseboard/actors"
)

// The same under the faster clocks.
var _ = clocked("TSC", actors.Options{Clock: actors.TSCClock}, "the processor's counter") &&
	clocked("coarse clock", actors.Options{Clock: actors.CoarseClock}, "a clock renewed every millisecond")

func clocked(name string, o actors.Options, note string) bool {
	return register(contender{
		name: "Fuseboard, " + name,
		has:  full,
		note: "Options.Clock: " + note,
		ways: map[kind]way{stacks: func(n need) (task, error) {
			return guardedUnder(context.Background(), o, n, fuseboardStack(n))
		}},
	}) && register(contender{
		name: "Fuseboard, " + name + ", Enter and End",
		has:  full,
		note: "both",
		ways: map[kind]way{stacks: func(n need) (task, error) { return entered(o, n, fuseboardStack(n)) }},
	})
}
