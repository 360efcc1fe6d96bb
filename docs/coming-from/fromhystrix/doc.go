// SPDX-License-Identifier: Apache-2.0

// Package fromhystrix is one service before and after it came from hystrix-go; the
// guide hystrix-go.md is cut from it.
package fromhystrix

import "context"

// Fetch asks the warehouse how many there are.
type Fetch func(ctx context.Context, sku string) (int, error)

// Unknown is what a shop shows that could not ask.
const Unknown = -1
