// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync"
	"testing"
	"time"
)

func TestStorm_OperatorsCommandIsNeverOverruledByPanics(t *testing.T) {
	sys := start(t)
	r := spawn(t, sys, Policy{}, echo)
	overruled := 0
	for range 20_000 {
		if _, _, err := r.circuit.Command(sys.Now(), enforce(true)); err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		both.Go(func() { r.panicked(sys.Now(), Panics{Max: 1}) })
		both.Go(func() {
			_, _, _ = r.circuit.Command(sys.Now(), Command{Mode: HoldClosed, By: "ops", Reason: "test", TTL: time.Hour})
		})
		both.Wait()
		if r.circuit.Mode() != HoldClosed {
			overruled++
		}
	}
	if overruled > 0 {
		t.Errorf("an operator was overruled %d times", overruled)
	}
}
