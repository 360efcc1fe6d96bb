// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"pgregory.net/rapid"
)

// The machine lives random histories of a whole System, in virtual time, beside a
// model that knows what is certain of it. What the parts of the machine do stands in
// the files named machine_…: wards (what is protected), wishes (requests), endings
// (stops and shutdowns), and what is looked at after each step and at the end.
type machine struct {
	sys    *System
	base   map[string]bool // what the registry of an idle System holds
	sub    *Subscription
	told   map[string]*story // events, by who they are of
	wards  []*ward
	broods []*brood
	ends   []*ending
	others []*Subscription
	users  []*actor.PID
	down   bool // a Shutdown has begun
	cut    bool // what it left behind may keep groups from telling their end
	over   bool // the machine lets go: nothing begins any more
	steps  int
	doing  []string // what was done, for whoever looks for a fault

	mu      sync.Mutex
	wishes  []*wish // that are not judged yet
	last    int     // number of the last wish
	forged  int     // messages that are not answered yet
	mouths  []*actor.PID
	faults  []string
	dropped map[int]bool    // answers that were discarded
	stuck   []chan struct{} // handlers and builds that ignore everything else
}

// fault notes what must not be, from any goroutine.
func (m *machine) fault(format string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults = append(m.faults, fmt.Sprintf("at %s: ", time.Duration(m.sys.Now()))+fmt.Sprintf(format, args...))
}

// confess fails with what was noted. Only the test's goroutine may.
func (m *machine) confess(t rapid.TB) {
	m.mu.Lock()
	faults := m.faults
	m.mu.Unlock()
	if len(faults) > 0 {
		m.fail(t, "step %d:\n%s", m.steps, strings.Join(faults, "\n"))
	}
}

// fail says what was done, and fails.
func (m *machine) fail(t rapid.TB, format string, args ...any) {
	t.Fatalf("%s\n%s", fmt.Sprintf(format, args...), strings.Join(m.doing, "\n"))
}

func startMachine(t rapid.TB, seed uint64) *machine {
	m := &machine{told: map[string]*story{}, dropped: map[int]bool{}}
	sys, err := Start(Options{Seed: seed, Logger: slog.New(sink(m.line))})
	if err != nil {
		t.Fatal(err)
	}
	m.sys = sys
	m.sub = sys.Subscribe(4096)
	sys.actors.EventStream.Subscribe(func(event any) {
		dead, is := event.(*actor.DeadLetterEvent)
		if !is || dead.Sender != nil {
			return
		}
		_, quiet := dead.Message.(actor.IgnoreDeadLetterLogging)
		if !quiet && !ofNoConcern(dead.Message) {
			m.fault("a dead letter to %s: %T", dead.PID, dead.Message)
		}
	})
	synctest.Wait()
	m.base = m.registered()
	return m
}

// line is one line of the log. It runs on the journal's goroutine.
func (m *machine) line(r slog.Record) {
	for _, bad := range []string{"[DeadLetter]", "unknown system message", "group broke", "builder did not start", "Discard panicked"} {
		if strings.Contains(r.Message, bad) {
			m.fault("logged: %s", r.Message)
		}
	}
}

// registered names what is in the actor library's registry.
func (m *machine) registered() map[string]bool {
	all := map[string]bool{}
	for _, bucket := range m.sys.actors.ProcessRegistry.LocalPIDs.LocalPIDs {
		bucket.IterCb(func(id string, _ any) { all[id] = true })
	}
	return all
}

func (m *machine) actions() map[string]func(*rapid.T) {
	all := map[string]func(*rapid.T){
		"group": m.makeGroup, "protect": m.protect, "spawn": m.spawn, "bind": m.bind, "rebuild": m.rebuild, "spawn keyed": m.spawnKeyed,
		"call": m.send("call"), "call2": m.send("call"), "ask": m.send("ask"), "tell": m.send("tell"), "do": m.send("do"),
		"message": m.send("message"), "message2": m.send("message"), "by an actor": m.send("actor"), "burst": m.burst,
		"caller leaves": m.callerLeaves, "let go": m.letGo, "time": m.later, "time2": m.later, "time3": m.later,
		"update": m.update, "update group": m.updateGroup, "command": m.command, "command all": m.commandAll, "command key": m.commandKey,
		"forged": m.forge, "break": m.breakOne, "raw stop": m.rawStop, "spawn actor": m.spawnActor,
		"subscribe": m.subscribe, "unsubscribe": m.unsubscribe, "look": m.look,
		"stop": m.stop, "stop group": m.stopGroup, "shutdown": m.shutdown,
	}
	for name, run := range all {
		all[name] = func(t *rapid.T) {
			m.doing = append(m.doing, fmt.Sprintf("%s: %s", time.Duration(m.sys.Now()), name))
			run(t)
		}
	}
	all[""] = func(t *rapid.T) { m.check(t) }
	return all
}

// with tells more of what is done.
func (m *machine) with(what ...any) {
	last := len(m.doing) - 1
	m.doing[last] += " " + fmt.Sprint(what...)
}

// TestMachineOfASystem is the random history of everything at once.
func TestMachineOfASystem(t *testing.T) {
	var run tallies
	rapid.Check(t, func(rt *rapid.T) {
		run.live(t, rt)
	})
	t.Logf("%d histories, %d steps, %d requests, heap %d KB after the tenth and %d KB after the last",
		run.histories, run.steps, run.requests, run.early>>10, run.heap()>>10)
	if late := run.heap(); run.histories >= 50 && late > run.early+4<<20 {
		t.Errorf("the heap grew from %d to %d bytes over %d histories", run.early, late, run.histories)
	}
}

// tallies are what the test has done, over all histories.
type tallies struct {
	histories, steps, requests int
	early                      uint64 // heap after the tenth history
}

func (*tallies) heap() uint64 {
	var s runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

// eras is how often the average number of steps (rapid.steps: 30) a history may last, at
// least eight times: 5000 histories, as in a soak, are more than a million steps.
const eras = 11

// live lives one history in a bubble of its own. A failure must leave the bubble by
// its own feet: rapid's panics are caught here and go on outside.
func (run *tallies) live(t *testing.T, rt *rapid.T) {
	var caught any
	seed := rapid.Uint64Range(1, 1<<40).Draw(rt, "seed")
	synctest.Test(t, func(*testing.T) {
		m := startMachine(rt, seed)
		defer func() {
			if caught = recover(); caught != nil {
				m.letAllGo()
				ctx, over := context.WithTimeout(context.Background(), time.Hour)
				defer over()
				_ = m.sys.Shutdown(ctx)
				time.Sleep(time.Hour)
			}
		}()
		m.doing = []string{"spawn"}
		m.spawn(rt) // somebody to talk to
		for range rapid.IntRange(8, eras).Draw(rt, "eras") {
			rt.Repeat(m.actions())
		}
		m.finish(rt)
		run.steps += m.steps
		run.requests += m.last
	})
	if fmt.Sprintf("%T", caught) == "rapid.invalidData" {
		panic(caught) // here, because rapid knows what failed by the line
	} else if caught != nil {
		panic(caught)
	}
	if run.histories++; run.histories == 10 {
		run.early = run.heap()
	}
}
