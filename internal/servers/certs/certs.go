// SPDX-License-Identifier: Apache-2.0

package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/url"
	"time"
)

// Options say what a certificate claims.
type Options struct {
	// Names are host names and IP addresses. Default: 127.0.0.1, ::1 and localhost.
	Names []string
	// Expired makes a certificate whose time is over.
	Expired bool
	// URIs are further names: who a program is, for who looks at that and not at hosts. A text that is none fails.
	URIs []string
	// Usages are what it is for. Default: servers; of an [Authority]: clients and servers.
	Usages []x509.ExtKeyUsage
}

// Pair is a certificate with its key, and both as PEM for programs that want files.
type Pair struct {
	// TLS is for a tls.Config.
	TLS tls.Certificate
	// CertPEM and KeyPEM are the texts of the two files.
	CertPEM, KeyPEM []byte

	leaf *x509.Certificate
}

// New makes a certificate that signs itself.
func New(o Options) (Pair, error) {
	key, c, err := draft(o)
	if err != nil {
		return Pair{}, err
	}
	c.KeyUsage |= x509.KeyUsageCertSign
	c.IsCA = true
	return finish(key, c, c, key)
}

// draft makes a key, and a certificate for it that nobody has signed.
func draft(o Options) (*ecdsa.PrivateKey, *x509.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	now := time.Now()
	c := &x509.Certificate{
		SerialNumber:          big.NewInt(now.UnixNano()),
		Subject:               pkix.Name{CommonName: "a test"},
		NotBefore:             now.Add(-24 * time.Hour),
		NotAfter:              now.Add(24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	if o.Expired {
		c.NotAfter = now.Add(-time.Hour)
	}
	if len(o.Usages) > 0 {
		c.ExtKeyUsage = o.Usages
	}
	return key, c, o.name(c)
}

// name writes the names into c.
func (o Options) name(c *x509.Certificate) error {
	names := o.Names
	if len(names) == 0 {
		names = []string{"127.0.0.1", "::1", "localhost"}
	}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, n)
		}
	}
	for _, text := range o.URIs {
		u, err := url.Parse(text)
		if err != nil {
			return err
		}
		c.URIs = append(c.URIs, u)
	}
	return nil
}

// finish has the parent sign c, and writes everything down.
func finish(key *ecdsa.PrivateKey, c, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (Pair, error) {
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, parentKey)
	if err != nil {
		return Pair{}, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return Pair{}, err
	}
	p := Pair{
		CertPEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		KeyPEM:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}),
	}
	if p.TLS, err = tls.X509KeyPair(p.CertPEM, p.KeyPEM); err != nil {
		return Pair{}, err
	}
	p.leaf, err = x509.ParseCertificate(der)
	return p, err
}

// Pool returns roots that trust this certificate and no other.
func (p Pair) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(p.leaf)
	return pool
}
