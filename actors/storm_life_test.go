// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

func TestStorm_MeddlersLoseNoAnswerOfARebuiltHandlerInAGroup(t *testing.T) {
	for seed := range uint64(60) {
		synctest.Test(t, func(t *testing.T) { meddle(t, seed) })
	}
}

func meddle(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 7))
	sys := start(t)
	eu := group(t, group(t, sys, "world", GroupPolicy{Restart: exact(2, time.Millisecond)}), "eu", GroupPolicy{Restart: exact(2, time.Millisecond)})
	policies := []Policy{
		{Restart: exact(3, time.Millisecond), Bulkhead: Bulkhead{Concurrency: 3, Queue: 50, MaxWait: time.Minute}},
		{Restart: exact(5, time.Millisecond), Bulkhead: Bulkhead{Concurrency: 2, Queue: 50}, Workers: Workers{Max: 2, MaxAbandoned: 2}, Deadline: Deadline{Attempt: 5 * time.Millisecond}, Retry: twice},
		{Breaker: quickBreaker, Retry: twice, Panics: Panics{Max: 3, Hold: time.Second}},
		{Workers: Workers{Max: 3, Idle: time.Millisecond}, Retry: twice},
	}
	var builds atomic.Uint64
	build := func(context.Context) (Handler[int, int], error) {
		switch (seed + builds.Add(1)) % 8 {
		case 0:
			return nil, errRefused
		case 1:
			panic("build")
		case 2:
			runtime.Goexit()
		case 3:
			time.Sleep(3 * time.Millisecond)
		}
		return func(_ context.Context, n int) (int, error) {
			switch n % 9 {
			case 0:
				panic("boom")
			case 1:
				runtime.Goexit()
			case 2:
				return n, Broken(errTorn)
			case 3:
				return n, errDown
			case 4:
				time.Sleep(time.Duration(n) * time.Microsecond * 100)
			case 5:
				<-time.After(20 * time.Millisecond)
			}
			return n, nil
		}, nil
	}
	r, err := Rebuild(eu, "db", build, policies[0], With[int, int]{Safe: func(n int) bool {
		switch n % 7 {
		case 0:
			panic("safe")
		case 1:
			runtime.Goexit()
		}
		return true
	}})
	if err != nil {
		t.Fatal(err)
	}
	meddler, err := sys.SpawnActor("meddler", actor.PropsFromFunc(func(ctx actor.Context) {
		if who, ok := ctx.Message().(*actor.PID); ok {
			ctx.(actor.Supervisor).RestartChildren(who)
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	// An address that is guessed may be one that is being made, which the actor
	// library does not guard against. When nothing moves nobody is being made.
	child := func(name string) *actor.PID {
		synctest.Wait()
		return actor.NewPID(r.PID().Address, r.PID().Id+"/"+name)
	}
	builder := func() *actor.PID {
		synctest.Wait()
		return r.generations.pid.Load()
	}
	var wait sync.WaitGroup
	var futures []*actor.Future
	for i := range 150 {
		n := rng.IntN(100)
		switch rng.IntN(14) {
		case 0, 1:
			wait.Go(func() { _, _ = r.Call(context.Background(), n) })
		case 2:
			f := r.Ask(context.Background(), n)
			wait.Go(func() { <-f.Done() })
		case 3, 4, 5, 6:
			futures = append(futures, messaged(context.Background(), r, n))
		case 7:
			p := policies[rng.IntN(len(policies))]
			wait.Go(func() { _, _ = r.Update(context.Background(), p) })
		case 8:
			sys.root.Stop(child(fmt.Sprintf("worker-%d", 1+rng.IntN(5))))
		case 9:
			sys.root.Poison(child(fmt.Sprintf("worker-%d", 1+rng.IntN(5))))
		case 10:
			sys.root.Stop(builder())
		case 11:
			who := []*actor.PID{r.PID(), builder(), child("worker-1"), child("worker-2")}[rng.IntN(4)]
			synctest.Wait()
			sys.root.Send(meddler, who)
			synctest.Wait()
		case 12:
			r.breakOnce()
		case 13:
			wait.Go(func() {
				_ = eu.Command(context.Background(), Command{Mode: HoldClosed, By: "a", Reason: "b", TTL: time.Millisecond})
			})
		}
		if i%5 == 0 {
			time.Sleep(time.Duration(rng.IntN(3000)) * time.Microsecond)
		}
	}
	switch seed % 4 {
	case 0:
		time.Sleep(10 * time.Minute)
		if err := r.Ready(t.Context()); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	case 1:
		sys.root.Stop(r.PID())
	case 2:
		sys.root.Stop(eu.PID())
	case 3:
		time.Sleep(time.Second)
		if err := eu.Stop(context.Background()); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
	wait.Wait()
	for i, f := range futures {
		got, err := f.Result()
		if _, ok := got.(Reply[int, int]); !ok && err != actor.ErrDeadLetter {
			t.Errorf("seed %d: message %d: %T %v", seed, i, got, err)
		}
	}
	time.Sleep(time.Minute)
	synctest.Wait()
	if s := r.Stats(); s.Gate.InUse != 0 || s.Gate.Waiting != 0 || s.Overdue != 0 || r.posted.count() != 0 {
		t.Errorf("seed %d: %+v, %d posted", seed, s, r.posted.count())
	}
}
