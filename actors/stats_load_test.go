// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/adaptive"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/shedding"
	"github.com/fuseboard/fuseboard/patterns/throttle"
)

func ofTenant(name string) context.Context {
	return fuseboard.WithMeta(context.Background(), fuseboard.Meta{Tenant: name})
}

func TestStatsTellWhatEachSectionHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatient(t, laden)
		p.later(time.Second)
		p.host.busy(0.88)
		p.later(time.Second)
		p.calls(5)
		s := p.Stats()
		if s.Rate.Left != 15 || s.Rate.Limit != 100 || s.Rate.Per != time.Second || s.Rate.Share != 1 || s.Rate.Drained != 0 {
			t.Errorf("%+v", s.Rate)
		}
		if s.Tenants != (ratelimit.KeyedStats{Keys: 1}) {
			t.Errorf("%+v", s.Tenants)
		}
		if s.Throttle != (throttle.View{Requests: 5, Accepts: 5}) {
			t.Errorf("%+v", s.Throttle)
		}
		if s.Adaptive.Limit != 4 || s.Adaptive.Reason != adaptive.Starting {
			t.Errorf("%+v", s.Adaptive)
		}
		if s.Shedding.Level != shedding.ShedSheddable || s.Shedding.Cause.Signal != shedding.CPU || s.Shedding.Since == 0 {
			t.Errorf("%+v", s.Shedding)
		}
	})
}

func TestStatsAreZeroWhereASectionIsOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatient(t, laden)
		p.calls(5)
		if _, err := p.Update(t.Context(), Policy{Bulkhead: Bulkhead{Concurrency: 1}}); err != nil {
			t.Fatal(err)
		}
		s := p.Stats()
		if s.Rate != (RateStats{}) || s.Tenants != (ratelimit.KeyedStats{}) || s.Throttle != (throttle.View{}) ||
			s.Adaptive != (adaptive.View{}) || s.Shedding != (SheddingStats{}) || p.HotTenants(9) != nil {
			t.Errorf("%+v", s)
		}
	})
}

func TestHotTenantsAreNamedSafely(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatient(t, Policy{Rate: RateLimit{Limit: 1000, Burst: 100, PerTenant: ratelimit.PerKey{Limit: 10, Burst: 3}}})
		for range 5 {
			_, _ = p.Call(ofTenant("acme"), 0)
		}
		_, _ = p.Call(ofTenant("a\"\n"), 0)
		hot := p.HotTenants(5)
		if len(hot) != 2 || hot[0] != (HotTenant{Tenant: "acme", Name: "acme", Taken: 3, Refused: 2}) {
			t.Fatalf("%+v", hot)
		}
		if hot[1].Tenant != "a\"\n" || len(hot[1].Name) != len("a__~")+16 {
			t.Errorf("%+v", hot[1])
		}
		if one := p.HotTenants(1); !reflect.DeepEqual(one, hot[:1]) || len(p.HotTenants(-1)) != 0 {
			t.Errorf("%+v", one)
		}
		var none *Guard
		if none.HotTenants(3) != nil {
			t.Error("no guard has tenants")
		}
	})
}

func TestSystemTellsEachSheddingPolicyInUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h host
		h.busy(0.5)
		sys := startWith(t, Options{Host: h.read, Shedding: watchful})
		if got := sys.Stats().Shedding; got != nil {
			t.Errorf("nobody obeys it: %+v", got)
		}
		strict := Shedding{Memory: 0.5}
		protect := func(name string, p Policy) *Guard {
			g, err := Protect(sys, name, p)
			if err != nil {
				t.Fatal(err)
			}
			return g
		}
		own := protect("own", Policy{Shedding: strict})
		protect("a", Policy{})
		protect("b", Policy{})
		time.Sleep(time.Second)
		all := sys.Stats().Shedding
		if len(all) != 2 || all[0].Policy != watchful || all[0].Number != 0 || all[0].Guards != 2 || all[0].Level != shedding.AdmitAll {
			t.Fatalf("%+v", all)
		}
		if u := all[1]; u.Policy != strict || u.Number != 1 || u.Guards != 1 || u.Level != shedding.ShedNormal-1 || u.Signals.Memory != 0.6 ||
			u.At == 0 || len(u.Watches) != 1 || u.Watches[0].Sheddable != 0.5 {
			t.Errorf("%+v", u)
		}
		if _, err := own.Update(t.Context(), Policy{}); err != nil {
			t.Fatal(err)
		}
		if all = sys.Stats().Shedding; len(all) != 1 || all[0].Guards != 3 {
			t.Errorf("%+v", all)
		}
	})
}

// The policy that an Update brings is watched from then on, for keys as well.
func TestUpdateChangesWhichPressureIsObeyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h host
		h.busy(0.7)
		sys := startWith(t, Options{Host: h.read})
		r := spawn(t, sys, Policy{Shedding: watchful}, echo)
		k, err := SpawnKeyed(sys, "tenants", echo, Policy{Shedding: watchful}, KeyLimits{Max: 4})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Call(t.Context(), "acme", 1); err != nil {
			t.Fatal(err)
		}
		low := watchful
		low.CPU = 0.3
		for _, update := range []func(context.Context, Policy) (Change, error){r.Update, k.Update} {
			if _, err := update(t.Context(), Policy{Shedding: low}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
		_, err = r.Call(t.Context(), 1)
		wantIs(t, err, ErrShed)
		for _, key := range []string{"acme", "bolt"} {
			_, err = k.Call(t.Context(), key, 1)
			wantIs(t, err, ErrShed)
		}
		if all := sys.Stats().Shedding; len(all) != 1 || all[0].Guards != 2 || k.Stats().Shedding.Level != all[0].Level || all[0].Level == 0 {
			t.Errorf("%+v", all)
		}
	})
}

func TestKeyringAndGroupCountThoseThatAreHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		group, err := sys.Group("eu", GroupPolicy{})
		if err != nil {
			t.Fatal(err)
		}
		p := Policy{Rate: RateLimit{Limit: 10, Burst: 100, Queue: 5, MaxWait: time.Minute}, Throttle: Throttle{MinCalls: 5}}
		handle := func(_ context.Context, n int) (int, error) {
			if n == 0 {
				return 0, nil
			}
			return 0, asked(time.Duration(n) * time.Second)
		}
		k, err := SpawnKeyed(group, "tenants", handle, p, KeyLimits{Max: 4})
		if err != nil {
			t.Fatal(err)
		}
		g, err := Spawn(group, "payments", handle, p)
		if err != nil {
			t.Fatal(err)
		}
		for range 9 {
			_, _ = k.Call(t.Context(), "throttled", 1)
			time.Sleep(2 * time.Second)
		}
		_, _ = k.Call(t.Context(), "drained", 9)
		for range 100 {
			_, _ = k.Call(t.Context(), "waiting", 0)
			_, _ = g.Call(t.Context(), 0)
		}
		for range 2 {
			k.Ask(t.Context(), "waiting", 0)
			g.Ask(t.Context(), 0)
		}
		synctest.Wait()
		if s := k.Stats(); s.Drained != 1 || s.Throttling != 1 || s.RateWaiting != 2 {
			t.Errorf("%d %d %d", s.Drained, s.Throttling, s.RateWaiting)
		}
		if s := group.Stats(); s.Drained != 1 || s.Throttling != 1 || s.RateWaiting != 4 {
			t.Errorf("%d %d %d", s.Drained, s.Throttling, s.RateWaiting)
		}
	})
}
