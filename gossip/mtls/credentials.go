// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// Credentials is what a node shows to others, and whom it believes.
type Credentials struct {
	// Certificate is the node's own, with its key and what lies between it and the CA. Its URI is the node's [Identity],
	// and it is for clients and servers both.
	Certificate tls.Certificate
	// Roots are the CAs that sign the nodes of this fleet, and only they: not the system's.
	Roots *x509.CertPool
}

// Source gives the credentials of now, when the transport starts and every Options.Reload after that. An error keeps
// what there was. It is called by one goroutine at a time.
type Source func() (Credentials, error)

// Static gives the same credentials for ever.
func Static(c Credentials) Source {
	return func() (Credentials, error) { return c, nil }
}

// Files reads the credentials from three files in PEM, again at each call: the certificate, and after it those between it and the
// CA; its key; and the CAs. While they are being replaced one by one, certificate and key may not belong
// together, which is an error until they do.
func Files(certificate, key, ca string) Source {
	return func() (Credentials, error) {
		pair, err := tls.LoadX509KeyPair(certificate, key)
		if err != nil {
			return Credentials{}, fmt.Errorf("mtls: certificate %s with key %s: %w", certificate, key, err)
		}
		text, err := os.ReadFile(ca)
		if err != nil {
			return Credentials{}, fmt.Errorf("mtls: CA: %w", err)
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(text) {
			return Credentials{}, fmt.Errorf("mtls: CA: %s holds no certificate in PEM (-----BEGIN CERTIFICATE-----)", ca)
		}
		return Credentials{Certificate: pair, Roots: roots}, nil
	}
}

// leaf returns the node's certificate, parsed.
func (c Credentials) leaf() (*x509.Certificate, error) {
	switch {
	case len(c.Certificate.Certificate) == 0 || c.Certificate.PrivateKey == nil:
		return nil, errors.New("mtls: the credentials have no certificate, or no key")
	case c.Roots == nil:
		return nil, errors.New("mtls: the credentials have no roots: name the CA that signs the nodes of the fleet")
	case c.Certificate.Leaf != nil:
		return c.Certificate.Leaf, nil
	}
	leaf, err := x509.ParseCertificate(c.Certificate.Certificate[0])
	if err != nil {
		return nil, fmt.Errorf("mtls: the certificate cannot be read: %w", err)
	}
	return leaf, nil
}

// same reports whether nothing has changed that anybody would see.
func (c Credentials) same(d Credentials) bool {
	if len(c.Certificate.Certificate) != len(d.Certificate.Certificate) || !c.Roots.Equal(d.Roots) {
		return false
	}
	for i := range c.Certificate.Certificate {
		if string(c.Certificate.Certificate[i]) != string(d.Certificate.Certificate[i]) {
			return false
		}
	}
	return true
}
