// SPDX-License-Identifier: Apache-2.0

package supervision

import "errors"

// ErrOpen is what a caller gets while the circuit refuses: open, held open, or
// half-open and ramping beyond their share. The dependency was not touched.
var ErrOpen = errors.New("circuit open")
