// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"slices"

	"github.com/asynkron/protoactor-go/actor"
)

// registryBuckets is how many buckets the registry of actors has. The library makes each of
// 32 maps with a lock each.
const registryBuckets = 4

// lessen gives a new actor system a smaller registry. The library's own has 1024 buckets: 65 000
// objects and 2.8 MB that every garbage collection walks through, whatever lives in them. It finds a
// bucket by the number of those that there are. Nothing else may use the system yet.
func lessen(system *actor.ActorSystem) {
	registry := system.ProcessRegistry.LocalPIDs
	all := registry.LocalPIDs
	if len(all) <= registryBuckets {
		return
	}
	registry.LocalPIDs = slices.Clone(all[:registryBuckets])
	for _, bucket := range all { // those that are kept, too: what is in them may belong elsewhere
		if bucket.Count() == 0 {
			continue
		}
		for id, process := range bucket.Items() {
			bucket.Remove(id)
			registry.GetBucket(id).Set(id, process)
		}
	}
}
