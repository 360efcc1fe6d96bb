// SPDX-License-Identifier: Apache-2.0

// Package httpserver protects the handlers of a service as actors protects what it
// calls: a middleware reads how much time the caller has left and whose request goes
// first, runs as many handlers at once as the policy says, lets a bounded number wait,
// and refuses the rest with a status and a time to come again.
//
//	server, err := httpserver.New(sys, httpserver.Options{
//		Policy: actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 100, Queue: 100}},
//	})
//	http.ListenAndServe(addr, server.Middleware(mux))
//
// The server is a guard, named "inbound", so metrics, events, Explain, commands and
// modes work for it as for every dependency. [Error] answers with the error of a call
// that a handler made through another guard. [Ready] and [Live] are for the platform.
//
// # Ordering and ownership
//
// A request whose deadline is spent when it arrives, or while it waits, is refused, and
// its handler does not run (TestSpentDeadlineIsRefusedOnArrival,
// TestDeadlineThatPassesInTheQueueIsRefused). Where some must wait those of higher
// priority go first, and what finds no place is refused at once
// (TestCriticalIsServedAndSheddableRefusedUnderOverload). Of a caller that is not
// trusted only what cannot hurt others is believed
// (TestUntrustedCallerCannotRaiseItself).
//
// A handler runs at most once, on the goroutine of its request, and is never cut: the
// deadline is in its context, and it is waited for whatever the policy becomes
// (TestHandlerIsWaitedForEvenIfThePolicyGetsWorkers). What it writes goes straight to
// net/http, and what net/http's writer can do, the handler's can
// (TestWhatAServerDoesIsTheSameWithAndWithout, TestResponseControllerWorks). A panic goes
// on as it was (TestPanicGoesOnAsItWas).
//
// The permit is given back when the handler has returned, whatever it did
// (TestStorm_AllPermitsAreBackAndNobodyIsForgotten). A request whose client has left
// says nothing about the handlers (TestClientThatLeavesIsNobodysFailure).
package httpserver
