// SPDX-License-Identifier: Apache-2.0

// Package archtest keeps the house in order: its tests, part of every ordinary
// `go test ./...`, hold the tables of rooms, shared words and weights, and fail
// with the reason of the rule that was broken. It has no code of its own.
//
// Read rules_test.go first: it is the table. The other files are small checks
// over it, each a function from what was found to a list of complaints, so that
// checks_test.go can show that every one of them is able to fail.
//
// A rule about something that no longer exists fails too: a table that nobody
// needs to keep true is a table nobody reads.
//
// # Ordering and ownership
//
// Nothing here is shared or concurrent. The module is loaded once per test
// binary and only read afterwards. Every source file is read through package
// os, so the test cache notices any change in the module.
package archtest
