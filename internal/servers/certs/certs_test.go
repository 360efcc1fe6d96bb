// SPDX-License-Identifier: Apache-2.0

package certs

import (
	"crypto/x509"
	"errors"
	"testing"
)

func TestAPairIsTrustedByItsPoolForItsNamesAndNoOthers(t *testing.T) {
	p, q := pair(t, Options{}), pair(t, Options{})
	for _, name := range []string{"127.0.0.1", "localhost"} {
		if _, err := p.leaf.Verify(x509.VerifyOptions{Roots: p.Pool(), DNSName: name}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var host x509.HostnameError
	if _, err := p.leaf.Verify(x509.VerifyOptions{Roots: p.Pool(), DNSName: "example.org"}); !errors.As(err, &host) {
		t.Errorf("another name: got %v", err)
	}
	var unknown x509.UnknownAuthorityError
	if _, err := p.leaf.Verify(x509.VerifyOptions{Roots: q.Pool()}); !errors.As(err, &unknown) {
		t.Errorf("another pool: got %v", err)
	}
}

func TestAnExpiredPairIsRefused(t *testing.T) {
	p := pair(t, Options{Names: []string{"example.org"}, Expired: true})
	var invalid x509.CertificateInvalidError
	if _, err := p.leaf.Verify(x509.VerifyOptions{Roots: p.Pool(), DNSName: "example.org"}); !errors.As(err, &invalid) || invalid.Reason != x509.Expired {
		t.Errorf("got %v", err)
	}
}

func TestAnAuthorityIsTrustedForWhatItIssues(t *testing.T) {
	a, err := NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	p, err := a.Issue(Options{URIs: []string{"spiffe://example.org/a"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.leaf.URIs) != 1 || p.leaf.URIs[0].String() != "spiffe://example.org/a" {
		t.Errorf("names %v", p.leaf.URIs)
	}
	for _, usage := range []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth} {
		if _, err := p.leaf.Verify(x509.VerifyOptions{Roots: a.Pool(), KeyUsages: []x509.ExtKeyUsage{usage}}); err != nil {
			t.Errorf("usage %d: %v", usage, err)
		}
	}
	var unknown x509.UnknownAuthorityError
	if _, err := p.leaf.Verify(x509.VerifyOptions{Roots: pair(t, Options{}).Pool()}); !errors.As(err, &unknown) {
		t.Errorf("another authority: got %v", err)
	}
	if _, err := a.Issue(Options{URIs: []string{":"}}); err == nil {
		t.Error("a URI that is none went into a certificate")
	}
}

func pair(t *testing.T, o Options) Pair {
	t.Helper()
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
