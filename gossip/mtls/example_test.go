// SPDX-License-Identifier: Apache-2.0

package mtls_test

import (
	"fmt"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard/gossip/mtls"
	"github.com/fuseboard/fuseboard/internal/servers/certs"
)

// In production, credentials are files: mtls.Files("node.crt", "node.key", "ca.crt").
func ExampleNew() {
	ca, _ := certs.NewAuthority()
	node := func(name string) *mtls.Transport {
		id := mtls.Identity{TrustDomain: "example.org", Service: "checkout", Name: name}
		pair, _ := ca.Issue(certs.Options{URIs: []string{id.String()}})
		carrier, err := mtls.New(mtls.Options{
			Identity:    id,
			Credentials: mtls.Static(mtls.Credentials{Certificate: pair.TLS, Roots: ca.Pool()}),
			Bind:        "127.0.0.1:0",
		})
		if err != nil {
			panic(err)
		}
		return carrier // for memberlist.Config.Transport
	}
	a, b := node("a"), node("b")
	defer a.Shutdown()
	defer b.Shutdown()

	a.WriteToAddress([]byte("hello"), memberlist.Address{Addr: b.Addr(), Name: "b#1"})
	packet := <-b.PacketCh()
	from, _ := mtls.PeerOf(packet.From)
	fmt.Printf("%s, from %s\n", packet.Buf, from.Identity)

	_, err := a.DialAddressTimeout(memberlist.Address{Addr: b.Addr(), Name: "c#1"}, time.Second)
	fmt.Println(err != nil, b.Stats().Inbound > 0)
	// Output:
	// hello, from spiffe://example.org/fuseboard/checkout/a
	// true true
}
