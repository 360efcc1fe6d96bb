// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// ring makes a keyring under the System.
func ring(t testing.TB, sys *System, name string, p Policy) *Keyed[int, int] {
	t.Helper()
	k, err := SpawnKeyed(sys, name, failing, p, KeyLimits{Max: 100, Idle: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeysOfAllKeyringsTogetherAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := under(t, Limits{Keys: 4})
		p := Policy{Breaker: quickBreaker}
		hosts, tenants := ring(t, sys, "hosts", p), ring(t, sys, "tenants", p)
		for i := range 2 {
			open(t, hosts, keyNumber(i))
			open(t, tenants, keyNumber(i))
		}
		wantUse(t, sys, 0, 0, 4, 6*p.weight())
		_, err := tenants.Call(t.Context(), "new", 1)
		wantLimit(t, err, "limits.keys")
		wantLimit(t, hosts.Command(t.Context(), "new", holdOpen), "limits.keys")
		_, err = hosts.Ask(t.Context(), "new", 1).Wait(t.Context())
		wantLimit(t, err, "limits.keys")
		if k, u := hosts.Stats(), sys.Stats().Limits.Keys; k.Refused != 2 || u.Refused != 3 || u.Most != 4 {
			t.Errorf("%+v, %+v", k, u)
		}
		if err := hosts.Command(t.Context(), keyNumber(1), enforce(true)); err != nil {
			t.Fatal(err)
		}
		wantCall(t, tenants, "new") // in the place of another keyring's
		if hosts.Len() != 1 || tenants.Len() != 3 {
			t.Errorf("%d and %d keys", hosts.Len(), tenants.Len())
		}
		wantCall(t, tenants, "newer") // in the place of its own
		if _, found := tenants.Guard("new"); found || hosts.Len() != 1 {
			t.Errorf("%+v", tenants.Stats())
		}
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		if err := tenants.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if u := sys.Stats().Limits.Keys; u.Used != int64(hosts.Len()) {
			t.Errorf("%+v, %d keys", u, hosts.Len())
		}
	})
}

func TestKeyringThatMayHaveMoreKeysThanTheSystemWarns(t *testing.T) {
	if ps := (KeyLimits{Max: 11}).beyond(10); len(ps) != 1 || !ps[0].Warning || ps[0].Path != "limits.max" {
		t.Errorf("%v", ps)
	}
	if ps := (KeyLimits{Max: 10}).beyond(10); ps != nil {
		t.Errorf("%v", ps)
	}
}

// sized is a policy whose window takes about 4 bytes for each call.
func sized(calls int) Policy {
	return Policy{Breaker: Breaker{FailureRate: 0.5, Window: Window{Calls: calls}}}
}

func TestBytesOfWindowsAreLimitedWhereGuardsAreMade(t *testing.T) {
	sys := under(t, Limits{WindowBytes: 3 * sized(1000).weight()})
	for _, name := range []string{"a", "b", "c"} {
		if _, err := Protect(sys, name, sized(1000)); err != nil {
			t.Fatal(err)
		}
	}
	wantUse(t, sys, 0, 0, 0, 3*sized(1000).weight())
	_, err := Protect(sys, "d", sized(10))
	wantLimit(t, err, "limits.window_bytes")
	_, err = Spawn(sys, "d", echo, Policy{})
	wantLimit(t, err, "limits.window_bytes")
	_, err = SpawnKeyed(sys, "d", echo, Policy{}, KeyLimits{})
	wantLimit(t, err, "limits.window_bytes")
	if len(sys.Guards()) != 3 || len(sys.Keyrings()) != 0 || sys.Stats().Limits.WindowBytes.Refused != 3 {
		t.Errorf("%v, %+v", sys.Guards(), sys.Stats())
	}
	b, _ := sys.Guard("b")
	if err := b.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := Protect(sys, "d", sized(10)); err != nil { // the name was not kept
		t.Error(err)
	}
}

func TestUpdateThatNeedsTooManyBytesChangesNothing(t *testing.T) {
	small, large := sized(100), sized(1000)
	sys := under(t, Limits{WindowBytes: small.weight() + large.weight()})
	r := spawn(t, sys, small, echo)
	other, err := Protect(sys, "other", small)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Update(t.Context(), large); err != nil {
		t.Fatal(err)
	}
	before := other.Policy()
	change, err := other.Update(t.Context(), large)
	wantLimit(t, err, "limits.window_bytes")
	if change.Version != 0 || other.Policy().Breaker.Window != before.Breaker.Window || other.Stats().PolicyVersion != 1 {
		t.Errorf("%+v", change)
	}
	wantUse(t, sys, 0, 0, 0, small.weight()+large.weight())
	if _, err := r.Update(t.Context(), small); err != nil {
		t.Fatal(err)
	}
	wantUse(t, sys, 0, 0, 0, 2*small.weight())
	if _, err := other.Update(t.Context(), large); err != nil {
		t.Error(err)
	}
}

func TestUpdateOfAKeyringWeighsAllItsKeys(t *testing.T) {
	small, large := sized(100), sized(1000)
	sys := under(t, Limits{WindowBytes: 5*large.weight() + small.weight()})
	k := ring(t, sys, "tenants", small)
	callEach(t, k, 4) // and the head
	if _, err := k.Update(t.Context(), large); err != nil {
		t.Fatal(err)
	}
	wantUse(t, sys, 0, 0, 4, 5*large.weight())
	if _, err := k.Update(t.Context(), small); err != nil {
		t.Fatal(err)
	}
	wantUse(t, sys, 0, 0, 4, 5*small.weight())
	callEach(t, k, 6)
	_, err := k.Update(t.Context(), large)
	wantLimit(t, err, "limits.window_bytes")
	if k.Stats().PolicyVersion != 3 || k.Policy().Breaker.Window.Calls != 100 {
		t.Errorf("%+v", k.Stats())
	}
	wantUse(t, sys, 0, 0, 6, 7*small.weight())
}

func TestNewKeyForgetsOthersForTheirBytes(t *testing.T) {
	p := sized(1000)
	sys := under(t, Limits{WindowBytes: 4 * p.weight()})
	k := ring(t, sys, "tenants", p)
	callEach(t, k, 20)
	if s := k.Stats(); s.Keys != 3 || s.EvictedForRoom != 17 || s.Refused != 0 {
		t.Errorf("%+v", s)
	}
	for _, key := range []string{"x", "y", "z"} {
		if err := k.Command(t.Context(), key, holdOpen); err != nil {
			t.Fatal(err)
		}
	}
	_, err := k.Call(t.Context(), "one more", 1)
	wantLimit(t, err, "limits.window_bytes")
	wantUse(t, sys, 0, 0, 3, 4*p.weight())
}

func TestLimitWarnsOncePerEpisodeAndMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		sys, err := Start(Options{Limits: Limits{Goroutines: 2}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		r := spawn(t, sys, Policy{}, func(context.Context, int) (int, error) { time.Sleep(time.Second); return 0, nil })
		episode := func() {
			for range 50 {
				_ = r.Tell(t.Context(), 1)
			}
			time.Sleep(2 * time.Second)
		}
		episode()
		episode() // within a minute
		time.Sleep(time.Minute)
		episode()
		if err := sys.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(log.String(), "limit reached"); n != 2 || !strings.Contains(log.String(), "limit=limits.goroutines") {
			t.Errorf("%d warnings: %s", n, log.String())
		}
	})
}
