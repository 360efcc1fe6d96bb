// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"

	"github.com/fuseboard/fuseboard/actors"
)

// Order is what a customer wants. Payments knows its ID, so that charging it twice is harmless.
type Order struct {
	// ID names the order, and Pieces is how many it wants.
	ID     string
	Pieces int
}

// errSoldOut is nobody's failure.
var errSoldOut = errors.New("sold out")

// backends reach the shop's dependencies: over the network, or in a simulation.
type backends struct {
	stock  actors.Handler[Order, int] // returns what is left
	charge actors.Handler[Order, string]
}

// shop sells.
type shop struct {
	stock  *actors.Ref[Order, int]
	charge *actors.Ref[Order, string]
}

// newShop protects the dependencies. Their policies are those of the file.
func newShop(sys *actors.System, b backends) (*shop, error) {
	stock, err := actors.Spawn(sys, "stock", b.stock, actors.Policy{}, actors.With[Order, int]{Safe: actors.Always[Order]})
	if err != nil {
		return nil, err
	}
	charge, err := actors.Spawn(sys, "payments", b.charge, actors.Policy{}, actors.With[Order, string]{Safe: actors.Always[Order]})
	return &shop{stock, charge}, err
}

// Sell sells an order, and returns the receipt.
func (s *shop) Sell(ctx context.Context, o Order) (string, error) {
	left, err := s.stock.Call(ctx, o)
	if err != nil {
		return "", err
	}
	if left < 0 {
		return "", errSoldOut
	}
	return s.charge.Call(ctx, o)
}
