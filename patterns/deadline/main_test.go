// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// dated is a caller's context with a deadline and without a timer.
type dated struct {
	context.Context
	at time.Time
}

func (d dated) Deadline() (time.Time, bool) { return d.at, true }

// built reports whether somebody's look has built l.
func built(l *Lazy) bool {
	return l.state.Load().built()
}

// size counts the members of f.
func size(f *Family) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for m := f.first; m != nil; m = m.next {
		n++
	}
	return n
}

func closed(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}
