// SPDX-License-Identifier: Apache-2.0

package main

import (
	"log/slog"

	"github.com/asynkron/protoactor-go/actor"
)

// quietActors is an actor system that logs nothing, as Fuseboard's does.
func quietActors() *actor.ActorSystem {
	return actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.DiscardHandler)
	}))
}
