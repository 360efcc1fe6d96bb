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
	"time"
)

// Options say what a certificate claims.
type Options struct {
	// Names are host names and IP addresses. Default: 127.0.0.1, ::1 and localhost.
	Names []string
	// Expired makes a certificate whose time is over.
	Expired bool
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
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, err
	}
	der, err := sign(o, key)
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

func sign(o Options, key *ecdsa.PrivateKey) ([]byte, error) {
	now := time.Now()
	c := &x509.Certificate{
		SerialNumber:          big.NewInt(now.UnixNano()),
		Subject:               pkix.Name{CommonName: "a test"},
		NotBefore:             now.Add(-24 * time.Hour),
		NotAfter:              now.Add(24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	if o.Expired {
		c.NotAfter = now.Add(-time.Hour)
	}
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
	return x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
}

// Pool returns roots that trust this certificate and no other.
func (p Pair) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(p.leaf)
	return pool
}
