// SPDX-License-Identifier: Apache-2.0

//go:build !race

package telemetry

const (
	mixedOperations = 1_000_000
	underRace       = false
)
