// SPDX-License-Identifier: Apache-2.0

// Command httpclient sends HTTP requests under guards: what is repeated and what is
// not, and what a caller sees when a server is down.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "httpclient:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) (err error) {
	shop := openShop()
	defer shop.close()
	// client: begin
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sys.Shutdown(ctx)) }()

	client, err := httpclient.New(sys, httpclient.Options{
		Policy: actors.Policy{
			Deadline: actors.Deadline{Total: 2 * time.Second, Attempt: 500 * time.Millisecond},
			Retry:    actors.Retry{Attempts: 3, Backoff: actors.Backoff{Base: 10 * time.Millisecond}},
			Breaker:  actors.Breaker{Consecutive: 5, OpenFor: 10 * time.Second},
			Bulkhead: actors.Bulkhead{Concurrency: 64},
		},
		IdempotencyKeys: true, // the shop recognises an order that comes twice
	})
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	// client: end

	shop.bad(2)
	if err := show(ctx, out, client, http.MethodGet, shop.url+"/stock", ""); err != nil {
		return err
	}
	shop.bad(1)
	if err := show(ctx, out, client, http.MethodPost, shop.url+"/orders", "one lamp"); err != nil {
		return err
	}
	fmt.Fprintf(out, "the shop took %d order\n", shop.orders())

	shop.bad(1000)
	for n := 1; n <= 10; n++ {
		err := show(ctx, io.Discard, client, http.MethodGet, shop.url+"/stock", "")
		if call, refused := errors.AsType[*actors.CallError](err); refused && errors.Is(err, actors.ErrOpen) {
			fmt.Fprintf(out, "call %d is not sent: %s says no, ask again in %s\n", n, call.RejectedBy(), call.RetryAfter().Round(time.Second))
			return nil
		}
	}
	return errors.New("the circuit did not open")
}

// show sends a request and prints what came back.
func show(ctx context.Context, out io.Writer, client *http.Client, method, url, body string) error {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // the permit lasts until here
	said, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s %s: %s, %s\n", method, req.URL.Path, resp.Status, said)
	return nil
}
