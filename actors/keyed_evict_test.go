// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/supervision"
)

func wantTooMany(t testing.TB, k *Keyed[int, int], key string) {
	t.Helper()
	_, err := k.Call(context.Background(), key, 1)
	wantIs(t, err, ErrTooManyKeys)
}

func enforce(reset bool) Command { return Command{Reason: "done", By: "ops", Reset: reset} }

// Each occupation keeps the only place of a Keyring, from another key and from
// idleness, and ends when told to.
func TestKeyIsNeverEvictedWhileItMatters(t *testing.T) {
	policy := Policy{
		Breaker:  Breaker{Consecutive: 1, OpenFor: 10 * time.Second, OpenGrowth: 1, Probes: 1, Ramp: 10 * time.Second},
		Bulkhead: Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Minute},
	}
	retry := Policy{Retry: Retry{Attempts: 2, Backoff: Backoff{Base: time.Hour, Max: time.Hour, Jitter: supervision.NoJitter}}}
	command := func(m Mode) func(*testing.T, *Keyed[int, int]) func() {
		return func(t *testing.T, k *Keyed[int, int]) func() {
			if err := k.Command(t.Context(), "a", Command{Mode: m, Reason: "r", By: "b", TTL: 24 * time.Hour}); err != nil {
				t.Fatal(err)
			}
			return func() { _ = k.Command(t.Context(), "a", enforce(false)) }
		}
	}
	reset := func(t *testing.T, k *Keyed[int, int]) { _ = k.Command(t.Context(), "a", enforce(true)) }
	for _, c := range []struct {
		name   string
		policy Policy
		occupy func(*testing.T, *Keyed[int, int]) (end func())
	}{
		{"open", policy, func(t *testing.T, k *Keyed[int, int]) func() {
			_, _ = k.Call(t.Context(), "a", -1)
			return func() { reset(t, k) }
		}},
		{"half-open without a probe", policy, func(t *testing.T, k *Keyed[int, int]) func() {
			_, _ = k.Call(t.Context(), "a", -1)
			time.Sleep(20 * time.Second)
			return func() { reset(t, k) }
		}},
		{"running", policy, func(t *testing.T, k *Keyed[int, int]) func() {
			ctx, end := context.WithCancel(t.Context())
			k.Ask(ctx, "a", 0)
			return end
		}},
		{"running through a bound operation", policy, func(t *testing.T, k *Keyed[int, int]) func() {
			wantCall(t, k, "a")
			r, err := Bind(guardOf(t, k, "a"), "more", hang)
			if err != nil {
				t.Fatal(err)
			}
			ctx, end := context.WithCancel(t.Context())
			go func() { _, _ = r.Call(ctx, 0) }()
			return end
		}},
		{"running through Do", policy, func(t *testing.T, k *Keyed[int, int]) func() {
			wantCall(t, k, "a")
			g := guardOf(t, k, "a")
			ctx, end := context.WithCancel(t.Context())
			go func() { _, _ = Do(ctx, g, func(ctx context.Context) (int, error) { return hang(ctx, 0) }) }()
			return end
		}},
		{"running and waiting", policy, func(t *testing.T, k *Keyed[int, int]) func() {
			ctx, end := context.WithCancel(t.Context())
			for range 2 {
				go func() { _, _ = k.Call(ctx, "a", 0) }()
			}
			return end
		}},
		{"backing off", retry, func(t *testing.T, k *Keyed[int, int]) func() {
			ctx, end := context.WithCancel(t.Context())
			go func() { _, _ = k.Call(ctx, "a", -1) }()
			return end
		}},
		{"shadow", policy, command(Shadow)},
		{"off", policy, command(Off)},
		{"held open", policy, command(HoldOpen)},
		{"held closed", policy, command(HoldClosed)},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := keyed(t, start(t), c.policy, KeyLimits{Max: 1, Idle: time.Minute}, func(ctx context.Context, n int) (int, error) {
					if n == 0 {
						return hang(ctx, n)
					}
					return failing(ctx, n)
				}, With[int, int]{Safe: Always[int]})
				end := c.occupy(t, k)
				synctest.Wait()
				g := guardOf(t, k, "a")
				for range 5 {
					wantTooMany(t, k, "b")
					time.Sleep(time.Minute / 2)
				}
				if now := guardOf(t, k, "a"); now != g {
					t.Fatal("it was evicted")
				}
				end()
				synctest.Wait()
				wantCall(t, k, "b")
				if _, found := k.Guard("a"); found || k.Len() != 1 || k.Stats().Refused != 5 {
					t.Errorf("%+v", k.Stats())
				}
			})
		})
	}
}

func TestRampingKeyIsNotEvicted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Policy{Breaker: Breaker{Consecutive: 1, OpenFor: time.Second, Probes: 1, Ramp: 10 * time.Second}}
		k := keyed(t, start(t), p, KeyLimits{Max: 1}, failing)
		_, _ = k.Call(t.Context(), "a", -1)
		time.Sleep(5 * time.Second)
		wantCall(t, k, "a")
		if s := guardOf(t, k, "a").State(); s != Ramping {
			t.Fatal(s)
		}
		wantTooMany(t, k, "b")
		time.Sleep(11 * time.Second) // the alarm closes it, without any call
		synctest.Wait()
		wantCall(t, k, "b")
	})
}

func TestIdleKeysAreForgottenInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keyed(t, start(t), Policy{Breaker: quickBreaker}, KeyLimits{Idle: 8 * time.Minute}, failing)
		for i := range 50 {
			wantCall(t, k, keyNumber(i))
		}
		time.Sleep(4 * time.Minute)
		wantCall(t, k, keyNumber(7))
		time.Sleep(4*time.Minute - time.Second)
		if k.Len() != 50 {
			t.Errorf("%d keys just before their time", k.Len())
		}
		time.Sleep(time.Minute + 2*time.Second)
		synctest.Wait()
		if k.Len() != 1 {
			t.Errorf("%d keys after it", k.Len())
		}
		guardOf(t, k, keyNumber(7))
		time.Sleep(4 * time.Minute)
		synctest.Wait()
		if s := k.Stats(); s.Keys != 0 || s.EvictedIdle != 50 || s.Calls != 51 || s.Created != 50 {
			t.Errorf("%+v", s)
		}
		wantCall(t, k, "again") // and the alarm is set again
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if k.Len() != 0 {
			t.Error("a key after an empty time stays")
		}
	})
}

// A command that was acknowledged is in force: neither the search for room nor
// idleness forgets the key between the command and its effect.
func TestAcknowledgedCommandIsNeverLostToAnEviction(t *testing.T) {
	k := keyed(t, start(t), Policy{Breaker: quickBreaker}, KeyLimits{Max: 8}, failing)
	var flood sync.WaitGroup
	var over atomic.Bool
	for w := range 2 {
		flood.Go(func() {
			for i := 0; !over.Load(); i++ {
				_, _ = k.Call(context.Background(), fmt.Sprint(w, "-", i), 1)
				runtime.Gosched() // or one processor would be the flood's alone
			}
		})
	}
	ctx, rounds := context.Background(), 400
	for i := range rounds {
		key := "commanded-" + keyNumber(i)
		give := func() error { return k.Command(ctx, key, holdOpen) }
		if i%2 == 1 { // through a handle, which may be of a guard that goes at any moment
			give = func() error {
				_, _ = k.Call(ctx, key, 1)
				g, found := k.Guard(key)
				if !found {
					return ErrStopped
				}
				return g.Command(ctx, holdOpen)
			}
		}
		err := give()
		if errors.Is(err, ErrStopped) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		runtime.Gosched()
		if _, err := k.Call(ctx, key, 1); !errors.Is(err, ErrOpen) {
			t.Fatalf("round %d: acknowledged, and the next call got %v", i, err)
		}
		if err := k.Command(ctx, key, enforce(false)); err != nil {
			t.Fatal(err)
		}
	}
	over.Store(true)
	flood.Wait()
	if s := k.Stats(); s.Commanded != 0 || s.InUse != 0 || s.Keys > 8 {
		t.Errorf("%+v", s)
	}
}

// A caller may end its context with an error of ours as the cause. That is not an eviction.
func TestCallersOwnCauseIsNotTakenForAnEviction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		k := keyed(t, start(t), Policy{}, KeyLimits{Max: 1}, func(ctx context.Context, n int) (int, error) {
			runs++
			<-ctx.Done()
			return 0, context.Cause(ctx)
		})
		for i, cause := range []error{ErrStopped, ErrTooManyKeys, &CallError{Dependency: "tenants", Cause: ErrStopped, by: bySystem}} {
			ctx, end := context.WithCancelCause(t.Context())
			f := k.Ask(ctx, "a", 1)
			synctest.Wait()
			end(cause)
			_, err := f.Wait(t.Context())
			wantIs(t, err, cause)
			synctest.Wait()
			if s := k.Stats(); runs != i+1 || s.InUse != 0 || s.Keys != 1 || s.Refused != 0 || s.Created != 1 {
				t.Fatalf("%v: %d runs, %+v", cause, runs, s)
			}
		}
	})
}

// What a key's guard tells ends with its stop before the next guard of the key begins.
func TestOldGuardOfAKeySaysStoppedBeforeTheNewOneSpeaks(t *testing.T) {
	sys := start(t)
	sub := sys.Subscribe(1 << 16)
	k := keyed(t, sys, Policy{Breaker: quickBreaker}, KeyLimits{Max: 2}, failing)
	var workers sync.WaitGroup
	for w := range 4 {
		workers.Go(func() {
			for i := range 300 {
				key := keyNumber((i + w) % 5)
				if k.Command(context.Background(), key, enforce(true)) == nil && i%3 == 0 {
					_, _ = k.Call(context.Background(), key, 1)
				}
			}
		})
	}
	workers.Wait()
	if err := k.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	last, lives := map[string]Event{}, 0
	for len(sub.C()) > 0 {
		e := <-sub.C()
		before, known := last[e.Key]
		fresh := !known || before.Kind == EventStopped
		if fresh != (e.Kind == EventStarted) || (fresh && e.Seq != 1) || (!fresh && e.Seq != before.Seq+1) {
			t.Fatalf("%s: %s %d after %s %d", e.Key, e.Kind, e.Seq, before.Kind, before.Seq)
		}
		if fresh {
			lives++
		}
		last[e.Key] = e
	}
	for key, e := range last {
		if e.Kind != EventStopped {
			t.Errorf("%q ended with %s", key, e.Kind)
		}
	}
	if lives < 20 || sub.Dropped() > 0 {
		t.Errorf("only %d lives, %d events dropped: this test tests nothing", lives, sub.Dropped())
	}
}

// A call that is repeated while keys are evicted around it keeps guard and deadline.
func TestRepeatedCallOfAKeyKeepsItsFirstDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ends []time.Time
		p := Policy{
			Deadline: Deadline{Total: 10 * time.Second},
			Retry:    Retry{Attempts: 4, Backoff: Backoff{Base: 2 * time.Second, Factor: 1, Jitter: supervision.NoJitter}},
		}
		k := keyed(t, start(t), p, KeyLimits{Max: 2, Idle: time.Second}, func(ctx context.Context, n int) (int, error) {
			if n >= 0 {
				return n, nil
			}
			end, _ := ctx.Deadline()
			ends = append(ends, end)
			return 0, errDown
		}, With[int, int]{Safe: Always[int]})
		began := time.Now()
		f := k.Ask(t.Context(), "a", -1)
		synctest.Wait()
		g := guardOf(t, k, "a")
		for i := range 50 { // the place beside it changes hands, and idleness passes over it
			wantCall(t, k, keyNumber(i))
			time.Sleep(100 * time.Millisecond)
		}
		_, err := f.Wait(t.Context())
		if callError(t, err).Attempts != 4 || len(ends) != 4 || g.Stats().Attempts != 4 {
			t.Errorf("%v; %d attempts of this guard", err, g.Stats().Attempts)
		}
		for _, end := range ends {
			if end != began.Add(10*time.Second) {
				t.Errorf("an attempt's deadline is %v after the beginning", end.Sub(began))
			}
		}
	})
}

func TestRefusalOfOneKeyTooManySaysWhatToDo(t *testing.T) {
	k := keyed(t, start(t), Policy{Breaker: quickBreaker}, KeyLimits{Max: 3}, failing)
	for i := range 3 {
		open(t, k, keyNumber(i))
	}
	_, err := k.Call(t.Context(), "one more", 1)
	wantIs(t, err, ErrTooManyKeys)
	if e := callError(t, err); e.RejectedBy() != "keys" || e.Dependency != "tenants" || e.Attempts != 0 {
		t.Errorf("%+v", e)
	}
	want := "tenants: refused by keys: too many keys: each of 3 (limits.max) is in use, or its circuit is not closed or under a command; " +
		"raise limits.max, or reset circuits that nobody needs"
	if err.Error() != want {
		t.Errorf("%v", err)
	}
	_, err = k.Ask(t.Context(), "one more", 1).Wait(t.Context())
	for _, err := range []error{err, k.Tell(t.Context(), "one more", 1), k.Command(t.Context(), "one more", holdOpen)} {
		wantIs(t, err, ErrTooManyKeys)
	}
	if s := k.Stats(); s.Refused != 4 || s.NotClosed != 3 || s.Keys != 3 {
		t.Errorf("%+v", s)
	}
}

func TestAllocationsOfKeyedCalls(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates; run without -race")
	}
	early := earlier(t)
	k := keyed(t, start(t), fullPolicy, KeyLimits{}, echo)
	wantCall(t, k, "a")
	crowded, err := SpawnKeyed(start(t), "tenants", failing, Policy{Breaker: quickBreaker}, KeyLimits{Max: 1})
	if err != nil {
		t.Fatal(err)
	}
	open(t, crowded, "a")
	for what, call := range map[string]func(){
		"the lookup": func() {
			e, _ := k.take("a")
			e.release(1)
		},
		"a call, the caller's deadline is earlier": func() { _, _ = k.Call(early, "a", 1) },
		"refused: too many keys":                   func() { _, _ = crowded.Call(early, "b", 1) },
		"refused: open":                            func() { _, _ = crowded.Call(early, "a", 1) },
	} {
		if got := testing.AllocsPerRun(200, call); got != 0 {
			t.Errorf("%s: %v allocations", what, got)
		}
	}
}

// A flood of keys that come once: memory is bounded, the time for each key is the
// same at the end as at the beginning, no key is refused, none that is busy is
// forgotten and no call is lost from the sums.
func TestFloodOfRandomKeysStaysBoundedAndCheap(t *testing.T) {
	keys, limit := 100_000, 1000
	if testing.Short() {
		keys = 20_000
	}
	if soak := soaking(); soak {
		keys, limit = 1_000_000, 10_000
	}
	k := keyed(t, start(t), fullPolicy, KeyLimits{Max: limit}, echo)
	callEach(t, k, limit)
	busy := make([]*Guard, 10)
	for i := range busy {
		wantCall(t, k, fmt.Sprint("busy", i))
		busy[i] = guardOf(t, k, fmt.Sprint("busy", i))
	}
	full := heap()
	began := time.Now()
	for i := range keys {
		if _, err := k.Call(t.Context(), "flood-"+keyNumber(i), 1); err != nil {
			t.Fatal(err)
		}
		wantCall(t, k, fmt.Sprint("busy", i%len(busy)))
	}
	took, after := time.Since(began), heap()
	t.Logf("%d keys through %d in %v, %v each; heap %d KB full, %d KB after", keys, limit, took.Round(time.Millisecond), took/time.Duration(keys), full>>10, after>>10)
	if after > full+full/4+1<<20 && !underRace {
		t.Errorf("the heap grew from %d to %d bytes", full, after)
	}
	if s := k.Stats(); s.Keys != limit || s.Refused != 0 || s.Calls != uint64(limit+len(busy)+2*keys) || s.Created != uint64(limit)+s.EvictedForRoom {
		t.Errorf("%+v", s)
	}
	kept := 0
	for i, g := range busy {
		if now, found := k.Guard(fmt.Sprint("busy", i)); found && now == g {
			kept++
		}
	}
	if kept != len(busy) {
		t.Errorf("%d of %d busy keys outlived the flood", kept, len(busy))
	}
}

// Where nothing can be forgotten, a flood must not search every key each time.
func TestFloodAgainstOpenKeysLooksAtThemOnce(t *testing.T) {
	const limit = 2000
	k := keyed(t, start(t), Policy{Breaker: Breaker{Consecutive: 1, OpenFor: time.Hour}}, KeyLimits{Max: limit}, failing)
	for i := range limit {
		_, _ = k.Call(t.Context(), keyNumber(i), -1)
	}
	wantTooMany(t, k, "first")
	if k.search.state.Load() != searchInVain {
		t.Error("it will search again")
	}
	for i := range k.shards {
		if k.shards[i].free != 0 {
			t.Errorf("%d open keys would be looked at again", k.shards[i].free)
		}
	}
	if err := k.Command(t.Context(), keyNumber(77), enforce(true)); err != nil {
		t.Fatal(err)
	}
	wantCall(t, k, "second") // in the place of the one that closed
	if _, found := k.Guard(keyNumber(77)); found || k.Len() != limit {
		t.Errorf("%+v", k.Stats())
	}
}

func TestHandleOfAForgottenKeyRefusesAndSaysWhy(t *testing.T) {
	k := keyed(t, start(t), Policy{Breaker: quickBreaker}, KeyLimits{Max: 1}, failing)
	wantCall(t, k, "a")
	g := guardOf(t, k, "a")
	r, err := Bind(g, "more", failing)
	if err != nil {
		t.Fatal(err)
	}
	wantCall(t, k, "b")
	_, called := r.Call(t.Context(), 1)
	_, did := Do(t.Context(), g, func(context.Context) (int, error) { return 1, nil })
	_, asked := r.Ask(t.Context(), 1).Wait(t.Context())
	_, bound := Bind(g, "less", failing)
	for what, err := range map[string]error{"call": called, "do": did, "ask": asked, "command": g.Command(t.Context(), holdOpen), "bind": bound} {
		if !errors.Is(err, ErrStopped) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if !strings.Contains(called.Error(), "tenants:a.more: refused by system") || !strings.Contains(called.Error(), "forgotten") {
		t.Error(called)
	}
	if v := g.Explain().Verdict; v.Admitted || v.RefusedBy != "system" {
		t.Errorf("%+v", v)
	}
}

// Two calls with one new key at the same time need one place, not two.
func TestTwoCallsWithOneNewKeyShareItsPlace(t *testing.T) {
	both := make(chan struct{}, 2)
	k := keyed(t, start(t), Policy{}, KeyLimits{Max: 1}, func(context.Context, int) (int, error) {
		both <- struct{}{}
		for len(both)%2 == 1 { // until the other is inside as well
			runtime.Gosched()
		}
		return 7, nil
	})
	for i := range 300 {
		var callers sync.WaitGroup
		for range 2 {
			callers.Go(func() {
				if _, err := k.Call(context.Background(), keyNumber(i), 1); err != nil {
					t.Error(err)
					both <- struct{}{}
				}
			})
		}
		callers.Wait()
		<-both
		<-both
	}
	if s := k.Stats(); s.Created != 300 || s.Refused != 0 {
		t.Errorf("%+v", s)
	}
}

// A transition that was not told yet keeps its key, or its event would be lost.
func TestKeyIsNotEvictedBeforeItsTransitionsAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		sub := sys.Subscribe(16)
		k := keyed(t, sys, Policy{Breaker: quickBreaker}, KeyLimits{Max: 1}, failing)
		wantCall(t, k, "a")
		g := guardOf(t, k, "a")
		busy := make(chan error) // nobody reads it yet, so the Keyring's turn lasts
		if !g.key.keep() {
			t.Fatal("evicted")
		}
		g.tell(&command{command: enforce(false), answer: busy})
		synctest.Wait()
		if _, _, err := g.circuit.Command(sys.Now(), enforce(true)); err != nil {
			t.Fatal(err)
		}
		if g.circuit.Epoch() != g.told.Load() {
			wantTooMany(t, k, "b")
		} else {
			t.Error("told already: this test tests nothing")
		}
		<-busy
		g.nudge()
		synctest.Wait()
		wantCall(t, k, "b")
		synctest.Wait()
		var told []EventKind
		for len(sub.C()) > 0 {
			if e := <-sub.C(); e.Key == "a" {
				told = append(told, e.Kind)
			}
		}
		if fmt.Sprint(told) != "[started transition stopped]" {
			t.Error(told)
		}
	})
}

func TestUpdateThatClosesCircuitsFreesTheirKeys(t *testing.T) {
	k := keyed(t, start(t), Policy{Breaker: quickBreaker}, KeyLimits{Max: 1}, failing)
	open(t, k, "a")
	wantTooMany(t, k, "b")
	if _, err := k.Update(t.Context(), Policy{Bulkhead: Bulkhead{Concurrency: 1}}); err != nil {
		t.Fatal(err)
	}
	wantCall(t, k, "b")
}

func TestKeyThatWasMadeBeforeAnUpdateIsNotAddedAfterIt(t *testing.T) {
	k := keyed(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1}}, KeyLimits{}, echo)
	s, hash := k.shardOf("a")
	e := newEntry(k.Keyring, s, "a", hash)
	if _, err := k.Update(t.Context(), Policy{Bulkhead: Bulkhead{Concurrency: 2}}); err != nil {
		t.Fatal(err)
	}
	if s.add(e) {
		t.Error("added under the old policy")
	}
}

func TestIdlenessOfAnAskedKeyBeginsWithItsAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keyed(t, start(t), Policy{}, KeyLimits{Idle: time.Minute}, func(ctx context.Context, n int) (int, error) {
			time.Sleep(10 * time.Minute)
			return n, nil
		})
		_, _ = k.Ask(t.Context(), "a", 1).Wait(t.Context())
		time.Sleep(59 * time.Second)
		guardOf(t, k, "a")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if k.Len() != 0 {
			t.Error("it is remembered for too long")
		}
	})
}

func TestStopOfAKeyringCancelsWhatStillRunsWhenTimeIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ran := 0
		k := keyed(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Minute}}, KeyLimits{}, func(ctx context.Context, n int) (int, error) {
			ran++
			return hang(ctx, n)
		})
		runs, waits := k.Ask(t.Context(), "a", 1), k.Ask(t.Context(), "a", 1)
		synctest.Wait()
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		if err := k.Stop(ctx); err != nil {
			t.Error(err)
		}
		for _, f := range []*Future[int]{runs, waits} {
			_, err := f.Wait(t.Context())
			wantIs(t, err, ErrStopped)
		}
		if ran != 1 {
			t.Errorf("%d handlers ran: one was begun after the end", ran)
		}
	})
}
