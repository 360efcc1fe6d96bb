// SPDX-License-Identifier: Apache-2.0

package main

import "github.com/fuseboard/fuseboard/actors"

var _ = register(contender{
	name: "Fuseboard, Enter and End",
	has:  full,
	note: "a call that its caller makes by himself, with a loop around it: no context is made where none is asked for",
	ways: map[kind]way{stacks: func(n need) (task, error) {
		return entered(actors.Options{}, n, fuseboardStack(n))
	}},
})
