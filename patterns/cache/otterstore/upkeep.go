// SPDX-License-Identifier: Apache-2.0

package otterstore

import "sync"

// upkeep runs otter's tasks, each on a goroutine of its own, and waits for them. A task on the caller's
// goroutine would make a read three times as slow: it is the bookkeeping of many.
type upkeep struct {
	mu      sync.Mutex
	running sync.WaitGroup
	closed  bool
	after   func() // what is done after each task
}

// do is called under otter's locks.
func (u *upkeep) do(task func()) {
	if u.begin() {
		go u.run(task)
		return
	}
	task() // of a reader that still had the store: otter needs it done
}

func (u *upkeep) begin() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.closed {
		u.running.Add(1)
	}
	return !u.closed
}

func (u *upkeep) run(task func()) {
	defer u.running.Done()
	task()
	u.after()
}

// close waits for what runs. From then on tasks run on the caller's goroutine.
func (u *upkeep) close() {
	u.mu.Lock()
	u.closed = true
	u.mu.Unlock()
	u.running.Wait()
}
