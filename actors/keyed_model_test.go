// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// keyModel is what is known of a key that has a guard.
type keyModel struct {
	guard     *Guard
	used      time.Time
	asks      []chan struct{} // running; closed to end them
	commanded time.Time       // until when a command is in force
}

// keyMachine runs a Keyed and its model side by side.
type keyMachine struct {
	k       *Keyed[int, int]
	l       KeyLimits
	p       Policy
	keys    map[string]*keyModel // protected or not; only those that still have their guard
	version uint64
	fresh   int
	calls   uint64
	refused uint64
	next    chan chan struct{} // what the next hanging handler waits for
}

func (m *keyMachine) handle(_ context.Context, n int) (int, error) {
	if n == 0 {
		<-<-m.next
	}
	return failing(context.Background(), n)
}

// matters reports whether the key must not be forgotten now.
func (km *keyModel) matters() bool {
	return len(km.asks) > 0 || km.guard.State() != Closed || time.Now().Before(km.commanded)
}

// forget drops from the model what has lost its guard, which only those may
// that do not matter, and reports how many places could be made free.
func (m *keyMachine) forget(t *rapid.T) {
	for key, km := range m.keys {
		g, found := m.k.Guard(key)
		switch {
		case found && g == km.guard:
		case km.matters():
			t.Fatalf("%s lost its guard: %d calls, %s, commanded until %v", key, len(km.asks), km.guard.State(), km.commanded)
		default:
			delete(m.keys, key)
		}
	}
}

// use tells the model that the key was used, which must have been possible
// exactly if it had a guard or some place was free or could be made free.
func (m *keyMachine) use(t *rapid.T, key string, err error) bool {
	before := m.keys[key]
	room := before != nil || len(m.keys) < m.l.Max
	for _, km := range m.keys {
		room = room || !km.matters()
	}
	if got := !errors.Is(err, ErrTooManyKeys); got != room {
		t.Fatalf("%s: room %v, and got %v", key, room, err)
	}
	if !room {
		m.refused++
		return false
	}
	g, found := m.k.Guard(key)
	if !found || (before != nil && before.guard != g) {
		t.Fatalf("%s is used, and has no guard or another", key)
	}
	if before == nil {
		m.keys[key] = &keyModel{guard: g}
	}
	m.keys[key].used = time.Now()
	return true
}

func (m *keyMachine) check(t *rapid.T) {
	synctest.Wait()
	m.forget(t)
	s := m.k.Stats()
	inUse, notClosed, commanded := 0, 0, 0
	for key, km := range m.keys {
		if len(km.asks) > 0 {
			inUse++
		}
		if km.guard.State() != Closed {
			notClosed++
		}
		if time.Now().Before(km.commanded) {
			commanded++
		}
		if idle := time.Since(km.used); idle > m.l.Idle+m.l.Idle/8+2*time.Millisecond && !km.matters() {
			t.Fatalf("%s is idle for %v and has a guard", key, idle)
		}
		if v := km.guard.Stats().PolicyVersion; v != m.version {
			t.Fatalf("%s has policy %d, want %d", key, v, m.version)
		}
	}
	if s.Keys != len(m.keys) || s.Keys > m.l.Max || s.InUse != inUse || s.NotClosed != notClosed || s.Commanded != commanded ||
		s.Refused != m.refused || s.PolicyVersion != m.version || s.Calls != m.calls || int64(s.Keys) != m.k.count.Load() {
		t.Fatalf("%+v, want %d keys, %d in use, %d not closed, %d commanded, %d refused, %d calls", s, len(m.keys), inUse, notClosed, commanded, m.refused, m.calls)
	}
}

func (m *keyMachine) draw(t *rapid.T) string {
	return rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "\n"}).Draw(t, "key")
}

func (m *keyMachine) actions() map[string]func(*rapid.T) {
	ctx := context.Background()
	call := func(n int) func(t *rapid.T) {
		return func(t *rapid.T) {
			key := m.draw(t)
			_, err := m.k.Call(ctx, key, n)
			if m.use(t, key, err) {
				m.calls++
			}
		}
	}
	return map[string]func(*rapid.T){
		"": m.check, "good": call(1), "bad": call(-1), "worse": call(-1),
		"ask": func(t *rapid.T) {
			key, end := m.draw(t), make(chan struct{})
			m.next <- end
			f := m.k.Ask(ctx, key, 0)
			synctest.Wait()
			select {
			case <-f.Done(): // refused at once
				<-m.next
				_, err := f.Wait(ctx)
				if m.use(t, key, err) {
					m.calls++
				}
			default:
				if m.use(t, key, nil) {
					m.keys[key].asks = append(m.keys[key].asks, end)
				}
			}
		},
		"answer": func(t *rapid.T) {
			key := m.draw(t)
			km := m.keys[key]
			if km == nil || len(km.asks) == 0 {
				t.Skip("nothing runs")
			}
			close(km.asks[0])
			km.asks, km.used = km.asks[1:], time.Now()
			m.calls++
			synctest.Wait()
		},
		"command": func(t *rapid.T) {
			key := m.draw(t)
			c := Command{Mode: rapid.SampledFrom([]Mode{Enforce, Shadow, Off, HoldOpen, HoldClosed}).Draw(t, "mode"), Reason: "r", By: "b"}
			until := time.Time{}
			if c.Mode != Enforce {
				c.TTL = rapid.SampledFrom([]time.Duration{time.Second, time.Hour}).Draw(t, "ttl")
				until = time.Now().Add(c.TTL)
			}
			c.Reset = rapid.Bool().Draw(t, "reset")
			if err := m.k.Command(ctx, key, c); m.use(t, key, err) {
				m.keys[key].commanded = until
			}
		},
		"update": func(t *rapid.T) {
			m.p.Breaker.Consecutive = rapid.IntRange(1, 3).Draw(t, "consecutive")
			change, err := m.k.Update(ctx, m.p)
			m.version++
			if err != nil || change.Version != m.version {
				t.Fatalf("%+v, %v", change, err)
			}
		},
		"flood": func(t *rapid.T) {
			for range rapid.IntRange(1, 10).Draw(t, "keys") {
				m.fresh++
				key := fmt.Sprint("fresh", m.fresh)
				_, err := m.k.Call(ctx, key, 1)
				if m.use(t, key, err) {
					m.calls++
				}
				m.forget(t)
			}
		},
		"time": func(t *rapid.T) {
			time.Sleep(rapid.SampledFrom([]time.Duration{time.Second, 12 * time.Second, time.Minute, 70 * time.Second}).Draw(t, "time"))
		},
	}
}

func TestKeyedEqualsItsModelOverRandomHistories(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		synctest.Test(t, func(t *testing.T) {
			sys, err := Start(Options{Seed: rapid.Uint64Min(1).Draw(rt, "seed")})
			if err != nil {
				t.Fatal(err)
			}
			m := &keyMachine{
				l:    KeyLimits{Max: rapid.IntRange(1, 5).Draw(rt, "max"), Idle: time.Minute},
				p:    Policy{Breaker: Breaker{Consecutive: 2, OpenFor: 10 * time.Second, Probes: 1}},
				keys: make(map[string]*keyModel), version: 1, next: make(chan chan struct{}, 1),
			}
			m.k = keyed(t, sys, m.p, m.l, m.handle)
			rt.Repeat(m.actions())
			for _, km := range m.keys {
				for _, end := range km.asks {
					close(end)
				}
			}
			if err := sys.Shutdown(t.Context()); err != nil {
				rt.Fatal(err)
			}
			_, err = m.k.Call(t.Context(), "a", 1)
			wantIs(t, err, ErrStopped)
		})
	})
}
