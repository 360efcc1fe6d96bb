// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// tenants are those for whom the models and storms call.
var tenants = []string{"", "one", "two", "three"}

// machine does the same to a model and to a gate in virtual time.
type machine struct {
	model
	lanes  int // over which the permits are divided before some steps; 0: never
	gate   *mailbox.Gate
	clock  *fuseboard.Clock
	mu     sync.Mutex
	visits []*visit
}

func newMachine(t *rapid.T, lanes int) *machine {
	b := drawBulkhead(t)
	clock := fuseboard.NewClock()
	m := &machine{model: model{bulkhead: b}, lanes: lanes, gate: mailbox.NewGate(b, clock), clock: clock}
	m.tie = m.tieBy(t)
	return m
}

// tieBy asks the gate which of several tenants yields, and has it be one of them.
func (m *machine) tieBy(t *rapid.T) func(fuseboard.Priority, []string) int {
	return func(p fuseboard.Priority, tenants []string) int {
		at := slices.Index(tenants, m.gate.Crowded(p))
		if at < 0 {
			t.Fatalf("%q would yield, and not one of %q", m.gate.Crowded(p), tenants)
		}
		return at
	}
}

// steps are all that may be done to the gate. Before each its permits are divided, or not:
// as agree brings them together, each kind of step meets both.
func (m *machine) steps() map[string]func(*rapid.T) {
	steps := map[string]func(*rapid.T){
		"TryEnter": m.tryEnter, "TryEnter again": m.tryEnter, "Enter": m.enter, "Enter again": m.enter,
		"Post": m.post, "Leave": m.leave, "Come and go": m.comeAndGo,
		"Cancel": m.cancel, "Resize": m.resize, "Flush": m.flush,
		"Suspend": m.suspend, "Resume": m.resume, "Close": m.close, "Stop": m.stop,
	}
	for name, step := range steps {
		steps[name] = func(t *rapid.T) {
			m.divide(t)
			step(t)
		}
	}
	return steps
}

// divide divides the permits if it may: a gate that is closed or suspended, or at which
// somebody waits, is whole.
func (m *machine) divide(t *rapid.T) {
	if m.lanes == 0 || !rapid.Bool().Draw(t, "divide") {
		return
	}
	m.gate.Divide(m.lanes)
	if got, want := m.gate.Divided(), m.admitsAll(); got != want {
		t.Fatalf("divided: %v, want %v", got, want)
	}
}

// comeAndGo is many steps without a look between them, so that the permits stay divided
// and go from share to share.
func (m *machine) comeAndGo(t *rapid.T) {
	for range rapid.IntRange(1, 30).Draw(t, "times") {
		if m.inUse > 0 && rapid.Bool().Draw(t, "leave") {
			m.leave(t)
		} else {
			m.tryEnter(t)
		}
	}
}

func (m *machine) tryEnter(t *rapid.T) {
	want := m.admitsAll()
	if want {
		m.inUse++
	}
	if got := m.gate.TryEnter(); got != want {
		t.Fatalf("TryEnter is %v, want %v", got, want)
	}
}

// come makes a visit known to the model.
func (m *machine) come(t *rapid.T) (context.Context, fuseboard.Instant, *visit) {
	until := fuseboard.Never
	if rapid.Bool().Draw(t, "has deadline") {
		until = m.now.Add(time.Duration(rapid.IntRange(-1, 300).Draw(t, "deadline in ms")) * time.Millisecond)
	}
	ctx, cancel := context.WithCancelCause(ctxBG)
	v := &visit{
		priority: rapid.SampledFrom(priorities).Draw(t, "priority"),
		leave:    func() { cancel(errLeave) },
	}
	tenant := rapid.SampledFrom(tenants).Draw(t, "tenant")
	if m.bulkhead.Fair {
		v.tenant = tenant
	}
	ctx = fuseboard.WithMeta(ctx, fuseboard.Meta{Priority: v.priority, Tenant: tenant})
	if rapid.IntRange(0, 4).Draw(t, "gone already") == 0 {
		v.cause = errLeave
		v.leave()
	}
	m.visits = append(m.visits, v)
	m.arrive(v, until)
	return ctx, until, v
}

func (m *machine) answer(v *visit, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v.got, v.ended = err, true
	v.answers++
}

func (m *machine) enter(t *rapid.T) {
	ctx, until, v := m.come(t)
	go func() { m.answer(v, m.gate.Enter(ctx, until)) }()
}

func (m *machine) post(t *rapid.T) {
	ctx, until, v := m.come(t)
	m.gate.Post(ctx, until, work{
		run:    func() { m.answer(v, nil) },
		refuse: func(why error) { m.answer(v, why) },
	})
}

func (m *machine) leave(t *rapid.T) {
	if m.inUse == 0 {
		t.Skip("nobody is inside")
	}
	m.inUse--
	m.grant()
	m.gate.Leave()
}

func (m *machine) cancel(t *rapid.T) {
	if len(m.waiting) == 0 {
		t.Skip("nobody waits")
	}
	v := rapid.SampledFrom(m.waiting).Draw(t, "who")
	m.model.answer(v, errLeave)
	v.leave()
}

func (m *machine) resize(t *rapid.T) {
	m.reshape(drawBulkhead(t))
	m.grant()
	m.gate.Resize(m.bulkhead)
}

func (m *machine) flush(t *rapid.T) {
	want := m.drop(errBoom, everyone)
	if got := m.gate.Flush(errBoom); got != want {
		t.Fatalf("flushed %d, want %d", got, want)
	}
}

func (m *machine) suspend(*rapid.T) {
	m.suspended = true
	m.gate.Suspend()
}

func (m *machine) resume(*rapid.T) {
	m.suspended = false
	m.grant()
	m.gate.Resume()
}

// close and stop are rare, because little happens after them.
func (m *machine) close(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "close") != 0 {
		t.Skip("not now")
	}
	m.closed = true
	m.gate.Close()
}

func (m *machine) stop(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "stop") != 0 {
		t.Skip("not now")
	}
	m.closed, m.suspended = true, false
	m.drop(mailbox.ErrStopped, everyone)
	m.gate.Stop()
}

func (m *machine) advance(t *rapid.T) {
	d := time.Duration(rapid.IntRange(1, 150).Draw(t, "ms")) * time.Millisecond
	m.model.advance(d)
	time.Sleep(d)
}

// advanceShortly lets a queue stand and does not empty it.
func (m *machine) advanceShortly(t *rapid.T) {
	d := time.Duration(rapid.IntRange(1, 12).Draw(t, "ms")) * time.Millisecond
	m.model.advance(d)
	time.Sleep(d)
}

// rarely skips a step nine times of ten.
func rarely(step func(*rapid.T)) func(*rapid.T) {
	return func(t *rapid.T) {
		if rapid.IntRange(0, 9).Draw(t, "now") != 0 {
			t.Skip("not now")
		}
		step(t)
	}
}

// agree is checked after every step, when everything has come to rest.
func (m *machine) agree(t *rapid.T) {
	synctest.Wait()
	m.mu.Lock()
	defer m.mu.Unlock()
	if got, want := m.gate.Depth(), m.depth(); got != want {
		t.Fatalf("the gate holds %+v, want %+v", got, want)
	}
	for i, v := range m.visits {
		if !v.matches() {
			t.Fatalf("visit %d: answered %v (%d times) with %v; want %v with %v", i, v.ended, v.answers, v.got, v.done, v.want)
		}
	}
	if m.clock.Now() != m.now {
		t.Fatalf("time is %v, want %v", m.clock.Now(), m.now)
	}
}

// tearDown sends everyone home, also after a failure.
func (m *machine) tearDown() {
	m.gate.Stop()
	for range m.gate.Depth().InUse {
		m.gate.Leave()
	}
	synctest.Wait()
	if d := m.gate.Depth(); d.InUse != 0 || d.Waiting != 0 {
		panic(fmt.Sprintf("left behind: %+v", d))
	}
}
