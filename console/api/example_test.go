// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"fmt"

	"github.com/fuseboard/fuseboard/console/api"
)

func ExampleNewClient() {
	_, err := api.NewClient(api.ClientOptions{Node: "10.0.0.7:7979", Token: "a-token-that-nobody-guesses"})
	fmt.Println(err)
	client, err := api.NewClient(api.ClientOptions{Node: "https://10.0.0.7:7979", Token: "a-token-that-nobody-guesses"})
	fmt.Println(client.Node(), err)
	// Output:
	// node = 10.0.0.7:7979: is on another machine, and whoever is between could read the token (accepted: without https: an address of this machine); write https:// before it, or go through a tunnel, such as ssh -L 7979:127.0.0.1:7979 [not-loopback]
	// 10.0.0.7:7979 <nil>
}
