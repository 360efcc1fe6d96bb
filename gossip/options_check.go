// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"bytes"
	"net/netip"
	"strconv"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Codes of problems.
const (
	codeName  = "bad-name"
	codeRange = plain.CodeRange
)

// Validate reports everything wrong with o at once, with the path of each field. Keys are never in it.
func (o Options) Validate() fuseboard.Problems {
	var c plain.Check
	o.checkIdentity(&c)
	o.checkKeys(&c)
	if int(o.Profile) >= profiles {
		c.Add(fuseboard.Problem{Path: "profile", Code: "unknown-word", Value: o.Profile.String(), Message: "is no profile", Accepted: "gossip.LAN, gossip.WAN", Fix: "leave it out for gossip.LAN"})
	}
	o.checkAddresses(&c)
	c.Int("max_members", o.MaxMembers, 1, mostMembers, "leave it out for 200")
	c.Include("limits", o.Limits.Validate())
	return c.Problems()
}

func (o Options) checkIdentity(c *plain.Check) {
	if !soundName(o.Name, MaxName) {
		c.Add(fuseboard.Problem{Path: "name", Code: codeName, Value: strconv.Quote(plain.Shorten(o.Name)), Message: "can't name a node", Accepted: "1 to 96 letters, digits, and . _ - inside", Fix: "give the host's or the pod's stable name"})
	}
	if k := len(o.Label); k < 1 || k > MaxLabel {
		c.Add(fuseboard.Problem{Path: "label", Code: codeRange, Value: size(k), Message: "can't name a fleet", Accepted: "1 to 64 bytes", Fix: `give service and environment, "shop/production"`})
	}
	if k := len(o.Zone); k > MaxZone {
		c.Add(fuseboard.Problem{Path: "zone", Code: codeRange, Value: size(k), Message: "is too long", Accepted: "up to 64 bytes", Fix: "give a short word"})
	}
	if k := len(o.Meta); k > MaxMeta {
		c.Add(fuseboard.Problem{Path: "meta", Code: codeRange, Value: size(k), Message: "is too long for every packet about a member", Accepted: "up to 256 bytes", Fix: "put what is longer into records"})
	}
}

func size(k int) string { return strconv.Itoa(k) + " bytes" }

func (o Options) checkKeys(c *plain.Check) {
	switch k := len(o.Keys); {
	case k == 0 && !o.Plaintext:
		c.Add(fuseboard.Problem{Path: "keys", Code: "no-keys", Message: "are missing: everybody who reaches the port could write", Accepted: "one or two keys of 16, 24 or 32 bytes", Fix: "give a key, the same to all nodes, or set plaintext if that is meant"})
	case k > 0 && o.Plaintext:
		c.Add(fuseboard.Problem{Path: "plaintext", Code: "plaintext-with-keys", Value: "true", Message: "contradicts the keys that are given", Fix: "leave out one of both"})
	case k > mostKeys:
		c.Add(fuseboard.Problem{Path: "keys", Code: codeRange, Value: strconv.Itoa(k), Message: "are too many", Accepted: "one or two keys", Fix: "give the one that encrypts, and the one before it"})
	case k == mostKeys && bytes.Equal(o.Keys[0], o.Keys[1]):
		c.Add(fuseboard.Problem{Path: plain.At("keys", 1), Code: "twice", Message: "is the same as the first", Fix: "leave it out"})
	}
	for i, key := range o.Keys {
		if !soundKey(key) {
			c.Add(fuseboard.Problem{Path: plain.At("keys", i), Code: codeRange, Value: size(len(key)), Message: "can't be a key of AES", Accepted: "16, 24 or 32 bytes", Fix: "draw 32 bytes: openssl rand 32"})
		}
	}
}

func soundKey(key []byte) bool { return len(key) == 16 || len(key) == 24 || len(key) == 32 }

func (o Options) checkAddresses(c *plain.Check) {
	if o.Bind != "" && o.Carrier != nil {
		c.Add(fuseboard.Problem{Path: "bind", Code: "not-used", Value: o.Bind, Message: "is not used: the carrier listens", Fix: "leave it out", Warning: true})
	}
	checkAddress(c, "bind", o.Bind, true)
	checkAddress(c, "advertise", o.Advertise, false)
	if k := len(o.Seeds); k > mostSeeds {
		c.Add(fuseboard.Problem{Path: "seeds", Code: codeRange, Value: strconv.Itoa(k), Message: "are too many", Accepted: "up to 64", Fix: "name some: one that answers is enough"})
	}
	for i, s := range o.Seeds {
		if s, can := s.(judged); can {
			s.judge(c, plain.At("seeds", i))
		}
		if s == nil {
			c.Add(fuseboard.Problem{Path: plain.At("seeds", i), Code: "nil", Message: "is nil", Fix: "use gossip.Static, gossip.DNS or gossip.File"})
		}
	}
}

// checkAddress: zero says whether port 0 and address 0.0.0.0 have a meaning.
func checkAddress(c *plain.Check, path, address string, zero bool) {
	if address == "" {
		return
	}
	a, err := netip.ParseAddrPort(address)
	if err == nil && (zero || a.Port() != 0 && !a.Addr().IsUnspecified()) {
		return
	}
	c.Add(fuseboard.Problem{Path: path, Code: "bad-address", Value: strconv.Quote(plain.Shorten(address)), Message: "is no address and port", Accepted: `an IP address and a port: "10.0.0.1:7946", "[::1]:7946"`, Fix: "write the address of an interface, not a name"})
}

func (o Options) withDefaults() Options {
	if o.Bind == "" {
		o.Bind = DefaultBind
	}
	if o.MaxMembers == 0 {
		o.MaxMembers = DefaultMaxMembers
	}
	if o.Limits.Answer == 0 {
		o.Limits.Answer = defaultAnswer
	}
	return o
}
