// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"slices"

	"github.com/asynkron/protoactor-go/actor"
)

// registryBuckets is how many buckets the registry of actors has. The library makes each of
// 32 maps with a lock each.
const registryBuckets = 4

// libraryProcesses are those that a new actor system registers. To look for others in all its buckets
// would take as long as making them.
var libraryProcesses = [...]string{"deadletter", "eventstream"}

// lessen gives a new actor system a smaller registry. The library's own has 1024 buckets: 65 000
// objects and 2.8 MB that every garbage collection walks through, whatever lives in them. It finds a
// bucket by the number of those that there are. Nothing else may use the system yet.
func lessen(system *actor.ActorSystem) {
	registry := system.ProcessRegistry.LocalPIDs
	whole := *registry
	if len(whole.LocalPIDs) <= registryBuckets {
		return
	}
	registry.LocalPIDs = slices.Clone(whole.LocalPIDs[:registryBuckets])
	for _, id := range libraryProcesses {
		if process, has := whole.GetBucket(id).Pop(id); has {
			registry.GetBucket(id).Set(id, process)
		}
	}
}
