// SPDX-License-Identifier: Apache-2.0

//go:build race

package adaptive

const (
	stormSamples = 20_000
	underRace    = true
)
