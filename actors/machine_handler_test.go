// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"runtime"
	"syscall"
	"time"

	"pgregory.net/rapid"
)

// handle is the handler of every ward.
func (m *machine) handle(of *ward) Handler[*wish, int] {
	return func(ctx context.Context, w *wish) (int, error) {
		attempt := w.begin(of)
		defer w.end(of)
		if w.of != of {
			m.fault("wish %d of %s runs in %s", w.id, w.of.name, of.name)
		}
		d := w.deed(attempt)
		bad := func(err error) error { return &mark{w.id, attempt, d.how, err} }
		if !d.spend(ctx) {
			return 0, bad(ctx.Err())
		}
		switch d.how {
		case "error":
			return 0, bad(errDown)
		case "refused":
			return 0, bad(syscall.ECONNREFUSED)
		case "broken":
			return 0, Broken(bad(errTorn))
		case "hang":
			<-ctx.Done()
			return 0, bad(ctx.Err())
		case "stuck":
			<-m.wedge()
		case "panic":
			panic(bad(errDown))
		case "goexit":
			runtime.Goexit()
		case "nested":
			if err := m.nested(ctx, d); err != nil {
				return 0, bad(err)
			}
		}
		return answerTo(w.id, attempt), nil
	}
}

// nested is the call of another guard inside a handler.
func (m *machine) nested(ctx context.Context, d act) error {
	w := m.newWish(d.to, "call")
	w.deeds, w.key = []act{{how: d.its}}, "a"
	w.ctx, w.leave = context.WithCancel(ctx)
	defer w.leave()
	w.dated = true // for all that is known
	w.start()
	m.mu.Lock()
	defer m.mu.Unlock()
	return w.err
}

// spend takes the deed's time. It reports false when the context ended first.
func (d act) spend(ctx context.Context) bool {
	if d.take == 0 {
		return true
	}
	timer := time.NewTimer(d.take)
	defer timer.Stop()
	if d.deaf {
		<-timer.C
		return true
	}
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// wedge returns what a handler waits for that ignores its context.
func (m *machine) wedge() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := make(chan struct{})
	if m.over {
		close(c)
		return c
	}
	m.stuck = append(m.stuck, c)
	return c
}

// letAllGo ends all that hangs, lets nothing hang any more, and all callers leave.
func (m *machine) letAllGo() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.over = true
	for _, c := range m.stuck {
		close(c)
	}
	m.stuck = nil
	for _, w := range m.wishes {
		w.leave()
	}
}

func (m *machine) letGo(t *rapid.T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.stuck) == 0 {
		t.Skip("nothing hangs")
	}
	i := rapid.IntRange(0, len(m.stuck)-1).Draw(t, "which")
	close(m.stuck[i])
	m.stuck = append(m.stuck[:i], m.stuck[i+1:]...)
}
