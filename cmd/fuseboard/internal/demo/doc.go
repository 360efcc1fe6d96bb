// SPDX-License-Identifier: Apache-2.0

// Package demo shows what protection is worth: a real HTTP upstream that goes
// slow, fails, hangs and comes back, and three clients that meet the same calls at
// the same moments: one as it is written every day, one behind a guard, and one
// behind a guard that has other answers where the upstream has none.
//
// Nothing in it is simulated. The upstream listens on loopback, the requests
// are net/http's, and the time is real, so two runs of one seed see the same
// script, arrivals and dice but never quite the same numbers.
//
// # What makes the comparison fair
//
// All sides use one client, one deadline and one list of arrivals, each of which
// asks for the same item everywhere. Each side has an upstream of its own with the
// same script, so the load of one does not spoil the others. Arrivals do not wait
// for answers: a caller does not stop calling because the last one waited. The
// upstream goes on with work whose caller has left, as a server does that is not
// told, or does not look.
//
// The two guards have the same policy; the one with answers has a cache and a
// fallback besides. It stands around the call and not in the transport, where
// answers are streams and nobody has a key for them; both repeat the same requests
// after the same failures. An answer that is degraded counts as an answer, and is
// counted apart; a side that has nothing better to give has not recovered. How much
// a cache spares depends on how often callers ask for the same: of 500 items two
// in three calls want one that somebody wanted in the second before.
//
// # Ordering and ownership
//
// [Run] owns all it starts, servers, System, goroutines and connections, and
// returns only when all of it has ended, whether it ran to its end or its
// context was cancelled. One goroutine writes the progress, so its lines never
// mix. A [Recorder] may be added to and read from any goroutine; everything
// else belongs to the run.
package demo
