// SPDX-License-Identifier: Apache-2.0

package limits_test

import (
	"fmt"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard/gossip/limits"
)

func ExampleWrap() {
	var network memberlist.MockNetwork // or a carrier of this fleet
	carrier := network.NewTransport("b")
	b, err := limits.Wrap(carrier, limits.Options{Packets: 10, PacketBurst: 2}) // for memberlist.Config.Transport
	if err != nil {
		fmt.Println(err)
		return
	}
	defer b.Shutdown()
	a := network.NewTransport("a")

	to := memberlist.Address{Name: "b"}
	a.WriteToAddress([]byte("one"), to)
	fmt.Printf("%s\n", (<-b.PacketCh()).Buf)
	a.WriteToAddress([]byte("two"), to)
	fmt.Printf("%s\n", (<-b.PacketCh()).Buf)
	for b.Stats().DroppedByRate == 0 { // 10 a second, and 2 at once
		a.WriteToAddress([]byte("too many"), to)
	}
	fmt.Println("and no more")
	// Output:
	// one
	// two
	// and no more
}
