// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

// fleet is a source whose shares a test gives.
type fleet struct {
	give    func(fuseboard.Instant, RateShare)
	stopped int
}

func (f *fleet) Watch(give func(fuseboard.Instant, RateShare)) (stop func()) {
	f.give = give
	return func() { f.stopped++ }
}

func (f *fleet) share(part float64, until fuseboard.Instant) {
	f.give(0, RateShare{Part: part, Until: until})
}

// wantShare checks the limit in force, which Stats shows, and that calls are held to it.
func wantShare(t *testing.T, g *Guard, limit, share float64) {
	t.Helper()
	if s := g.Stats().Rate; s.Limit != limit || s.Share != share {
		t.Errorf("the limit is %v and the share %v, not %v and %v", s.Limit, s.Share, limit, share)
	}
}

func TestAGuardTakesItsShareOfTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Rate: RateLimit{Limit: 100, Burst: 10}}, echo)
		var of fleet
		stop, err := r.FollowRate(&of)
		if err != nil {
			t.Fatal(err)
		}
		wantShare(t, r.Guard, 10, 0.1) // nothing was given yet
		time.Sleep(time.Second)
		of.share(0.5, r.clock.Now().Add(time.Minute))
		wantShare(t, r.Guard, 50, 0.5)
		time.Sleep(time.Second)
		answered := 0
		for range 10 {
			if _, err = r.Call(t.Context(), 1); err == nil {
				answered++
			}
		}
		if answered != 5 {
			t.Errorf("%d of a burst of 10 came with half of it", answered)
		}
		wantWords(t, err, "rate is 50 per 1s, a share of 50% of 100, at most 5 at once; call less")
		time.Sleep(time.Minute)
		wantShare(t, r.Guard, 10, 0.1) // it has expired
		stop()
		stop()
		if of.stopped != 1 {
			t.Errorf("the source was stopped %d times", of.stopped)
		}
		wantShare(t, r.Guard, 100, 1)
		of.share(0.5, fuseboard.Never) // after its stop it has nothing to say
		wantShare(t, r.Guard, 100, 1)
	})
}

func TestAShareOfTheRateOutlivesUpdates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Rate: RateLimit{Limit: 100}}, echo)
		var of fleet
		stop, err := r.FollowRate(&of)
		if err != nil {
			t.Fatal(err)
		}
		of.share(0.5, fuseboard.Never)
		update := func(limit int) {
			if _, err := r.Update(t.Context(), Policy{Rate: RateLimit{Limit: limit}}); err != nil {
				t.Fatal(err)
			}
		}
		update(200)
		wantShare(t, r.Guard, 100, 0.5)
		update(0)
		of.share(0.25, fuseboard.Never)
		wantShare(t, r.Guard, 0, 0)
		update(400)
		wantShare(t, r.Guard, 100, 0.25)
		update(0)
		stop()
		update(400)
		wantShare(t, r.Guard, 400, 1)
		if again, err := r.FollowRate(&of); err != nil {
			t.Error(err)
		} else {
			again()
		}
	})
}

// shattered is a source that panics.
type shattered struct{}

func (shattered) Watch(func(fuseboard.Instant, RateShare)) (stop func()) { panic("broken") }

func TestWhoCannotFollowARateIsToldWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := spawn(t, sys, Policy{Rate: RateLimit{Limit: 100}}, echo)
		none, err := Protect(sys, "none", Policy{Rate: RateLimit{PerTenant: PerTenant{Limit: 1}}})
		if err != nil {
			t.Fatal(err)
		}
		ring, err := SpawnKeyed(sys, "ring", echo, Policy{Rate: RateLimit{Limit: 100}}, KeyLimits{Max: 10})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = ring.Call(t.Context(), "a", 1)
		var ofKey, nobody *Guard
		for _, ofKey = range ring.All() {
			break
		}
		if head, found := sys.Guard("ring"); found {
			t.Error("the head is reachable", head)
		}
		func() {
			defer func() { _ = recover() }()
			_, _ = r.FollowRate(shattered{})
			t.Error("the panic of a source was hidden")
		}()
		wantShare(t, r.Guard, 100, 1)
		var of fleet
		stop, err := r.FollowRate(&of)
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		for path, follow := range map[string]func() (func(), error){
			"src":        func() (func(), error) { return r.FollowRate(nil) },
			"rate.limit": func() (func(), error) { return none.FollowRate(new(fleet)) },
			"guard":      func() (func(), error) { return ofKey.FollowRate(new(fleet)) },
		} {
			stop, err := follow()
			if p, is := errors.AsType[fuseboard.Problem](err); stop != nil || !is || p.Path != path || p.Fix == "" {
				t.Errorf("%s: %v", path, err)
			}
		}
		if _, err := r.FollowRate(new(fleet)); err == nil {
			t.Error("two sources are followed")
		}
		if _, err := nobody.FollowRate(&of); err == nil {
			t.Error("a guard that is nil follows")
		}
		if err := none.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err = none.FollowRate(new(fleet))
		wantIs(t, err, ErrStopped)
	})
}

// shouting is a source that gives shares from a goroutine of its own, which stop waits for.
type shouting struct{}

func (shouting) Watch(give func(fuseboard.Instant, RateShare)) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for n := 0; ; n++ {
			select {
			case <-quit:
				return
			default:
				give(0, RateShare{Part: float64(1+n%10) / 20, Until: fuseboard.Never})
			}
		}
	}()
	return func() { close(quit); <-done }
}

func TestStorm_NoUpdateLosesAShare(t *testing.T) {
	r := spawn(t, start(t), Policy{Rate: RateLimit{Limit: 1000}}, echo)
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := range 300 {
			limit := 1000
			if n%2 == 0 {
				limit = 0
			}
			if _, err := r.Update(context.Background(), Policy{Rate: RateLimit{Limit: limit}}); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Go(func() {
		for range 200 {
			_, _ = r.Call(context.Background(), 1)
			stop, err := r.FollowRate(shouting{})
			if err != nil {
				continue // there is no limit at the moment
			}
			for range 20 {
				if s := r.Stats().Rate; s.Limit > 500 {
					t.Errorf("the limit is %v with a share of half at most", s.Limit)
				}
			}
			stop()
		}
	})
	wg.Wait()
	wantShare(t, r.Guard, 1000, 1)
}
