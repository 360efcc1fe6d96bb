// SPDX-License-Identifier: Apache-2.0

//go:build !unix && !windows

package shedding

import "time"

// processTime is not known here.
func processTime() (time.Duration, bool) { return 0, false }
