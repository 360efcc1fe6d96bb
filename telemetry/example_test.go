// SPDX-License-Identifier: Apache-2.0

package telemetry_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/rs/zerolog"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/telemetry"
)

// A service shows its numbers at /metrics.
func ExampleNew() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = sys.Shutdown(ctx) }()
	tel, err := telemetry.New(sys, telemetry.Options{Service: "shop"})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", tel.Handler())

	greet, err := actors.Spawn(sys, "greeter", func(_ context.Context, name string) (string, error) {
		return "hello " + name, nil
	}, actors.Policy{})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = greet.Call(ctx, "ana")

	page := httptest.NewRecorder()
	mux.ServeHTTP(page, httptest.NewRequestWithContext(ctx, http.MethodGet, "/metrics", nil))
	for lines := bufio.NewScanner(page.Body); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "fuseboard_calls_total{") {
			fmt.Println(lines.Text())
		}
	}
	// Output:
	// fuseboard_calls_total{service="shop",dependency="greeter",outcome="success"} 1
	// fuseboard_calls_total{service="shop",dependency="greeter",outcome="failure"} 0
	// fuseboard_calls_total{service="shop",dependency="greeter",outcome="void"} 0
	// fuseboard_calls_total{service="shop",dependency="greeter",outcome="rejected"} 0
	// fuseboard_calls_total{service="shop",dependency="greeter",outcome="left"} 0
}

// zerolog takes what the System tells, and one line for each call here.
func ExampleNewLog() {
	ctx := context.Background()
	var out bytes.Buffer
	log := telemetry.NewLog(zerolog.New(zerolog.SyncWriter(&out)).Level(zerolog.DebugLevel), telemetry.LogOptions{CallEvery: 1})
	sys, err := actors.Start(log.Wire(actors.Options{}))
	if err != nil {
		fmt.Println(err)
		return
	}
	greet, err := actors.Spawn(sys, "greeter", func(_ context.Context, name string) (string, error) {
		return "hello " + name, nil
	}, actors.Policy{})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = greet.Call(ctx, "ana")
	_ = sys.Shutdown(ctx)
	fmt.Println(strings.Contains(out.String(), `"dependency":"greeter","op":"","outcome":"success","attempts":1`))
	// Output: true
}

// A slog.Logger will do as well.
func ExampleNewSlog() {
	log := telemetry.NewSlog(slog.New(slog.NewTextHandler(io.Discard, nil)), telemetry.LogOptions{})
	sys, err := actors.Start(log.Wire(actors.Options{}))
	fmt.Println(err)
	_ = sys.Shutdown(context.Background())
	// Output: <nil>
}
