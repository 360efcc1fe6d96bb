// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"time"

	"pgregory.net/rapid"
)

// rebuild makes a guard whose handler is built, and sometimes not.
func (m *machine) rebuild(t *rapid.T) {
	fates := rapid.SliceOfN(rapid.SampledFrom([]string{"ok", "ok", "ok", "error", "panic", "goexit", "stuck", "hang", "nil"}), 1, 4).Draw(t, "builds")
	m.make(t, func(w *ward, under Parent) error {
		builds := 0 // one at a time
		w.rebuilt = true
		r, err := Rebuild(under, w.name, func(ctx context.Context) (Handler[*wish, int], error) {
			builds++
			w.building(m, 1)
			defer w.building(m, -1)
			return m.built(ctx, w, fates[builds%len(fates)])
		}, w.policy(), m.hooks())
		if err == nil {
			w.g, w.refs = r.Guard, []*Ref[*wish, int]{r}
		}
		return err
	})
}

func (w *ward) building(m *machine, n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n > 0 && w.running != w.handling {
		m.faults = append(m.faults, w.name+" is built twice at once")
	}
	if w.running += n; n < 0 {
		w.left = append(w.left, time.Now())
	}
}

func (m *machine) built(ctx context.Context, w *ward, fate string) (Handler[*wish, int], error) {
	act{take: 5 * time.Millisecond}.spend(ctx)
	switch fate {
	case "error":
		return nil, errRefused
	case "nil":
		return nil, nil
	case "panic":
		panic("boom")
	case "goexit":
		endGoroutine()
	case "stuck":
		<-m.wedge()
	case "hang":
		<-ctx.Done()
	}
	return m.handle(w), nil
}

func (m *machine) spawnKeyed(t *rapid.T) {
	limits := KeyLimits{Max: rapid.IntRange(1, 6).Draw(t, "max"), Idle: time.Minute}
	m.make(t, func(w *ward, under Parent) error {
		k, err := SpawnKeyed(under, w.name, m.handle(w), w.policy(), limits, m.hooks())
		if err == nil {
			w.keyed, w.g = k, k.head
		}
		return err
	})
}

// drawKey is one of a few keys, or one that nobody has seen.
func (m *machine) drawKey(t *rapid.T, id int) string {
	key := rapid.SampledFrom([]string{"a", "a", "a", "b", "b", "c", "d", "\n", "", "new", "new"}).Draw(t, "key")
	if key == "new" {
		return fmt.Sprint("new", id)
	}
	return key
}

func (m *machine) makeGroup(t *rapid.T) {
	name := rapid.SampledFrom([]string{"eu", "us", "asia", "lab"}).Draw(t, "name")
	n := &brood{name: name, under: m.anyHome(t)}
	taken, unknown := false, false
	for _, other := range m.broods {
		if other.name == name && !other.g.hasStopped() {
			taken, unknown = true, other.stopping
		}
	}
	var err error
	if n.under == nil {
		n.g, err = m.sys.Group(name, m.drawGroup(t))
	} else {
		n.g, err = n.under.g.Group(name, m.drawGroup(t))
	}
	if !unknown {
		m.expect(t, "group "+name, err, m.down || n.under != nil && n.under.stopping, taken)
	}
	if err == nil {
		m.broods = append(m.broods, n)
	}
}
