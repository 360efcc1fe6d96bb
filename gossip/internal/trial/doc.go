// SPDX-License-Identifier: Apache-2.0

// Package trial has no code: its tests run fleets of gossip nodes over a simulated network, in virtual time. They are not in
// package gossip because that must not know simulations, which is built upon more than it.
//
// # Ordering and ownership
//
// Each test owns its bubble, its network and its nodes, and closes them.
package trial
