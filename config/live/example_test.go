// SPDX-License-Identifier: Apache-2.0

package live_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config/live"
)

const policies = `apiVersion: fuseboard/v1
defaults:
  deadline: {total: 2s}
dependencies:
  payments:
    bulkhead: {concurrency: %d, queue: 64}
`

func ExampleStart() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "fuseboard.yaml")
	write := func(permits int) {
		if err := os.WriteFile(path, fmt.Appendf(nil, policies, permits), 0o600); err != nil {
			panic(err)
		}
	}
	write(32)

	ctx := context.Background()
	quiet := slog.New(slog.DiscardHandler)
	sys, err := actors.Start(actors.Options{Logger: quiet})
	if err != nil {
		panic(err)
	}
	defer sys.Shutdown(ctx)
	follows, err := live.Start(ctx, sys, live.Options{Path: path, Env: []string{}, Log: quiet})
	if err != nil {
		fmt.Println(err) // every flaw of the file, with its line and its fix
		return
	}
	defer follows.Close()
	payments, err := actors.Protect(sys, "payments", actors.Policy{})
	if err != nil {
		panic(err)
	}
	fmt.Println("permits:", payments.Policy().Bulkhead.Concurrency)

	write(48)
	v, err := follows.Next(ctx, 1)
	if err != nil {
		panic(err)
	}
	fmt.Println("version", v.Number, "changed", v.Guards[0].Change.Changed)
	fmt.Println("permits:", payments.Policy().Bulkhead.Concurrency)
	// Output:
	// permits: 32
	// version 2 changed [bulkhead.concurrency]
	// permits: 48
}

func ExamplePolicies_Override() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "fuseboard.yaml")
	if err := os.WriteFile(path, fmt.Appendf(nil, policies, 32), 0o600); err != nil {
		panic(err)
	}
	ctx := context.Background()
	quiet := slog.New(slog.DiscardHandler)
	sys, err := actors.Start(actors.Options{Logger: quiet})
	if err != nil {
		panic(err)
	}
	defer sys.Shutdown(ctx)
	follows, err := live.Start(ctx, sys, live.Options{Path: path, Env: []string{}, Log: quiet})
	if err != nil {
		panic(err)
	}
	defer follows.Close()

	v, err := follows.Override(ctx, live.Override{
		Dependency: "payments", Path: "bulkhead.concurrency", Value: "8",
		TTL: time.Hour, By: "ana", Reason: "INC-812: their database is half gone",
	})
	if err != nil {
		panic(err)
	}
	fmt.Println("version", v.Number, v.Cause, "by", v.By)
	r, err := follows.Explain("payments")
	if err != nil {
		panic(err)
	}
	for _, value := range r.Values {
		if value.Path == "bulkhead.concurrency" {
			fmt.Println(value.Text, "of", value.Origin, "over", value.Under[0].Text)
		}
	}

	v, err = follows.Rollback(ctx, 1, "ana", "as it was this morning")
	if err != nil {
		panic(err)
	}
	fmt.Println("version", v.Number, "has the files of version", v.Of)
	// Output:
	// version 2 override by ana
	// 8 of override ana over 32
	// version 3 has the files of version 1
}
