// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

// A transition is told after it was made. Whoever has looked in between must not see a
// counter fall: Prometheus would take it for a restart, and add all of it again.
func TestTimeInAStateNeverFalls(t *testing.T) {
	var r recent
	at := func(d time.Duration) fuseboard.Instant { return fuseboard.Instant(d) }
	look := func(now time.Duration) TimeIn {
		_, in := r.sums(at(0), at(now))
		return in
	}
	if in := look(10 * time.Second); in != (TimeIn{Closed: 10 * time.Second}) {
		t.Errorf("%+v", in)
	}
	r.add(Transition{From: Closed, To: Open, At: at(9 * time.Second)}, at(0))
	if in := look(11 * time.Second); in != (TimeIn{Closed: 10 * time.Second, Open: 2 * time.Second}) {
		t.Errorf("%+v", in)
	}
	r.add(Transition{From: Open, To: HalfOpen, At: at(10 * time.Second)}, at(0))
	r.add(Transition{From: HalfOpen, To: Closed, At: at(11 * time.Second)}, at(0))
	if in := look(15 * time.Second); in != (TimeIn{Closed: 13 * time.Second, Open: 2 * time.Second, HalfOpen: time.Second}) {
		t.Errorf("%+v", in)
	}
}
