// SPDX-License-Identifier: Apache-2.0

// Package upstream is an HTTP server that does what servers do on their bad days, and
// what clients forget that servers may do: throttling, storms of 503, bad gzip,
// trailers, interim answers, upgrades, redirects, silence in the middle of a body, a
// wrong certificate, an HTTP/2 GOAWAY. It writes down every request it got, so that
// a test can prove at the server what a client did.
//
// What it answers is in the request's path (see the constants), so that neither a relay
// nor a proxy in between needs to be told. What breaks below HTTP is the business of
// package relay, in front of it.
//
// It is a kit: only test files and other kits import it, so nothing of it reaches a user.
//
// # Ordering and ownership
//
//   - A request is written down when it arrives, and its body as it is read
//     (TestEveryRequestIsWrittenDown); requests are listed in the order of their arrival.
//   - [Answer] counts requests for its own path, whatever their connection
//     (TestAStormEndsAfterTheGivenNumberOfRequests).
//   - [Server.Step] lets one waiting handler of that name take one step, now or
//     later (TestAStreamIsFlushedEventByEvent).
//   - Whoever starts a Server closes it. Close ends all connections and handlers and
//     waits for them. All methods may be called from any goroutine.
package upstream
