// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

var holdOpen = Command{Mode: HoldOpen, Reason: "maintenance", By: "ops", TTL: time.Hour}

// failing fails for the requests below zero.
func failing(_ context.Context, n int) (int, error) {
	if n < 0 {
		return 0, errDown
	}
	return n, nil
}

// open makes the circuit of the key open, under quickBreaker.
func open(t testing.TB, k *Keyed[int, int], key string) *Guard {
	t.Helper()
	for range quickBreaker.Consecutive {
		_, err := k.Call(context.Background(), key, -1)
		wantIs(t, err, errDown)
	}
	g := guardOf(t, k, key)
	if g.State() != Open {
		t.Fatalf("%s is %s", g.Name(), g.State())
	}
	return g
}

func guardOf(t testing.TB, k *Keyed[int, int], key string) *Guard {
	t.Helper()
	g, found := k.Guard(key)
	if !found {
		t.Fatalf("%q has no guard", key)
	}
	return g
}

func wantCall(t testing.TB, k *Keyed[int, int], key string) {
	t.Helper()
	if got, err := k.Call(context.Background(), key, 7); got != 7 || err != nil {
		t.Fatalf("%q: %d, %v", key, got, err)
	}
}

func TestOneKeysFailureIsNoOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keyed(t, start(t), Policy{Breaker: quickBreaker}, KeyLimits{}, failing)
		acme := open(t, k, "acme")
		_, err := k.Call(t.Context(), "acme", 1)
		wantIs(t, err, ErrOpen)
		if e := callError(t, err); e.Dependency != "tenants:acme" || acme.Name() != e.Dependency {
			t.Errorf("called %q, and its guard %q", e.Dependency, acme.Name())
		}
		wantCall(t, k, "umbrella")
		if s := k.Stats(); s.Keys != 2 || s.NotClosed != 1 || s.Failures != 3 || s.Successes != 1 || s.Rejected.Breaker != 1 || s.Calls != 5 {
			t.Errorf("%+v", s)
		}
	})
}

func TestEventsOfAKeyCarryIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		sub := sys.Subscribe(64)
		k := keyed(t, sys, Policy{Breaker: quickBreaker}, KeyLimits{}, failing)
		wantCall(t, k, "quiet")
		open(t, k, "a\nb")
		synctest.Wait()
		if err := k.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		var told []string
		for len(sub.C()) > 0 {
			e := <-sub.C()
			told = append(told, fmt.Sprintf("%q %d %s", e.Key, e.Seq, e.Kind))
			if e.Key != "" && !strings.HasPrefix(e.Dependency, "tenants:a_b~") {
				t.Errorf("dependency %q", e.Dependency)
			}
		}
		want := `"" 1 started, "a\nb" 1 started, "a\nb" 2 transition, "a\nb" 3 stopped, "" 2 stopped`
		if got := strings.Join(told, ", "); got != want {
			t.Errorf("told %s\nwant %s", got, want)
		}
	})
}

func TestUpdateReachesAllKeysThatAreAndWillBe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		sub := sys.Subscribe(64)
		p := Policy{Breaker: quickBreaker, Bulkhead: Bulkhead{Concurrency: 1}}
		k := keyed(t, sys, p, KeyLimits{}, failing)
		for i := range 100 {
			wantCall(t, k, keyNumber(i))
		}
		open(t, k, "bad")
		p.Bulkhead.Concurrency, p.Breaker = 9, Breaker{}
		change, err := k.Update(t.Context(), p)
		if err != nil || change.Version != 2 {
			t.Fatalf("%+v, %v", change, err)
		}
		if got, want := strings.Join(change.Lost, "; "), "for 100 keys: the breaker's window, because the breaker is off now; "+
			"for 1 key: the circuit's state (open), because the breaker is off now"; got != want {
			t.Errorf("lost %s", got)
		}
		wantCall(t, k, "bad")
		wantCall(t, k, "new")
		n := 0
		for key, g := range k.All() {
			if s := g.Stats(); s.PolicyVersion != 2 || s.Gate.Limit != 9 {
				t.Errorf("%s: version %d, %d permits", key, s.PolicyVersion, s.Gate.Limit)
			}
			n++
		}
		if n != 102 || k.Policy().Bulkhead.Concurrency != 9 || k.Stats().PolicyVersion != 2 {
			t.Errorf("%d keys, policy %+v", n, k.Policy())
		}
		updated := 0
		synctest.Wait()
		for len(sub.C()) > 0 {
			if e := <-sub.C(); e.Kind == EventUpdated {
				updated++
			}
		}
		if updated != 1 {
			t.Errorf("%d events of the update", updated)
		}
		if _, err := guardOf(t, k, "new").Update(t.Context(), p); err == nil || !strings.Contains(err.Error(), "update the Keyring tenants") {
			t.Errorf("one key took a policy of its own: %v", err)
		}
	})
}

func TestCallOfAKeyFinishesOnThePolicyItBeganWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keyed(t, start(t), Policy{Deadline: Deadline{Total: 10 * time.Second}}, KeyLimits{}, hang)
		began := time.Now()
		f := k.Ask(t.Context(), "a", 1)
		synctest.Wait()
		if _, err := k.Update(t.Context(), Policy{Deadline: Deadline{Total: time.Second}}); err != nil {
			t.Fatal(err)
		}
		_, err := f.Wait(t.Context())
		wantIs(t, err, context.DeadlineExceeded)
		if d := time.Since(began); d != 10*time.Second {
			t.Errorf("ended after %v", d)
		}
	})
}

func TestHostileKeysHaveSafeAndDifferentNames(t *testing.T) {
	safe := regexp.MustCompile(`^tenants:[A-Za-z0-9_.~-]{1,80}$`)
	k := keyed(t, start(t), Policy{Breaker: quickBreaker}, KeyLimits{}, failing)
	seen := map[string]string{}
	for _, key := range []string{
		"a", "A", "a b", "a_b", "a\nb", "a\x00b", "\xff\xfe", "é", "e\u0301", "\u202e", "{}", `"`, "a,b=c", "~", "..", "/etc/passwd",
		strings.Repeat("x", 40), strings.Repeat("x", 41), strings.Repeat("x", 256), strings.Repeat("x", 255) + "y", "<script>",
	} {
		wantCall(t, k, key)
		g := guardOf(t, k, key)
		if !safe.MatchString(g.Name()) {
			t.Errorf("%q is called %q", key, g.Name())
		}
		if other, twice := seen[g.Name()]; twice {
			t.Errorf("%q and %q are both called %q", key, other, g.Name())
		}
		seen[g.Name()] = key
	}
	if k.Len() != len(seen) {
		t.Errorf("%d guards of %d keys", k.Len(), len(seen))
	}
	for _, bad := range []string{"", strings.Repeat("\n", 257), strings.Repeat("x", 1<<20)} {
		_, err := k.Call(t.Context(), bad, 1)
		why, ok := errors.AsType[*KeyError](err)
		if !ok || why.Bytes != len(bad) || callError(t, err).RejectedBy() != "keys" {
			t.Fatalf("%d bytes: %v", len(bad), err)
		}
		if said := err.Error(); strings.ContainsRune(said, '\n') || len(said) > 300 {
			t.Errorf("%d bytes of error: %s", len(said), said)
		}
		if _, found := k.Guard(bad); found {
			t.Error("it has a guard")
		}
		if err := k.Command(t.Context(), bad, holdOpen); err == nil {
			t.Error("it took a command")
		}
	}
}

func TestKeyOutlivesTheStringItWasCutFrom(t *testing.T) {
	k := keyed(t, start(t), Policy{}, KeyLimits{}, echo)
	buffer := []byte("tenant-1 and much more")
	wantCall(t, k, string(buffer[:8]))
	copy(buffer, "XXXXXXXX")
	guardOf(t, k, "tenant-1")
}

func TestKeyLimitsSayAllThatIsWrong(t *testing.T) {
	ps := problemsIn(t, KeyLimits{Max: -1, Idle: time.Millisecond}.Validate().Err())
	if len(ps) != 2 || ps[0].Path != "max" || ps[1].Path != "idle" || ps[0].Accepted == "" || ps[1].Fix == "" {
		t.Errorf("%+v", ps)
	}
	_, err := SpawnKeyed(start(t), "tenants", echo, Policy{Retry: Retry{Attempts: -1}}, KeyLimits{Max: 1 << 30})
	if ps = problemsIn(t, err); len(ps) < 2 || ps[len(ps)-1].Path != "limits.max" {
		t.Errorf("%+v", ps)
	}
	data, err := json.Marshal(KeyLimits{Max: 5, Idle: time.Minute})
	if string(data) != `{"max":5,"idle":"1m"}` || err != nil {
		t.Errorf("%s, %v", data, err)
	}
	var l KeyLimits
	if err := json.Unmarshal(data, &l); err != nil || l != (KeyLimits{Max: 5, Idle: time.Minute}) {
		t.Errorf("%+v, %v", l, err)
	}
	if err := json.Unmarshal([]byte(`{"maxx":5}`), &l); err == nil {
		t.Error("read an unknown field")
	}
}

func TestKeyedThatNobodyMadeRefusesEverything(t *testing.T) {
	for _, k := range []*Keyed[int, int]{nil, {}, {Keyring: &Keyring{}}} {
		_, err := k.Call(t.Context(), "a", 1)
		_, asked := k.Ask(t.Context(), "a", 1).Wait(t.Context())
		for _, err := range []error{err, asked, k.Tell(t.Context(), "a", 1)} {
			wantIs(t, err, errUnbound)
		}
	}
	var k *Keyring
	if _, err := k.Update(t.Context(), Policy{}); err == nil || k.Stop(t.Context()) == nil || k.Command(t.Context(), "a", holdOpen) == nil {
		t.Error("a nil Keyring took something")
	}
	if _, found := k.Guard("a"); found || k.Len() != 0 || k.Name() != "" || k.PID() != nil || !reflect.DeepEqual(k.Stats(), KeyringStats{}) ||
		k.Limits() != (KeyLimits{}) || k.Warnings() != nil || k.Policy().Retry.Attempts != 0 {
		t.Error("a nil Keyring has something")
	}
	for range k.All() {
		t.Error("a nil Keyring has a key")
	}
	if _, err := SpawnKeyed[int, int](nil, "tenants", echo, Policy{}, KeyLimits{}); err == nil {
		t.Error("no System, no error")
	}
	if _, err := SpawnKeyed[int, int](start(t), "tenants", nil, Policy{}, KeyLimits{}); err == nil {
		t.Error("no handler, no error")
	}
	good := keyed(t, start(t), Policy{}, KeyLimits{}, echo)
	var none context.Context
	if _, err := good.Call(none, "a", 1); err == nil || good.Stats().InUse != 0 {
		t.Errorf("a nil context: %v", err)
	}
}

func TestKeyringIsNoGuardOfTheSystemButHoldsItsName(t *testing.T) {
	sys := start(t)
	k := keyed(t, sys, Policy{}, KeyLimits{}, echo)
	wantCall(t, k, "a")
	if _, found := sys.Guard("tenants"); found || len(sys.Guards()) != 0 {
		t.Error("it is listed as a guard")
	}
	if rings := sys.Keyrings(); len(rings) != 1 || rings[0] != k.Keyring {
		t.Errorf("keyrings %v", rings)
	}
	if _, err := Protect(sys, "tenants", Policy{}); err == nil {
		t.Error("its name was free")
	}
	if err := guardOf(t, k, "a").Stop(t.Context()); err == nil || !strings.Contains(err.Error(), "stop the Keyring tenants") {
		t.Errorf("one key was stopped: %v", err)
	}
	if err := k.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := Protect(sys, "tenants", Policy{}); err != nil || len(sys.Keyrings()) != 0 {
		t.Errorf("after the stop: %v", err)
	}
}

func TestStopOfAKeyringLetsRunningCallsOfAllKeysFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keyed(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Minute}}, KeyLimits{}, func(_ context.Context, n int) (int, error) {
			time.Sleep(time.Second)
			return n, nil
		})
		var answers []*Future[int]
		for i := range 20 {
			answers = append(answers, k.Ask(t.Context(), keyNumber(i/2), i)) // one runs, one waits
		}
		synctest.Wait()
		g := guardOf(t, k, keyNumber(0))
		var stop sync.WaitGroup
		stop.Go(func() {
			if err := k.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		_, err := k.Call(t.Context(), keyNumber(0), 1)
		wantIs(t, err, ErrStopped)
		_, err = k.Call(t.Context(), "new", 1)
		wantIs(t, err, ErrStopped)
		_, err = Do(t.Context(), g, func(context.Context) (int, error) { return 1, nil })
		wantIs(t, err, ErrStopped)
		wantIs(t, k.Command(t.Context(), keyNumber(0), holdOpen), ErrStopped)
		stop.Wait()
		for i, f := range answers {
			if got, err := f.Wait(t.Context()); got != i || err != nil {
				t.Errorf("%d: %d, %v", i, got, err)
			}
		}
	})
}

func TestShutdownCountsWhatAKeyringLeavesBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		release := make(chan struct{})
		k := keyed(t, sys, Policy{}, KeyLimits{}, func(context.Context, int) (int, error) {
			<-release
			return 0, nil
		})
		a, b := k.Ask(t.Context(), "a", 1), k.Ask(t.Context(), "b", 1)
		synctest.Wait()
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		err := sys.Shutdown(ctx)
		left, ok := errors.AsType[*AbandonedError](err)
		if !ok || len(left.Guards) != 1 || left.Guards[0] != (Abandoned{Dependency: "tenants", Running: 2}) {
			t.Errorf("left %v", err)
		}
		close(release)
		_, _ = a.Wait(t.Context())
		_, _ = b.Wait(t.Context())
		_, err = k.Call(t.Context(), "a", 1)
		wantIs(t, err, ErrStopped)
	})
}

func TestMessagesWithAKeyAreAnsweredUnderItsGuard(t *testing.T) {
	sys := start(t)
	k := keyed(t, sys, Policy{Breaker: quickBreaker}, KeyLimits{}, failing)
	other, err := SpawnKeyed(sys, "others", failing, Policy{}, KeyLimits{})
	if err != nil {
		t.Fatal(err)
	}
	open(t, k, "bad")
	bound, err := Bind(guardOf(t, k, "bad"), "more", failing)
	if err != nil {
		t.Fatal(err)
	}
	messages := []any{
		k.Message(t.Context(), "good", 5), k.Message(t.Context(), "bad", 5), k.Message(t.Context(), "", 5),
		other.Message(t.Context(), "good", 5), bound.Message(t.Context(), 5),
	}
	got := make(chan string, len(messages))
	_, err = sys.SpawnActor("asker", actor.PropsFromFunc(func(ctx actor.Context) {
		switch m := ctx.Message().(type) {
		case *actor.Started:
			for _, message := range messages {
				ctx.Request(k.PID(), message)
			}
		case Reply[int, int]:
			by := "none"
			if e, ok := errors.AsType[*CallError](m.Err); ok {
				by = e.RejectedBy()
			}
			got <- fmt.Sprint(m.Value, " ", by)
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for range messages {
		count[<-got]++
	}
	if fmt.Sprint(count) != "map[0 breaker:2 0 keys:1 0 system:1 5 none:1]" {
		t.Error(count)
	}
}

func TestKeyIsGivenBackWhateverItsHandlerDoes(t *testing.T) {
	k := keyed(t, start(t), Policy{}, KeyLimits{Max: 1}, func(_ context.Context, n int) (int, error) {
		switch n {
		case 1:
			panic("poison")
		case 2:
			runtime.Goexit()
		}
		return n, nil
	})
	for n := range 4 {
		key := keyNumber(n) // takes the only place from the one before
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = k.Call(context.Background(), key, n)
		}()
		<-done
		_, _ = k.Ask(t.Context(), key, n).Wait(t.Context())
		for k.Stats().InUse > 0 { // the answer comes a moment before the key is given back
			runtime.Gosched()
		}
	}
	if s := k.Stats(); s.Refused != 0 || s.Created != 4 || s.Attempts != 8 {
		t.Errorf("%+v", s)
	}
}

// The key that is tried first is one like any other: where it was evicted, or another is
// asked for, the right guard serves the call.
func TestUsualKeyIsNeverTakenForAnother(t *testing.T) {
	k, err := SpawnKeyed(start(t), "tenants", echo, Policy{Breaker: Breaker{Consecutive: 100}}, KeyLimits{Max: 2})
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{"a", "a", "a", "b", "a", "c", "c", "d", "a", "d", "b", "b", "a"}
	for i, key := range keys {
		if got, err := k.Call(t.Context(), key, i); got != i || err != nil {
			t.Fatalf("%s: %d, %v", key, got, err)
		}
		g, there := k.Guard(key)
		if !there || g.Name() != "tenants:"+key || g.Stats().Successes == 0 {
			t.Fatalf("after a call of %s its guard is %v", key, g.Name())
		}
		if usual := k.usual.Load(); usual != nil && !usual.gone.Load() && usual != k.shards[0].keys[usual.key] {
			t.Fatalf("the usual entry of %s is not that of its shard", usual.key)
		}
	}
}
