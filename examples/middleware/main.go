// SPDX-License-Identifier: Apache-2.0

// Command middleware protects an HTTP service on both sides: what comes in, by a
// middleware, and what it calls, by a guard. Then it asks itself what happens when a
// caller is out of time, when the dependency is off, and when the service ends.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "middleware:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) (err error) {
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sys.Shutdown(ctx)) }()
	service, err := newService(sys)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: service.handler, ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()

	c := client{base: "http://" + listener.Addr().String(), out: out}
	err = c.visit(ctx, service)

	service.ready.Drain() // while requests still come: the platform sends no new ones
	err = errors.Join(err, c.get(ctx, "draining", "/ready"), server.Shutdown(ctx))
	if end := <-served; !errors.Is(end, http.ErrServerClosed) {
		err = errors.Join(err, end)
	}
	return err
}

// client tells what it is answered.
type client struct {
	base string
	out  io.Writer
}

// visit asks for all that the example shows.
func (c client) visit(ctx context.Context, s *service) error {
	return errors.Join(
		c.get(ctx, "a request", "/stock/apples"),
		c.get(ctx, "out of time", "/stock/apples", "Fuseboard-Deadline-Ms", "0"),
		s.stock.Command(ctx, actors.Command{Mode: actors.HoldOpen, By: "ops", Reason: "stock moves house", TTL: time.Minute}),
		c.get(ctx, "stock is off", "/stock/apples"),
		c.get(ctx, "still ready", "/ready"),
	)
}

func (c client) get(ctx context.Context, what, path string, headers ...string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return err
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	fmt.Fprintf(c.out, "%s: %d %s", what, resp.StatusCode, body)
	http.DefaultClient.CloseIdleConnections()
	return err
}
