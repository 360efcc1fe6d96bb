// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// attempts lets a hundred requests make three attempts each, in an order that the shuffle says, and lists what each found.
func attempts(t *testing.T, seed, shuffle uint64) (found []string, digest uint64) {
	t.Helper()
	m := Model{Latency: Latency{Median: 40 * ms}, Errors: 0.3}
	in(t, Model{}, func(t *testing.T, _ *Dependency) {
		d, err := NewDependency("payments", m, Seed(seed))
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		d.Begin(Effect{Errors: 0.2, Latency: Stretch{Times: 2}})
		order := rand.New(rand.NewPCG(shuffle, 0))
		var mu sync.Mutex
		var all sync.WaitGroup
		for _, i := range order.Perm(100) {
			pause := time.Duration(order.IntN(1000)) * ms
			all.Go(func() {
				time.Sleep(pause)
				ctx := WithRequest(context.Background(), &Request{Load: "a", Number: uint64(i)})
				for try := range 3 {
					begin := time.Now()
					err := d.Serve(ctx)
					mu.Lock()
					found = append(found, fmt.Sprintln(i, try, time.Since(begin), err))
					mu.Unlock()
				}
			})
		}
		all.Wait()
		digest = d.Digest()
	})
	slices.Sort(found)
	return found, digest
}

func TestTheSameSeedDrawsTheSameHoweverGoroutinesInterleave(t *testing.T) {
	found, digest := attempts(t, 1, 1)
	again, same := attempts(t, 1, 2)
	if !slices.Equal(found, again) || digest != same {
		t.Errorf("%x and %x\n%v\n%v", digest, same, found, again)
	}
	if other, differs := attempts(t, 2, 1); slices.Equal(found, other) || digest == differs {
		t.Error("two seeds draw the same")
	}
	for i := range 100 {
		var tries [3]string
		for _, line := range found {
			var number, try int
			var took string
			if _, err := fmt.Sscan(line, &number, &try, &took); err == nil && number == i {
				tries[try] = took
			}
		}
		if tries[0] == "" || tries[0] == tries[1] || tries[1] == tries[2] || tries[0] == tries[2] {
			t.Errorf("the attempts of request %d take %v", i, tries)
		}
	}
}

func TestARecordedLatencyIsThatOfTheFirstAttemptAtTheFirstDependency(t *testing.T) {
	in(t, constant(time.Second), func(t *testing.T, d *Dependency) {
		r := &Request{Latency: 7 * ms}
		ctx := WithRequest(t.Context(), r)
		took := func(d *Dependency, ctx context.Context) time.Duration {
			begin := time.Now()
			if err := d.Serve(ctx); err != nil {
				t.Error(err)
			}
			return time.Since(begin)
		}
		if RequestOf(ctx) != r || RequestOf(t.Context()) != nil {
			t.Error("the request is not that of the context")
		}
		next, err := NewDependency("next", constant(time.Minute), 1)
		if err != nil {
			t.Fatal(err)
		}
		again := WithRequest(t.Context(), &Request{Latency: 7 * ms, Again: 1})
		got := []time.Duration{took(d, ctx), took(d, ctx), took(next, ctx), took(d, again)}
		if want := []time.Duration{7 * ms, time.Second, time.Minute, time.Second}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if err := next.Serve(ctx); err != nil { // more dependencies than a record has room for
			t.Error(err)
		}
		for _, name := range []string{"three", "four"} {
			more, err := NewDependency(name, Model{}, 1)
			if err != nil || more.Name() != name || more.Serve(ctx) != nil {
				t.Error(name, err)
			}
		}
	})
}

func TestWhatADependencyCallsIsTheLastPartOfItsWork(t *testing.T) {
	in(t, server(time.Second, 1, 1), func(t *testing.T, d *Dependency) {
		begin := time.Now()
		err := d.ServeThen(t.Context(), func(context.Context) error {
			if n := d.Numbers(); n.Busy != 1 || time.Since(begin) != time.Second {
				t.Errorf("%+v, %s", n, time.Since(begin))
			}
			time.Sleep(time.Second)
			return errDownstream
		})
		if n := d.Numbers(); err != errDownstream || time.Since(begin) != 2*time.Second || n.Failed != 1 || n.Busy != 0 { //nolint:errorlint // as it is
			t.Errorf("%v after %s: %+v", err, time.Since(begin), n)
		}
		d.Begin(Effect{Errors: 1})
		if err := d.ServeThen(t.Context(), func(context.Context) error { t.Error("a request that fails calls"); return nil }); err == nil {
			t.Error("it does not fail")
		}
	})
}

var errDownstream = fmt.Errorf("downstream")

func TestWhatADependencyCallsOutlivesItsCallerUnlessItIsCancelled(t *testing.T) {
	for fate, want := range map[Abandoned]struct {
		lasts time.Duration
		has   bool // a deadline
	}{WorksOn: {time.Minute, false}, Dropped: {time.Minute, false}, Cancelled: {2 * time.Second, true}} {
		m := server(time.Second, 1, 1)
		m.Abandoned = fate
		in(t, m, func(t *testing.T, d *Dependency) {
			begin := time.Now()
			ctx, cancel := context.WithTimeout(WithRequest(t.Context(), &Request{Tenant: "acme"}), 3*time.Second)
			defer cancel()
			ended := make(chan time.Duration, 1)
			err := d.ServeThen(ctx, func(ctx context.Context) error {
				called := time.Now()
				if _, has := ctx.Deadline(); has != want.has || RequestOf(ctx).Tenant != "acme" {
					t.Errorf("%s: deadline %t", fate, has)
				}
				select {
				case <-ctx.Done():
				case <-time.After(time.Minute):
				}
				ended <- time.Since(called)
				return nil
			})
			if err != context.DeadlineExceeded || time.Since(begin) != 3*time.Second { //nolint:errorlint // the cause as it is
				t.Errorf("%s: %v after %s", fate, err, time.Since(begin))
			}
			if lasted := <-ended; lasted != want.lasts {
				t.Errorf("%s: it lasted %s", fate, lasted)
			}
		})
	}
}
