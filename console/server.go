// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/console/api"
)

// The bounds of what a client may cost.
const (
	mostHeader  = 16 << 10
	mostBody    = 4 << 10 // an order in base64 has less than half of that
	mostWaiting = 64      // who wait for events at one time
	readWithin  = 10 * time.Second
	writeWithin = 10 * time.Second
	idleWithin  = 2 * time.Minute
	closeWithin = 5 * time.Second
)

// Server is an admin API that listens. Make one with [Serve]; all its methods may be called from any goroutine.
type Server struct {
	node  *cluster.Node
	sys   *actors.System
	token [sha256.Size]byte
	hosts map[string]bool // beside loopback; nil: the certificate decides

	listener net.Listener
	http     *http.Server
	waiting  chan struct{} // as many as wait for events
	stop     context.CancelFunc
	ended    chan struct{}
	closing  sync.Once
	running  sync.WaitGroup // requests
	failed   error
}

// Serve begins to serve the admin API of a node. It returns when it listens; ctx ends what comes before that. The server lives until
// [Server.Close], and does not close the node.
//
// Errors: [fuseboard.Problems] of the options; a [fuseboard.Problem] of the token's file; what the system says of the file
// or the address.
func Serve(ctx context.Context, o Options) (*Server, error) {
	if err := o.Validate().Err(); err != nil {
		return nil, err
	}
	token := o.Token
	if o.TokenFile != "" {
		var err error
		if token, err = makeToken(o.TokenFile); err != nil {
			return nil, fmt.Errorf("the token of the console: %w", err)
		}
	}
	l, err := listen(ctx, o)
	if err != nil {
		return nil, err
	}
	return serve(o, token, l), nil
}

// listen opens the address, and looks whether it is what its name said.
func listen(ctx context.Context, o Options) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", o.listen())
	if err != nil {
		return nil, fmt.Errorf("the console cannot listen: %w", err)
	}
	if host, _, err := net.SplitHostPort(l.Addr().String()); o.TLS == nil && (err != nil || !api.IsLoopback(host)) {
		o.Listen = l.Addr().String() // what localhost means here
		return nil, errors.Join(o.listenProblems().Err(), l.Close())
	}
	return l, nil
}

// serve serves on a listener.
func serve(o Options, token string, l net.Listener) *Server {
	s := &Server{
		node: o.Node, sys: o.System, token: sha256.Sum256([]byte(token)), listener: l, waiting: make(chan struct{}, mostWaiting), ended: make(chan struct{}),
	}
	if o.TLS == nil {
		s.hosts = map[string]bool{}
		for _, name := range o.Hosts {
			s.hosts[name] = true
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	s.http = &http.Server{
		Handler: s.handler(), ReadHeaderTimeout: readWithin, ReadTimeout: readWithin, WriteTimeout: writeWithin, IdleTimeout: idleWithin, MaxHeaderBytes: mostHeader,
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    log.New(io.Discard, "", 0), // what strangers do to a port is no news of the service
	}
	if o.TLS != nil {
		t := o.TLS.Clone()
		t.MinVersion = max(t.MinVersion, tls.VersionTLS12)
		s.http.TLSConfig = t
		l = tls.NewListener(l, t)
	}
	go func() {
		defer close(s.ended)
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.failed = err
		}
	}()
	return s
}

// Addr is where the server listens: "127.0.0.1:7979".
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Close ends the server: who waits for events gets an empty page, other answers are finished within 5s. It returns when nothing
// of the server runs any more. The error is why it stopped listening earlier, if it did.
func (s *Server) Close() error {
	s.closing.Do(func() {
		s.stop()
		ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
		defer cancel()
		if s.http.Shutdown(ctx) != nil {
			_ = s.http.Close() // who reads so slowly loses the rest
		}
	})
	<-s.ended
	s.running.Wait()
	return s.failed
}
