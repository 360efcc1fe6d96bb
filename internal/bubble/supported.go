// SPDX-License-Identifier: Apache-2.0

package bubble

import (
	"fmt"
	"runtime"
	"time"
)

// Supported reports whether this program can run bubbles: it runs one, in which an hour
// must pass at once, which takes some microseconds. It never waits for a real hour. The
// error says what to build the program with; a command exits with 70 then, and never
// runs in real time instead.
func Supported() error {
	const hour = time.Hour
	var passed time.Duration
	began := Wall()
	err := Run(func() {
		begin := time.Now()
		if begin.UTC().Year() == 2000 { // else it is no virtual time: an hour would be one
			time.Sleep(hour)
		}
		passed = time.Since(begin)
	})
	took := Wall() - began
	switch {
	case err != nil:
	case passed != hour:
		err = fmt.Errorf("bubble: a virtual hour took %v of virtual time", passed)
	case took >= hour:
		err = fmt.Errorf("bubble: a virtual hour took %v", took)
	default:
		return nil
	}
	return fmt.Errorf("no virtual time in this program, built with %s: build it with Go 1.26, and set no asynctimerchan in GODEBUG: %w",
		runtime.Version(), err)
}
