// SPDX-License-Identifier: Apache-2.0

package certs

import (
	"crypto/ecdsa"
	"crypto/x509"
)

// Authority signs the certificates of others, and none of a server itself.
type Authority struct {
	// CertPEM is the text of the file that names it.
	CertPEM []byte

	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// NewAuthority makes an authority that nobody but its own [Authority.Pool] trusts.
func NewAuthority() (*Authority, error) {
	key, c, err := draft(Options{})
	if err != nil {
		return nil, err
	}
	c.Subject.CommonName = "an authority of a test"
	c.IsCA, c.KeyUsage, c.ExtKeyUsage = true, x509.KeyUsageCertSign, nil
	c.IPAddresses, c.DNSNames = nil, nil
	p, err := finish(key, c, c, key)
	return &Authority{CertPEM: p.CertPEM, cert: p.leaf, key: key}, err
}

// Issue makes a certificate that the authority has signed, which can sign none itself.
func (a *Authority) Issue(o Options) (Pair, error) {
	if len(o.Usages) == 0 {
		o.Usages = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}
	}
	key, c, err := draft(o)
	if err != nil {
		return Pair{}, err
	}
	return finish(key, c, a.cert, a.key)
}

// Pool returns roots that trust what the authority has signed, and nothing else.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}
