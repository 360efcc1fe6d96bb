// SPDX-License-Identifier: Apache-2.0

package upstream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"sync"

	"github.com/fuseboard/fuseboard/internal/servers/certs"
)

// Protocol is what a Server speaks.
type Protocol string

const (
	// H1 is HTTP/1.1 in the clear.
	H1 Protocol = "HTTP/1.1"
	// H1TLS is HTTP/1.1 over TLS.
	H1TLS Protocol = "HTTP/1.1 over TLS"
	// H2 is HTTP/2 over TLS.
	H2 Protocol = "HTTP/2"
	// H2C is HTTP/2 in the clear, known beforehand.
	H2C Protocol = "HTTP/2 in the clear"
)

// Options say what a Server speaks and what is wrong with its connections.
type Options struct {
	// Protocol is what it speaks. Default: H1.
	Protocol Protocol
	// TLS is what is wrong with its TLS. Default: nothing.
	TLS TLSFault
	// GoAway is how many connections are told to go away (HTTP/2: GOAWAY) before any of
	// their requests is processed; later ones are well. H2 only. Default: 0.
	GoAway int
}

// Server is a running upstream. See [Start].
type Server struct {
	protocol Protocol
	listener net.Listener
	http     *http.Server
	pair     certs.Pair
	work     sync.WaitGroup // serving, and every handler
	ctx      context.Context
	cancel   context.CancelFunc

	mu       sync.Mutex
	requests []*Request
	changed  chan struct{} // closed and replaced when requests change
	conns    int           // connections made
	hijacked map[net.Conn]struct{}
	asked    map[string]int           // requests by URI, for Answer
	gates    map[string]chan struct{} // steps to be taken, by name
}

// Start runs a server on a free port of loopback. Close it.
func Start(o Options) (*Server, error) {
	s := &Server{
		protocol: o.Protocol, changed: make(chan struct{}), hijacked: map[net.Conn]struct{}{},
		asked: map[string]int{}, gates: map[string]chan struct{}{},
	}
	if s.protocol == "" {
		s.protocol = H1
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if err := s.listen(o); err != nil {
		s.cancel()
		return nil, err
	}
	s.http = &http.Server{
		Handler:     s.recorded(s.routes()),
		BaseContext: func(net.Listener) context.Context { return s.ctx },
		ConnContext: s.number,
		Protocols:   s.protocols(),
		ErrorLog:    log.New(io.Discard, "", 0), // it is told to misbehave
	}
	s.work.Go(func() { _ = s.http.Serve(s.listener) })
	return s, nil
}

func (s *Server) listen(o Options) error {
	var err error
	if s.pair, err = o.TLS.pair(); err != nil {
		return err
	}
	var lc net.ListenConfig
	if s.listener, err = lc.Listen(s.ctx, "tcp", "127.0.0.1:0"); err != nil {
		return err
	}
	if s.secure() {
		s.listener = o.TLS.listener(s.listener, s.config())
	}
	if o.GoAway > 0 {
		s.listener = &goAway{Listener: s.listener, left: o.GoAway, work: &s.work, ctx: s.ctx}
	}
	return nil
}

func (s *Server) secure() bool { return s.protocol == H1TLS || s.protocol == H2 }

func (s *Server) config() *tls.Config {
	c := &tls.Config{Certificates: []tls.Certificate{s.pair.TLS}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	if s.protocol == H2 {
		c.NextProtos = []string{"h2"}
	}
	return c
}

func (s *Server) protocols() *http.Protocols {
	var p http.Protocols
	p.SetHTTP1(s.protocol == H1 || s.protocol == H1TLS)
	p.SetHTTP2(s.protocol == H2)
	p.SetUnencryptedHTTP2(s.protocol == H2C)
	return &p
}

// Addr returns where the server listens: "127.0.0.1:34567".
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Scheme returns "https" where the protocol has TLS, else "http".
func (s *Server) Scheme() string {
	if s.secure() {
		return "https"
	}
	return "http"
}

// URL returns the server's address as a URL without a path.
func (s *Server) URL() string { return s.Scheme() + "://" + s.Addr() }

// Pool returns roots that trust the server's certificate.
func (s *Server) Pool() *x509.CertPool { return s.pair.Pool() }

// Transport returns a new transport that speaks the server's protocol and trusts it.
// Whoever asks closes its idle connections.
func (s *Server) Transport() *http.Transport {
	t := &http.Transport{Protocols: s.protocols()}
	if s.secure() {
		t.TLSClientConfig = &tls.Config{RootCAs: s.Pool(), MinVersion: tls.VersionTLS12}
	}
	return t
}

// Close ends everything and returns when all handlers are gone. Closing twice is fine.
func (s *Server) Close() {
	s.cancel()
	_ = s.http.Close()
	s.mu.Lock()
	for c := range s.hijacked {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.work.Wait()
}
