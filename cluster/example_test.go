// SPDX-License-Identifier: Apache-2.0

package cluster_test

import (
	"context"
	"fmt"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
)

func ExampleJoin() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sys.Shutdown(ctx)
	payments, err := actors.Protect(sys, "payments", actors.Policy{
		Breaker: actors.Breaker{FailureRate: 0.5},
		Fleet:   actors.Fleet{Mode: actors.FleetFollow},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	node, err := cluster.Join(ctx, sys, cluster.Options{
		Service: "checkout", Environment: "test", Name: "checkout-0",
		Keys: [][]byte{[]byte("a key of 16 byte")}, Trust: cluster.TrustGossipKey,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer node.Leave(ctx)

	fmt.Println(payments.Name(), "in the fleet", node.Fleet(), "as", node.Name())
	// Output: payments in the fleet checkout/test as checkout-0
}

// What is wrong is told all at once, and nothing is started.
func ExampleOptions_Validate() {
	for _, p := range (cluster.Options{Environment: "pro duction", Trust: cluster.TrustMTLS}).Validate() {
		fmt.Println(p)
	}
	// Output:
	// service: is no name of a fleet (accepted: 1 to 63 of a-z 0-9, and . _ - inside); name the service whose replicas are the fleet: "checkout" [bad-name]
	// environment = pro duction: is no name of a fleet (accepted: 1 to 63 of a-z 0-9, and . _ - inside); write "production", or leave it out [bad-name]
	// trust = mtls: trusts certificates, and there are none; set tls [conflict]
	// name = "": can't name a node (accepted: 1 to 96 letters, digits, and . _ - inside); give the host's or the pod's stable name [bad-name]
	// keys: are missing: everybody who reaches the port could write (accepted: one or two keys of 16, 24 or 32 bytes); give a key, the same to all nodes, or set plaintext if that is meant [no-keys]
}
