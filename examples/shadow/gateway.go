// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
)

// Gateway stands for a payment service that has a bad day: of every twenty requests
// the first ten fail.
type Gateway struct {
	requests int
}

var errDown = errors.New("gateway answered 503 Service Unavailable")

// Status tells what became of a charge.
func (g *Gateway) Status(ctx context.Context, _ string) (string, error) {
	g.requests++
	if (g.requests-1)%20 < 10 {
		return "", errDown
	}
	return "paid", ctx.Err()
}
