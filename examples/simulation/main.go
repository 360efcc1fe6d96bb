// SPDX-License-Identifier: Apache-2.0

// Command simulation is a small shop with its policies in a file. What it does when a dependency
// fails is simulated in its tests: shop_test.go runs the shop's own code through outage.yaml.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config/live"
)

func main() {
	policies := "examples/simulation/fuseboard.yaml"
	if len(os.Args) > 1 {
		policies = os.Args[1]
	}
	if err := run(context.Background(), os.Stdout, policies); err != nil {
		fmt.Fprintln(os.Stderr, "simulation:", err)
		os.Exit(1)
	}
}

// run sells three orders.
func run(ctx context.Context, out io.Writer, policies string) (err error) {
	quiet := slog.New(slog.DiscardHandler)
	sys, err := actors.Start(actors.Options{Logger: quiet})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sys.Shutdown(ctx)) }()
	files, err := live.Start(ctx, sys, live.Options{Path: policies, Log: quiet})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	shop, err := newShop(sys, backends{
		stock:  func(_ context.Context, o Order) (int, error) { return 12 - o.Pieces, nil },
		charge: func(_ context.Context, o Order) (string, error) { return "receipt of order " + o.ID, nil },
	})
	if err != nil {
		return err
	}
	for _, o := range []Order{{"a", 1}, {"b", 12}, {"c", 13}} {
		receipt, err := shop.Sell(ctx, o)
		fmt.Fprintln(out, o.ID, receipt, err)
	}
	return nil
}
