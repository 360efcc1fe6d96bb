// SPDX-License-Identifier: Apache-2.0

// Package fleet shows what a fleet is worth: three nodes in one process, each a System of its own, joined by memberlist
// over loopback, before one upstream. In five acts evidence spreads, one sick node fails to poison the others, probes are shared, and
// a partition heals.
//
//	report, err := fleet.Run(ctx, fleet.Options{For: 30 * time.Second, Seed: 1, Progress: os.Stdout})
//
// Nothing in it is simulated: the requests are net/http's, packets go over UDP and the time is real. What is broken is real, too: a
// node whose own way is broken dials a port at which nobody listens, and who is cut off has its packets dropped between
// memberlist and the socket. So no two runs have the same numbers, and on a busy machine an act may not see in time what it waits
// for; then it says so, which is no error.
//
// Beside each guard in the fleet stands one with the same policy and no fleet, with an upstream of its own that breaks at the
// same moments. What the fleet adds is what they differ in.
//
// # Ordering and ownership
//
// [Run] owns all it starts, servers, Systems, nodes, goroutines and connections, and returns only when all of it has ended,
// whether it ran to its end or its context was cancelled (TestACancelledRunReportsWhatItSawSoFar). The acts are played one after
// the other by the caller's goroutine, which alone writes the progress.
package fleet
