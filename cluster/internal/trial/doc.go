// SPDX-License-Identifier: Apache-2.0

// Package trial has no code: its tests run fleets of replicas over a simulated network, in virtual time. They are not in
// package cluster because that must not know simulations, which is built upon it.
//
// # Ordering and ownership
//
// Each test owns its bubble, its network, its Systems and its nodes, and closes them.
package trial
