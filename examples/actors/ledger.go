// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"

	"github.com/asynkron/protoactor-go/actor"
)

// Entry asks to book a sale.
type Entry struct {
	// Cents is how much.
	Cents int
}

// Booked says where a sale was booked.
type Booked struct {
	// Line is its line, from 1.
	Line int
}

var errTorn = errors.New("ledger: the page is torn")

// Ledger is an actor as it may have been for years: it knows nothing of guards,
// answers with a value, and replies with an error when it fails.
type Ledger struct {
	lines int
}

// Receive handles the ledger's messages, one at a time.
func (l *Ledger) Receive(ctx actor.Context) {
	entry, ok := ctx.Message().(Entry)
	switch {
	case !ok: // a message of its life
	case entry.Cents == 13:
		ctx.Respond(errTorn)
	default:
		l.lines++
		ctx.Respond(Booked{Line: l.lines})
	}
}
