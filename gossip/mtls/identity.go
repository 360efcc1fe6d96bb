// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

const (
	scheme     = "spiffe"
	folder     = "fuseboard"
	mostDomain = 255
	mostWord   = 128
)

// Identity is who a node is. It is plain data, and comparable.
type Identity struct {
	// TrustDomain is whose names these are: "example.org". Lower case letters, digits, and ".", "-", "_"; at most 255.
	TrustDomain string
	// Service is whose replicas form the fleet: "checkout". Letters, digits, and ".", "-", "_"; at most 128.
	Service string
	// Name is the stable name of the node: "a". As Service.
	Name string
}

// ParseIdentity reads "spiffe://example.org/fuseboard/checkout/a". Its error says what is expected.
func ParseIdentity(uri string) (Identity, error) {
	u, err := url.Parse(uri)
	if err != nil {
		return Identity{}, fmt.Errorf("mtls: %q is not a URI; %s", clip(uri), form)
	}
	return identityOf(u)
}

const form = "a node is spiffe://<trust domain>/fuseboard/<service>/<name>"

// String returns the URI that a certificate carries.
func (i Identity) String() string {
	return scheme + "://" + i.TrustDomain + "/" + folder + "/" + i.Service + "/" + i.Name
}

func identityOf(u *url.URL) (Identity, error) {
	parts := strings.Split(u.Path, "/")
	if u.Scheme != scheme || len(parts) != 4 || parts[1] != folder {
		return Identity{}, fmt.Errorf("mtls: %q is not a node of a fleet; %s", clip(u.String()), form)
	}
	i := Identity{TrustDomain: u.Host, Service: parts[2], Name: parts[3]}
	// Written out again it must be the same: no port, user, query, fragment, or escape hides in it.
	if !i.valid() || i.String() != u.String() {
		return Identity{}, fmt.Errorf("mtls: %q has characters that no identity has; %s", clip(u.String()), form)
	}
	return i, nil
}

func (i Identity) valid() bool {
	return domain(i.TrustDomain) && word(i.Service) && word(i.Name)
}

func domain(s string) bool {
	return s != "" && len(s) <= mostDomain && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789._-") == "" && s == strings.ToLower(s)
}

// word reports whether s may be a segment of the path; "." and ".." would be steps in it.
func word(s string) bool {
	return s != "" && len(s) <= mostWord && s != "." && s != ".." && strings.IndexFunc(s, foreign) < 0
}

// letters are those of names.
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

func foreign(r rune) bool { return !strings.ContainsRune(letters, r) }

// errNoIdentity is what a certificate without a URI of ours has wrong.
var errNoIdentity = errors.New("it has no URI that names a node; " + form)

// identityIn returns the one identity of a certificate. Two would let its holder choose.
func identityIn(c *x509.Certificate) (Identity, error) {
	switch len(c.URIs) {
	case 0:
		return Identity{}, errNoIdentity
	case 1:
		return identityOf(c.URIs[0])
	}
	return Identity{}, fmt.Errorf("it has %d URIs, and must have one; %s", len(c.URIs), form)
}

// stable returns the part of a memberlist name that stays over boots.
func stable(node string) string {
	name, _, _ := strings.Cut(node, "#")
	return name
}

// clip bounds what a stranger may write into an error.
func clip(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
