// SPDX-License-Identifier: Apache-2.0

//go:build !race

package adaptive

const (
	stormSamples = 200_000
	underRace    = false
)
