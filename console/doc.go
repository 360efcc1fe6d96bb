// SPDX-License-Identifier: Apache-2.0

// Package console is the admin API of a node: what it knows of its fleet, what happens there,
// and the way by which operators' orders come in. The commands members, status, events, hold and release of
// fuseboard are its clients, by package [github.com/fuseboard/fuseboard/console/api].
//
//	server, err := console.Serve(ctx, console.Options{Node: node, System: sys, TokenFile: "/run/checkout/token"})
//	…
//	defer server.Close()
//
// It listens on 127.0.0.1:7979 unless told otherwise, and answers nobody who has not the token. Off loopback it needs TLS. The
// token lets somebody look, and bring an order; what an order may do, its signature says, and not the token.
//
// # The API
//
// All answers are JSON; one that refuses is an [api.ErrorBody]. The token is in the header Authorization, after "Bearer ".
//
//	GET  /v1/members                    api.Members
//	GET  /v1/status                     api.Status
//	GET  /v1/dependencies/{name}        api.Dependency
//	GET  /v1/events?after=…&wait=30s    api.Events: waits for some; after is the cursor of the last answer, or "end"
//	GET  /v1/orders/version             api.Version: what to sign the next order with
//	POST /v1/orders                     api.Receipt: the body is an order as orders.Signed.MarshalText has it
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// Whoever has no token learns nothing, not even what there is (TestWithoutTheTokenNothingIsAnswered). Off
// loopback nothing is served in the clear (TestOffLoopbackItNeedsTLS). A name that leads here by a trick
// of DNS is refused (TestAHostThatIsNotThisOneIsRefused), and so is what a page of another site sends
// (TestAPageOfAnotherSiteCannotGiveOrders). A body has a bound (TestABodyThatIsTooLongIsRefused).
// An order that a guard here could not obey is refused with everything that is wrong with it
// (TestAnOrderIsRefusedWithEveryProblem). [Server.Close] ends those who wait for events, and waits for all
// (TestCloseEndsThoseWhoWait).
package console
