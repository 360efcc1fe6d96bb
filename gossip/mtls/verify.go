// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// state is the credentials of one time, and what was made from them. It never changes.
type state struct {
	creds    Credentials
	leaf     *x509.Certificate
	server   *tls.Config
	client   *tls.Config
	rules    rules
	sessions tls.ClientSessionCache
}

// rules is what is demanded of a peer.
type rules struct {
	roots *x509.CertPool
	own   Identity
	admit func(Identity) error
}

// newState makes a state, or says what is wrong with the credentials: what others would refuse is refused here first.
// Sessions of the state before can't be resumed: they would show what this node was before.
func newState(c Credentials, o Options, now time.Time) (*state, error) {
	leaf, err := c.leaf()
	if err != nil {
		return nil, err
	}
	chain := []*x509.Certificate{leaf}
	for _, der := range c.Certificate.Certificate[1:] {
		between, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("mtls: a certificate between this node's and the CA cannot be read: %w", err)
		}
		chain = append(chain, between)
	}
	s := &state{creds: c, leaf: leaf, rules: rules{roots: c.Roots, own: o.Identity, admit: o.Admit}}
	if err := s.rules.ourselves(chain, now); err != nil {
		return nil, err
	}
	s.sessions = tls.NewLRUClientSessionCache(o.Pool)
	s.configure()
	return s, nil
}

func (s *state) configure() {
	base := tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{s.creds.Certificate},
	}
	s.server = base.Clone()
	// The chain is verified below, in VerifyConnection, which also runs when a session is resumed.
	s.server.ClientAuth = tls.RequireAnyClientCert
	s.server.VerifyConnection = func(c tls.ConnectionState) error {
		return s.rules.judge(c.PeerCertificates, "", x509.ExtKeyUsageClientAuth, time.Now())
	}
	s.client = base.Clone()
	s.client.ClientSessionCache = s.sessions
	s.client.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return &s.creds.Certificate, nil // whatever the hints: the other side says what it thinks of it
	}
}

// dialling returns the config to dial a node, of that name if there is one.
func (s *state) dialling(name string) *tls.Config {
	c := s.client.Clone()
	// A node is no host: there is no name of DNS to look at. VerifyConnection verifies the chain, and more than a host's name.
	c.InsecureSkipVerify = true
	c.VerifyConnection = func(c tls.ConnectionState) error {
		return s.rules.judge(c.PeerCertificates, name, x509.ExtKeyUsageServerAuth, time.Now())
	}
	return c
}

// ourselves looks at this node's own certificate as others will.
func (r rules) ourselves(chain []*x509.Certificate, now time.Time) error {
	for _, usage := range []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth} {
		if _, err := r.verified(chain, usage, now); err != nil {
			return fmt.Errorf("mtls: other nodes would refuse this node's certificate: %w", err.Err)
		}
	}
	id, err := identityIn(chain[0])
	switch {
	case err != nil:
		return fmt.Errorf("mtls: this node's certificate: %w", err)
	case id != r.own:
		return fmt.Errorf("mtls: this node's certificate is for %s, and the node is %s; give it its own certificate, or correct the options", id, r.own)
	}
	return nil
}

// judge says why a peer is refused; nil: it is not. It reads no clock. Its errors are *RefusedError.
func (r rules) judge(chain []*x509.Certificate, name string, usage x509.ExtKeyUsage, now time.Time) error {
	id, refused := r.verified(chain, usage, now)
	if refused == nil {
		refused = r.entitled(id, name)
	}
	if refused != nil {
		refused.Identity = id
		return refused
	}
	return nil
}

// verified looks at signatures, time and usage, and reads the identity.
func (r rules) verified(chain []*x509.Certificate, usage x509.ExtKeyUsage, now time.Time) (Identity, *RefusedError) {
	if len(chain) == 0 {
		return Identity{}, refuse(BadProtocol, "it shows no certificate; give the node one that the fleet's CA has signed")
	}
	leaf := chain[0]
	id, wrong := identityIn(leaf)
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: r.roots, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{usage}})
	switch {
	case err != nil:
		return id, chainRefusal(leaf, err, now)
	case wrong != nil:
		return id, &RefusedError{Reason: BadIdentity, Err: fmt.Errorf("its certificate: %w", wrong)}
	}
	return id, nil
}

func chainRefusal(leaf *x509.Certificate, err error, now time.Time) *RefusedError {
	var invalid x509.CertificateInvalidError
	errors.As(err, &invalid)
	switch {
	case invalid.Cert == nil:
		return refuse(BadCA, "its certificate is signed by another CA (%q) than those that this node trusts; give both nodes the same CA",
			clip(leaf.Issuer.String()))
	case invalid.Reason == x509.Expired && now.Before(invalid.Cert.NotBefore):
		return refuse(BadTime, "%s is not valid before %s, and now it is %s; compare the clocks of the two hosts",
			whose(leaf, invalid.Cert), stamp(invalid.Cert.NotBefore), stamp(now))
	case invalid.Reason == x509.Expired:
		return refuse(BadTime, "%s expired on %s; renew it", whose(leaf, invalid.Cert), stamp(invalid.Cert.NotAfter))
	case invalid.Reason == x509.IncompatibleUsage:
		return refuse(BadUsage, "its certificate is not for clients and servers both; sign it with both extended key usages, clientAuth and serverAuth")
	}
	return &RefusedError{Reason: BadCA, Err: fmt.Errorf("its certificate is not signed as it must be: %w", err)}
}

func whose(leaf, of *x509.Certificate) string {
	if leaf.Equal(of) {
		return "its certificate"
	}
	return fmt.Sprintf("the certificate %q, which signed its certificate,", clip(of.Subject.String()))
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// entitled says whether a node that is who it says belongs here.
func (r rules) entitled(id Identity, name string) *RefusedError {
	switch {
	case id.TrustDomain != r.own.TrustDomain || id.Service != r.own.Service:
		return refuse(BadService, "it is %s, of service %q in trust domain %q, and this fleet is service %q in %q; a fleet is the replicas of one service",
			id, id.Service, id.TrustDomain, r.own.Service, r.own.TrustDomain)
	case name != "" && id.Name != name:
		return refuse(BadName, "its certificate names %q, and %q was expected; another node has the address now, or said it were %[2]q", id.Name, clip(name))
	}
	if err := r.admit(id); err != nil {
		return &RefusedError{Reason: NotAdmitted, Err: fmt.Errorf("it is %s, which is not admitted: %w", id, err)}
	}
	return nil
}

func refuse(r Reason, format string, args ...any) *RefusedError {
	return &RefusedError{Reason: r, Err: fmt.Errorf(format, args...)}
}
