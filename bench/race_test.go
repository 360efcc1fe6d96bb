// SPDX-License-Identifier: Apache-2.0

//go:build race

package main

// underRace: the race detector changes every cost.
const underRace = true
