// SPDX-License-Identifier: Apache-2.0

// Package fromfailsafe is one service before and after it came from failsafe-go; the
// guide failsafe-go.md is cut from it.
package fromfailsafe

import (
	"context"
	"errors"
)

// Quote is a price.
type Quote struct{ Cents int }

// Fetch asks the exchange for a quote. It may be asked twice.
type Fetch func(ctx context.Context, pair string) (Quote, error)

// ErrNoSuchPair is an answer of an exchange that works.
var ErrNoSuchPair = errors.New("no such pair")
