// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

func TestLessenedRegistryFindsWhatWasAndWhatComes(t *testing.T) {
	sys := start(t)
	registry := sys.actors.ProcessRegistry
	if n := len(registry.LocalPIDs.LocalPIDs); n != registryBuckets {
		t.Fatalf("%d buckets", n)
	}
	for _, id := range []string{"eventstream", "deadletter"} { // the library's own, from before
		if _, found := registry.GetLocal(id); !found {
			t.Errorf("%s is lost", id)
		}
	}
	count := func() (n int) {
		for _, bucket := range registry.LocalPIDs.LocalPIDs {
			n += bucket.Count()
		}
		return n
	}
	before := count()
	const many = 300
	all := make(map[string]*actor.PID, many)
	for i := range many {
		pid, err := sys.actors.Root.SpawnNamed(actor.PropsFromFunc(func(ctx actor.Context) {
			if n, is := ctx.Message().(int); is {
				ctx.Respond(n + 1)
			}
		}), fmt.Sprintf("one-%d", i))
		if err != nil {
			t.Fatal(err)
		}
		all[pid.Id] = pid
	}
	if n := count(); n != before+many {
		t.Errorf("%d are registered, want %d", n, before+many)
	}
	if _, err := sys.actors.Root.SpawnNamed(actor.PropsFromFunc(func(actor.Context) {}), "one-0"); err == nil {
		t.Error("a name was given twice")
	}
	for id := range all {
		got, err := sys.actors.Root.RequestFuture(actor.NewPID(sys.actors.Address(), id), 1, time.Minute).Result()
		if got != 2 || err != nil {
			t.Fatalf("%s answered %v, %v", id, got, err)
		}
	}
	for _, pid := range all {
		if err := sys.actors.Root.StopFuture(pid).Wait(); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(); n != before {
		t.Errorf("%d are registered after all have stopped, want %d", n, before)
	}
	if err := sys.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestLibraryRegistersNothingElseBeforeTheRegistryIsLessened(t *testing.T) {
	var ids []string
	for _, bucket := range actor.NewActorSystem().ProcessRegistry.LocalPIDs.LocalPIDs {
		ids = append(ids, bucket.Keys()...)
	}
	slices.Sort(ids)
	if !slices.Equal(ids, libraryProcesses[:]) {
		t.Errorf("it registers %q, lessen takes along %q", ids, libraryProcesses)
	}
}
