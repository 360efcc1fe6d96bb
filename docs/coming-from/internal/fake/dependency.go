// SPDX-License-Identifier: Apache-2.0

package fake

import (
	"errors"
	"sync"
)

// ErrDown is how a dependency fails that is down.
var ErrDown = errors.New("dependency is down")

// Dependency answers each call by the next step of its script, and counts the calls.
// Past the end of the script it succeeds. Safe for concurrent use.
type Dependency struct {
	mu     sync.Mutex
	script []error
	calls  int
}

// Next sets what the next calls are answered.
func (d *Dependency) Next(answers ...error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.script = answers
}

// Call takes one step.
func (d *Dependency) Call() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls++
	if len(d.script) == 0 {
		return nil
	}
	answer := d.script[0]
	d.script = d.script[1:]
	return answer
}

// Calls is how often it was called.
func (d *Dependency) Calls() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls
}
