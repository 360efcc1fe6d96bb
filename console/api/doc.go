// SPDX-License-Identifier: Apache-2.0

// Package api is the admin API of a node as its clients know it: the words that go over the wire, and a client.
//
//	token, err := api.ReadToken("/run/checkout/token")
//	…
//	client, err := api.NewClient(api.ClientOptions{Node: "127.0.0.1:7979", Token: token})
//	…
//	status, err := client.Status(ctx)
//
// It knows neither the cluster nor the gossip, so that a command that asks a node does not carry one.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// The token goes to the node that was named, and nowhere else: never in the clear to another machine
// (TestAddressesOfNodesAreReadAndEveryProblemTold), nor where an answer points (TestWhatIsNoConsoleIsToldInPlainWords).
// What went wrong is told in words that say what to do (TestWhatIsNoConsoleIsToldInPlainWords). A [Client] may be used by
// any number of goroutines; what it returns is the caller's.
package api
