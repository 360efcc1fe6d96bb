// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// Keyrings together with what guards have: workers of messages, groups, isolation.

func tenants(t testing.TB, under Parent, p Policy, limits KeyLimits, h Handler[string, string], with ...With[string, string]) *Keyed[string, string] {
	t.Helper()
	k, err := SpawnKeyed(under, "tenants", h, p, limits, with...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestMessagesOfAllKeysShareTheWorkersOfTheirKeyring(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		p := Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 10, MaxWait: time.Minute}, Retry: twice, Deadline: Deadline{Total: time.Minute}, Breaker: Breaker{Consecutive: 2}}
		tried := map[string]int{}
		k := tenants(t, sys, p, KeyLimits{}, func(_ context.Context, what string) (string, error) {
			if tried[what]++; what == "flaky" && tried[what] == 1 {
				return "", errDown
			}
			if what == "broken" {
				panic("boom")
			}
			return what, nil
		}, With[string, string]{Safe: Always[string]})
		ask := func(key, what string) *actor.Future {
			return sys.root.RequestFuture(k.PID(), k.Message(t.Context(), key, what), time.Hour)
		}
		for i := range 5 {
			key := fmt.Sprint("key", i)
			if got := replyOf[string, string](t, ask(key, "fine")); got.Value != "fine" || got.Err != nil {
				t.Errorf("%+v", got)
			}
		}
		if n := workersOf(k.head); n != 1 {
			t.Errorf("%d workers for requests that came one after the other", n)
		}
		begin := time.Now()
		if got := replyOf[string, string](t, ask("key1", "flaky")); got.Value != "flaky" || got.Err != nil || time.Since(begin) != 100*time.Millisecond {
			t.Errorf("%+v after %v, want the backoff of 100ms", got, time.Since(begin))
		}
		for range 2 {
			_ = replyOf[string, string](t, ask("key2", "broken"))
		}
		wantIs(t, replyOf[string, string](t, ask("key2", "fine")).Err, ErrOpen)
		if got := replyOf[string, string](t, ask("key3", "fine")); got.Err != nil {
			t.Errorf("another key is concerned: %v", got.Err)
		}
		synctest.Wait()
		if s := k.Stats(); s.InUse != 0 || s.NotClosed != 1 || s.Calls != 10 || s.Retries != 1 {
			t.Errorf("%+v", s)
		}
		if err := k.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if n := workersOf(k.head); n != 0 {
			t.Errorf("%d workers are left", n)
		}
	})
}

func TestGroupReachesTheKeysOfItsKeyrings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		eu, err := sys.Group("eu", GroupPolicy{Breaker: GroupBreaker{Share: 0.5, MinMembers: 2}})
		if err != nil {
			t.Fatal(err)
		}
		k := tenants(t, eu, Policy{Bulkhead: Bulkhead{Concurrency: 4}}, KeyLimits{}, func(_ context.Context, what string) (string, error) { return what, nil })
		for _, key := range []string{"a", "b"} {
			if _, err := k.Call(t.Context(), key, "x"); err != nil {
				t.Fatal(err)
			}
		}
		if s := eu.Stats(); s.Guards != 0 || s.Keyrings != 1 || s.Calls != 2 || len(eu.Guards()) != 0 || len(eu.Keyrings()) != 1 {
			t.Errorf("%+v", s)
		}
		if err := eu.Command(t.Context(), Command{Mode: HoldOpen, Reason: "drill", By: "ann", TTL: time.Minute}); err != nil {
			t.Fatal(err)
		}
		_, err = k.Call(t.Context(), "b", "x")
		wantIs(t, err, ErrOpen)
		if err := eu.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		_, err = k.Call(t.Context(), "a", "x")
		wantIs(t, err, ErrStopped)
		if len(sys.Keyrings()) != 0 {
			t.Error("the keyring is still there")
		}
	})
}

func TestKeyWhoseHandlerWasLeftBehindIsNotForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		p := Policy{Workers: Workers{Max: 2, MaxAbandoned: 2}, Deadline: Deadline{Attempt: time.Second}}
		k := tenants(t, start(t), p, KeyLimits{Max: 1, Idle: time.Second}, func(_ context.Context, what string) (string, error) {
			if what == "hang" {
				<-release
			}
			return what, nil
		})
		_, err := k.Call(t.Context(), "a", "hang")
		wantIs(t, err, context.DeadlineExceeded)
		time.Sleep(time.Minute)
		if g, there := k.Guard("a"); !there || g.Stats().Overdue != 1 || g.Stats().Gate.InUse != 1 {
			t.Error("forgotten, with its permit")
		}
		_, err = k.Call(t.Context(), "b", "x")
		wantIs(t, err, ErrTooManyKeys)
		close(release)
		synctest.Wait()
		if _, err := k.Call(t.Context(), "a", "x"); err != nil {
			t.Error(err)
		}
		if _, err := k.Call(t.Context(), "b", "x"); err != nil {
			t.Error(err)
		}
		if _, there := k.Guard("a"); there {
			t.Error("two keys in one place")
		}
	})
}
