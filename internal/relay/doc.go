// SPDX-License-Identifier: Apache-2.0

// Package relay is a TCP relay that misbehaves as it is told: it stands between a
// client and a real server, and does to their connections what networks do. It
// refuses, resets, stalls, cuts, drips, slows and corrupts; it knows just enough of
// HTTP/1.1 to find the blank line after a response's head. Nothing is left to chance:
// the nth connection suffers what the script says.
//
// It is a kit: only test files import it, so nothing of it reaches a user.
//
// # Ordering and ownership
//
//   - A connection suffers the [Fault] that was in force when it was accepted:
//     the next one of the script, else what [Relay.Set] said last
//     (TestTheNthConnectionSuffersTheNthFaultOfTheScript).
//   - [Relay.Freeze] and [Relay.ResetAll] reach connections that are open already
//     (TestFrozenConnectionsGoOnAfterTheThaw, TestResetAllBreaksWhatIsOpen).
//   - Bytes keep their order, and a half-close is handed on
//     (TestBytesPassInOrderAndAHalfCloseIsHandedOn).
//   - A wait (delay, drip, rate) ends with its connection, so [Relay.Close] does not
//     wait for it; when Close returns no goroutine and no socket is left
//     (TestCloseLeavesNothingBehind).
//   - Whoever starts a Relay closes it. All methods may be called from any goroutine.
package relay
