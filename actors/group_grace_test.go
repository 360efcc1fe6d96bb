// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestShutdownGivesAllGroupsOneGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		for i := range 50 {
			r := member(t, group(t, sys, fmt.Sprintf("region-%d", i), GroupPolicy{}), fmt.Sprintf("guard-%d", i), Policy{}, stubborn)
			messaged(context.Background(), r, 60)
		}
		synctest.Wait()
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		began := time.Now()
		left, _ := errors.AsType[*AbandonedError](sys.Shutdown(ctx))
		if left == nil || len(left.Guards) != 50 {
			t.Errorf("%v", left)
		}
		if took := time.Since(began); took > time.Second+3*cancelGrace+time.Millisecond {
			t.Errorf("shutdown took %v for a context of 1s", took)
		}
		time.Sleep(time.Minute)
	})
}
