// SPDX-License-Identifier: Apache-2.0

//go:build !race

package scenarios_test

// underRace: all takes some ten times as long with the race detector.
const underRace = false
