// SPDX-License-Identifier: Apache-2.0

// Package oracle is a table of what HTTP clients do, and an exact account of what comes
// of it: the standard client is the oracle, and a transport of ours has to give the same
// account. [Check] plays every case twice, without and with the transport under test,
// each time against a fresh server, and compares.
//
// The account of a case is a list of facts: everything a caller can see of the answer
// (status, protocol, headers without Date, trailers, body, lengths, encodings, TLS, the
// request it belongs to, the history of redirects), of an error (its classes and its
// words), of its own request (unchanged, body closed, GetBody calls, trace events), and
// everything that the server saw. Ports and durations are left out of it.
//
// It is a kit: only test files import it, so nothing of it reaches a user.
//
// # Ordering and ownership
//
//   - Two plays of one case give the same facts in the same order
//     (TestTheTableIsStable): a race that both ways may win is not in an account.
//   - Every case notices at least one kind of damage, and every kind is noticed
//     (TestEveryCaseCanFail, TestEveryDamageIsNoticed).
//   - A play owns its server, relay and transport, and nothing of them is left after it.
//     The transport under test belongs to whoever made it.
package oracle
