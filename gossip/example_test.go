// SPDX-License-Identifier: Apache-2.0

package gossip_test

import (
	"context"
	"fmt"

	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/gossip/record"
)

func ExampleStart() {
	ctx := context.Background()
	options := gossip.Options{Name: "shop-1", Label: "shop/example", Keys: [][]byte{[]byte("0123456789abcdef")}}
	one, err := gossip.Start(ctx, options) // on loopback, any free port
	if err != nil {
		fmt.Println(err)
		return
	}
	defer one.Close()

	options.Name = "shop-2"
	options.Seeds = []gossip.Seeds{gossip.Static(one.Self().Address)}
	two, err := gossip.Start(ctx, options)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer two.Close()

	changes := two.Watch()
	defer changes.Close()
	if err := one.Put(record.Transition, "payments", []byte("open")); err != nil {
		fmt.Println(err)
		return
	}
	for {
		news, err := changes.Next(ctx)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, c := range news {
			if c.What == gossip.RecordChanged {
				fmt.Printf("%s says of %s: %s\n", c.Record.Owner, c.Record.Key, c.Record.Body)
				return
			}
		}
	}
	// Output: shop-1 says of payments: open
}

func ExampleDNS() {
	seeds := []gossip.Seeds{
		gossip.DNS("shop.internal:7946"),         // all its addresses
		gossip.DNS("_gossip._udp.shop.internal"), // or by SRV
		gossip.Static("10.0.0.1:7946"),
		gossip.File("/etc/shop/seeds"),
	}
	fmt.Println(len(seeds), "ways to find the fleet")
	// Output: 4 ways to find the fleet
}

func ExampleStatic() {
	addresses, err := gossip.Static("10.0.0.1:7946").Addresses(context.Background())
	fmt.Println(addresses, err)
	// Output: [10.0.0.1:7946] <nil>
}

func ExampleFile() {
	_, err := gossip.File("/nowhere").Addresses(context.Background())
	fmt.Println(err)
	// Output: gossip: seeds: open /nowhere: no such file or directory
}
