// SPDX-License-Identifier: Apache-2.0

package network_test

import (
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard/simulations/network"
)

func ExampleNew() {
	net, err := network.New(network.Options{Seed: 7, Link: network.Link{Latency: 2 * time.Millisecond}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer net.Close()
	a, _ := net.Node("a") // for memberlist.Config.Transport
	b, _ := net.Node("b")

	a.WriteTo([]byte("hello"), b.Addr())
	packet := <-b.PacketCh()
	fmt.Printf("%s from %s\n", packet.Buf, packet.From)

	net.Cut("a", "b")
	a.WriteTo([]byte("nobody hears this"), b.Addr())
	count := net.Stats().Total
	fmt.Printf("%d sent, %d delivered, %d cut\n", count.Sent, count.Delivered, count.Cut)
	// Output:
	// hello from 10.0.0.1:7946
	// 2 sent, 1 delivered, 1 cut
}
