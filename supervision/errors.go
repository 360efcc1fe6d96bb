// SPDX-License-Identifier: Apache-2.0

package supervision

import "errors"

// ErrOpen is what a caller gets while the circuit refuses: open, held open, or
// half-open and ramping beyond their share. The dependency was not touched.
var ErrOpen = errors.New("circuit open")

// ErrFleet is the [ErrOpen] of a circuit that refuses because the fleet holds it open, or
// lets in only a share of the callers: errors.Is finds both.
var ErrFleet error = openByFleet{}

type openByFleet struct{}

func (openByFleet) Error() string { return ErrOpen.Error() }
func (openByFleet) Unwrap() error { return ErrOpen }
