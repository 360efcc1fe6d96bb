// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/console"
	"github.com/fuseboard/fuseboard/console/api"
)

func ExampleServe() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sys.Shutdown(ctx)
	node, err := cluster.Join(ctx, sys, cluster.Options{Service: "checkout", Name: "checkout-0", Plaintext: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer node.Close()

	dir, err := os.MkdirTemp("", "console")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "token")
	server, err := console.Serve(ctx, console.Options{Node: node, System: sys, Listen: "127.0.0.1:0", TokenFile: file})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()

	token, err := api.ReadToken(file) // as fuseboard status --token-file does
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := api.NewClient(api.ClientOptions{Node: server.Addr(), Token: token})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	status, err := client.Status(ctx)
	fmt.Println(status.Fleet, status.Name, status.Alive, err)
	// Output: checkout/default checkout-0 1 <nil>
}
