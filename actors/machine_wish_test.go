// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pgregory.net/rapid"
)

// deed is what one attempt of a wish does.
type act struct {
	how  string
	take time.Duration // before it
	deaf bool          // and does not heed its context meanwhile
	to   *ward         // nested: whom it asks
	its  string        // and for what
}

// wish is one request, and all that is known of it.
type wish struct {
	m     *machine
	id    int
	of    *ward
	asks  *Ref[*wish, int] // nil of a keyed ward
	way   string
	key   string // of a keyed ward
	safe  bool
	deeds []act // the last one repeats
	dated bool  // its caller's context has a deadline
	ctx   context.Context
	leave context.CancelFunc

	plan     Policy // when it was sent
	first    int    // number of the policy then
	stopping bool   // its ward had begun to stop before it was sent

	// Guarded by m.mu.
	tries   int
	answers int
	value   int
	err     error
	judged  bool
}

// mark is every error of a handler: whose it is cannot be mistaken.
type mark struct {
	id, attempt int
	how         string
	err         error
}

func (e *mark) Error() string { return fmt.Sprintf("%s of %d.%d: %v", e.how, e.id, e.attempt, e.err) }
func (e *mark) Unwrap() error { return e.err }

// errLetter is the answer of the actor library's dead letters.
var errLetter = errors.New("dead letter")

func answerTo(id, attempt int) int { return id<<4 | attempt }

func (w *wish) deed(attempt int) act { return w.deeds[min(attempt, len(w.deeds))-1] }

var hows = []string{
	"ok", "ok", "ok", "ok", "error", "error", "error", "refused", "hang", "stuck", "panic", "goexit", "broken", "nested",
}

// draw makes a wish of the ward. Each has its own nanoseconds, so that little happens
// at one instant.
func (m *machine) draw(t *rapid.T, of *ward, way string) *wish {
	w := m.newWish(of, way)
	w.safe, w.stopping = rapid.Bool().Draw(t, "safe"), of.settledStop
	for range rapid.IntRange(1, 3).Draw(t, "deeds") {
		d := act{
			how:  rapid.SampledFrom(hows).Draw(t, "how"),
			take: time.Duration(rapid.SampledFrom([]int{0, 0, 0, 20, 120, 400, 3000}).Draw(t, "ms"))*time.Millisecond + time.Duration(w.id*17),
			deaf: rapid.IntRange(0, 3).Draw(t, "deaf") == 0,
		}
		if d.take < time.Millisecond {
			d.take = 0
		}
		if d.how == "nested" {
			d.to = rapid.SampledFrom(m.wards).Draw(t, "other")
			d.its = rapid.SampledFrom([]string{"ok", "error", "refused"}).Draw(t, "its how")
		}
		w.deeds = append(w.deeds, d)
	}
	w.ctx, w.leave = context.WithCancel(context.Background())
	if w.dated = rapid.IntRange(0, 4).Draw(t, "dated") == 0; w.dated {
		w.ctx, w.leave = context.WithTimeout(context.Background(), time.Duration(rapid.IntRange(0, 700).Draw(t, "until"))*time.Millisecond+time.Duration(w.id*13))
	}
	if rapid.IntRange(0, 24).Draw(t, "gone already") == 0 {
		w.leave()
	}
	if of.keyed != nil {
		w.key = m.drawKey(t, w.id)
	}
	return w
}

func (m *machine) newWish(of *ward, way string) *wish {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last++
	w := &wish{m: m, id: m.last, of: of, way: way}
	if len(of.refs) > 0 {
		w.asks = of.refs[w.id%len(of.refs)]
	}
	return w
}

// sent tells the model, just before the request goes its way.
func (w *wish) sent() {
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	w.plan, w.first = w.of.policies[len(w.of.policies)-1], len(w.of.policies)-1
	if w.of.lags {
		w.first = 0 // any may be in force
	}
	w.of.sent++
	if w.way == "tell" {
		w.of.tells++
	}
	w.m.wishes = append(w.m.wishes, w)
}

// answer takes the answer, from any goroutine.
func (w *wish) answer(value int, err error) {
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	if w.judged {
		w.m.faults = append(w.m.faults, w.say(fmt.Sprintf("is answered once more, with %d, %v", value, err)))
		return
	}
	w.answers++
	w.value, w.err = value, err
}

// begin notes that an attempt begins, and returns its number.
func (w *wish) begin(of *ward) (attempt int) {
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	w.tries++
	of.running++
	of.handling++
	of.tries++
	return w.tries
}

func (w *wish) end(of *ward) {
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	of.running--
	of.handling--
	of.left = append(of.left, time.Now())
}
