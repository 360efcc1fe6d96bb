// SPDX-License-Identifier: Apache-2.0

// Command fleet is a service of several replicas that tell each other what they see of a payment gateway. Three of
// them on one machine, each in its own terminal, with the same key:
//
//	export FLEET_KEY=$(openssl rand -hex 32)
//	go run ./examples/fleet -name checkout-0 -listen 127.0.0.1:8080 -bind 127.0.0.1:7946 \
//		-console 127.0.0.1:7979 -token-file token
//	go run ./examples/fleet -name checkout-1 -listen 127.0.0.1:8081 -seeds 127.0.0.1:7946
//	go run ./examples/fleet -name checkout-2 -listen 127.0.0.1:8082 -seeds 127.0.0.1:7946
//
// POST /charge charges a cent; fuseboard status --token-file token says how the fleet looks from the first. With
// -operators ann.key.pub in each (fuseboard operator keygen ann makes it, and ann.key), fuseboard hold gives all of them an order.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := read(os.Args[1:], os.Getenv, os.Stderr)
	if err == nil {
		err = run(ctx, os.Stdout, s)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fleet:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

// run serves until ctx ends.
func run(ctx context.Context, out io.Writer, s settings) (err error) {
	r, err := start(ctx, s, policy())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close(ctx)) }()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s of %s hears the fleet on %s and serves http://%s\n",
		r.node.Name(), r.node.Fleet(), r.node.Gossip().Self().Address, listener.Addr())

	server := &http.Server{Handler: r.routes(), ReadHeaderTimeout: 5 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err = server.Shutdown(within)
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

func (r *replica) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /charge", func(w http.ResponseWriter, req *http.Request) {
		receipt, err := r.charge.Call(req.Context(), Charge{Cents: 1})
		switch {
		case errors.Is(err, actors.ErrFleet): // the others see it fail, too: come back later
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		case err != nil:
			http.Error(w, err.Error(), http.StatusBadGateway)
		default:
			fmt.Fprintf(w, "charged %d\n", receipt.Cents)
		}
	})
	return mux
}
