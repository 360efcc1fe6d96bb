// SPDX-License-Identifier: Apache-2.0

// Package fuseboard holds the few words that every room of the runtime shares:
// how a call ended ([Outcome]), who refused it ([Rejection]), what time it is
// ([Instant], [Clock]) and what is wrong with a policy ([Problem]).
//
// A user of the runtime imports package actors; this package appears in the
// signatures of hooks (a classifier returns an [Outcome]) and of errors.
//
// # Ordering and ownership
//
// Every type here is a value. A [Clock] is read-only after [NewClock] and may
// be read from any goroutine; it belongs to the System that made it, and two
// Systems never share one. Instants of two clocks are not comparable. A clock
// never goes back: two reads in order give two instants in order.
package fuseboard
