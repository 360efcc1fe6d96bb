// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpserver"
	"github.com/fuseboard/fuseboard/telemetry"
)

// window is the demo's own HTTP server, on loopback: what an operator of a service
// sees of its guards, behind a guard of its own.
type window struct {
	address string // where it listens
	server  *http.Server
	ended   sync.WaitGroup
}

// openWindow serves /metrics and /ready on a free port.
func openWindow(sys *actors.System) (*window, error) {
	tel, err := telemetry.New(sys, telemetry.Options{Service: "demo"})
	if err != nil {
		return nil, err
	}
	inbound, err := httpserver.New(sys, httpserver.Options{Name: "window"})
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // listening on loopback does not wait
	if err != nil {
		return nil, fmt.Errorf("serve the demo's metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", tel.Handler())
	mux.Handle("GET /ready", httpserver.Ready(sys))
	w := &window{address: "http://" + listener.Addr().String()}
	w.server = &http.Server{
		Handler: inbound.Middleware(mux), ReadHeaderTimeout: 5 * time.Second, ErrorLog: log.New(io.Discard, "", 0),
	}
	w.ended.Go(func() { _ = w.server.Serve(listener) }) // always ErrServerClosed, by close
	return w, nil
}

// close ends the server, after a scrape that is under way.
func (w *window) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := w.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = w.server.Close()
	}
	w.ended.Wait()
	return err
}
