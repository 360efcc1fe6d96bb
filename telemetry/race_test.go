// SPDX-License-Identifier: Apache-2.0

//go:build race

package telemetry

const (
	mixedOperations = 200_000 // the race detector makes each ten times slower
	underRace       = true
)
