// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

func TestCommandOverAGroupOfManyKeysCostsNoGoroutineForEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		eu := group(t, sys, "eu", GroupPolicy{Restart: exact(5, time.Minute)})
		k := tenants(t, eu, Policy{}, KeyLimits{}, func(_ context.Context, s string) (string, error) { return s, nil })
		for i := range 1000 {
			if _, err := k.Call(t.Context(), strconv.Itoa(i), ""); err != nil {
				t.Fatal(err)
			}
		}
		k.head.breakOnce() // nobody is answered before its restart
		synctest.Wait()
		before := runtime.NumGoroutine()
		answer := make(chan error)
		go func() {
			answer <- eu.Command(t.Context(), Command{Mode: HoldOpen, By: "ops", Reason: "test", TTL: time.Hour})
		}()
		synctest.Wait()
		if more := runtime.NumGoroutine() - before; more > 10 {
			t.Errorf("%d goroutines wait", more)
		}
		if err := <-answer; err != nil || k.Stats().Commanded != 1000 {
			t.Errorf("%v, %+v", err, k.Stats())
		}
	})
}
