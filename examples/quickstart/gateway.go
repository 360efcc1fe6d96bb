// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
)

// Gateway stands for a payment service behind a network.
type Gateway struct {
	// Down makes every request fail.
	Down bool
	// charges is how many were made.
	charges int
}

// Charge asks for money.
type Charge struct {
	// Cents is how much.
	Cents int
}

// Receipt says that a charge was made.
type Receipt struct {
	// ID names the charge.
	ID string
	// Cents is how much was charged.
	Cents int
}

// StatusRequest asks what became of a charge.
type StatusRequest struct {
	// Receipt is the charge's ID.
	Receipt string
}

// Status is what became of a charge.
type Status struct {
	// Word is "paid" for every charge that this gateway knows.
	Word string
}

var errDown = errors.New("gateway answered 503 Service Unavailable")

// Charge makes a charge. The context bounds it, as it would an HTTP request.
func (g *Gateway) Charge(ctx context.Context, c Charge) (Receipt, error) {
	if g.Down {
		return Receipt{}, errDown
	}
	g.charges++
	return Receipt{ID: fmt.Sprintf("r-%d", g.charges), Cents: c.Cents}, ctx.Err()
}

// Status tells what became of a charge.
func (g *Gateway) Status(ctx context.Context, _ StatusRequest) (Status, error) {
	if g.Down {
		return Status{}, errDown
	}
	return Status{Word: "paid"}, ctx.Err()
}
