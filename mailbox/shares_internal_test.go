// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"

	"github.com/fuseboard/fuseboard"
	processor "github.com/fuseboard/fuseboard/internal/lane"
)

// clash is what finding another quicker often enough does.
func clash(g *Gate) {
	for range clashesToDivide {
		g.clashed()
	}
}

func TestPermitsAreDividedWhereProcessorsClashAndThereAreEnough(t *testing.T) {
	defer processor.Force(4)()
	made := func(permits int) *Gate {
		return NewGate(Bulkhead{Concurrency: permits, Queue: 2}, fuseboard.NewClock())
	}
	inside := func(n int) *Gate {
		g := made(64)
		for range n {
			g.TryEnter()
		}
		return g
	}
	after := func(act func(*Gate)) *Gate {
		g := made(64)
		act(g)
		return g
	}
	for name, c := range map[string]struct {
		gate *Gate
		want bool
	}{
		"sixteen for each":   {made(64), true},
		"fewer":              {made(63), false},
		"no limit":           {NewGate(Bulkhead{}, fuseboard.NewClock()), true},
		"half are in use":    {inside(32), true},
		"more are in use":    {inside(33), false},
		"closed":             {after((*Gate).Close), false},
		"suspended":          {after((*Gate).Suspend), false},
		"watched":            {after(func(g *Gate) { g.TryEnter(); g.whenIdle(func() {}) }), false},
		"with overruns":      {after(func(g *Gate) { NewOverruns(g) }), false},
		"shrunk":             {after(func(g *Gate) { g.Resize(Bulkhead{Concurrency: 8}) }), false},
		"under the lock":     {after(func(g *Gate) { g.mu.Lock() }), false},
		"while one waits":    {after(func(g *Gate) { g.word.Add(waiterOne) }), false},
		"suspended, resumed": {after(func(g *Gate) { g.Suspend(); g.Resume() }), true},
	} {
		if clash(c.gate); c.gate.Divided() != c.want {
			t.Errorf("%s: divided is %v", name, c.gate.Divided())
		}
	}
	g := made(64)
	for range clashesToDivide - 1 {
		g.clashed()
	}
	if g.Divided() {
		t.Error("divided too early")
	}
	processor.Force(1)
	if g = made(1000); true {
		clash(g)
	}
	if g.Divided() {
		t.Error("divided on one processor")
	}
}

// All that is not a plain coming and going finds the gate as it was.
func TestDividedPermitsAreGatheredForEverythingElse(t *testing.T) {
	defer processor.Force(4)()
	for name, act := range map[string]func(*Gate){
		"Depth":       func(g *Gate) { g.Depth() },
		"Resize":      func(g *Gate) { g.Resize(Bulkhead{Concurrency: 20}) },
		"Close":       (*Gate).Close,
		"Stop":        (*Gate).Stop,
		"Suspend":     (*Gate).Suspend,
		"Idle":        func(g *Gate) { g.whenIdle(func() {}) },
		"NewOverruns": func(g *Gate) { NewOverruns(g) },
		"who is too many": func(g *Gate) {
			for g.TryEnter() {
				defer g.Leave()
			}
		},
	} {
		g := NewGate(Bulkhead{Concurrency: 20}, fuseboard.NewClock())
		g.TryEnter()
		if !g.Divide(4) {
			t.Fatal("not divided")
		}
		for range 6 {
			g.TryEnter()
		}
		g.Leave()
		act(g)
		if g.Divided() || g.division.Load() != nil {
			t.Errorf("%s leaves the permits divided", name)
		}
		if in := g.word.Load() & inUseMask; in != 6 {
			t.Errorf("%s: %d permits are in use, want 6", name, in)
		}
	}
}

func TestLeaveWithoutAPermitOfADividedGate(t *testing.T) {
	defer processor.Force(1)()
	g := NewGate(Bulkhead{Concurrency: 5}, fuseboard.NewClock())
	g.Divide(1)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("more permits are free than there are, and nobody noticed")
			}
		}()
		g.Leave()
	}()
	if d := g.Depth(); d.InUse != 0 {
		t.Errorf("%+v", d)
	}
	for range 5 {
		if !g.TryEnter() {
			t.Fatal("a permit is lost")
		}
	}
	if g.TryEnter() {
		t.Error("one too many was let in")
	}
}

// Who has found its share before the permits were gathered, and gives to it afterwards:
// that is not looked at any more, whatever the gate's limit is by then.
func TestShareThatWasGatheredTakesNothing(t *testing.T) {
	g := NewGate(Bulkhead{Concurrency: 40}, fuseboard.NewClock())
	g.TryEnter()
	g.Divide(2)
	old := g.division.Load()
	g.Resize(Bulkhead{Concurrency: 3})
	g.Divide(2)
	if free := old.at(0).free.Add(1); free <= old.limit || old.at(0).take() != other {
		t.Errorf("%d are free in a share that was gathered", free)
	}
	g.Leave()
	if d := g.Depth(); d.InUse != 0 {
		t.Errorf("%+v", d)
	}
}

func TestAnyNumberIsAProcessor(t *testing.T) {
	g := NewGate(Bulkhead{Concurrency: 5}, fuseboard.NewClock())
	g.Divide(4)
	numbers := []int{math.MaxInt, -7, 0, 3, 1 << 40}
	for _, n := range numbers {
		if !g.TryEnterAt(n) {
			t.Errorf("no permit at %d", n)
		}
	}
	for _, n := range numbers {
		g.LeaveAt(n)
	}
	if d := g.Depth(); d.InUse != 0 {
		t.Errorf("%+v", d)
	}
}

// Whoever finds the shares shut waits until they are open or gathered, and gets or gives
// its permit then.
func TestWhoComesWhilePermitsAreDividedWaitsForTheLock(t *testing.T) {
	g := NewGate(Bulkhead{Concurrency: 4}, fuseboard.NewClock())
	g.TryEnter()
	g.mu.Lock()
	d := &division{shares: make([]share, 2), limit: 4}
	for i := range d.shares {
		d.shares[i].free.Store(shutBit)
	}
	g.division.Store(d)
	g.word.Store(4 | dividedBit)
	entered, left := make(chan bool), make(chan struct{})
	go func() { entered <- g.TryEnter() }()
	go func() { g.Leave(); close(left) }()
	d.shares[0].free.Store(2)
	d.shares[1].free.Store(1)
	g.mu.Unlock()
	if !<-entered {
		t.Error("refused beside three free permits")
	}
	<-left
	if d := g.Depth(); d.InUse != 1 {
		t.Errorf("%+v", d)
	}
}

// Between a TryEnter that found no permit and the queue, the permits may be divided.
func TestPermitsThatAreDividedBeforeTheQueueIsTaken(t *testing.T) {
	g := NewGate(Bulkhead{Concurrency: 3}, fuseboard.NewClock()) // no queue
	g.TryEnter()
	g.Divide(2)
	for range 2 {
		if w, err := g.join(context.Background(), unread, fuseboard.Never, nil); w != nil || err != nil {
			t.Errorf("refused beside a free permit: %v, %v", w, err)
		}
	}
	if _, err := g.join(context.Background(), unread, fuseboard.Never, nil); !errors.Is(err, ErrFull) {
		t.Errorf("got %v", err)
	}
	if d := g.Depth(); d.InUse != 3 {
		t.Errorf("%+v", d)
	}
}

func TestWhoMustWaitGathersThePermits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer processor.Force(4)()
		g := NewGate(Bulkhead{Concurrency: 5, Queue: 1}, fuseboard.NewClock())
		g.Divide(4)
		for range 5 {
			if err := g.Enter(context.Background(), fuseboard.Never); err != nil {
				t.Fatal(err)
			}
		}
		if !g.Divided() {
			t.Error("gathered although nobody was too many")
		}
		answer := make(chan error, 1)
		go func() { answer <- g.Enter(context.Background(), fuseboard.Never) }()
		synctest.Wait()
		if g.Divided() || g.Depth().Waiting != 1 {
			t.Errorf("%v, %+v", g.Divided(), g.Depth())
		}
		g.Leave()
		if err := <-answer; err != nil {
			t.Error(err)
		}
	})
}
