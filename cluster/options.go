// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"cmp"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/gossip/mtls"
)

// DefaultEnvironment is the environment of a fleet that was told none.
const DefaultEnvironment = "default"

// Options say which fleet a node joins, and how.
type Options struct {
	// Service names the service whose replicas are the fleet: "checkout". Evidence is worth something only between
	// processes that make the same calls, so another service's node is refused. Required: a-z, 0-9 and . _ - inside,
	// up to 63 bytes with a slash and the environment.
	Service string
	// Environment keeps fleets of one service apart: "production". Default "default".
	Environment string
	// Name is the stable name of this replica: it stays when the process starts again ("checkout-0", a pod's or a host's
	// name). Votes and quorums count it. Required.
	Name string
	// Zone is where the replica runs, "eu-west-1a": trouble of one zone is told apart from the dependency's own. Default none.
	Zone string

	// Seeds are where other nodes may be found: gossip.Static, gossip.DNS, gossip.File. None is fine for the first.
	Seeds []gossip.Seeds
	// Keys encrypt and authenticate what nodes send each other: see [gossip.Options].Keys.
	Keys [][]byte
	// Plaintext says that the lack of Keys is meant.
	Plaintext bool
	// Bind and Advertise are addresses, host:port. Default 127.0.0.1 and any free port: no other machine can reach that.
	Bind, Advertise string
	// Profile says how far apart nodes are. Default [gossip.LAN].
	Profile gossip.Profile
	// TLS makes nodes talk over mutual TLS 1.3 alone, each with an identity of its own, and is a reason to trust: what its
	// Identity leaves empty is Service and Name of these options, and its Bind and Advertise are theirs, too. Keys are not needed then.
	TLS *mtls.Options
	// Carrier carries packets and streams. Default memberlist's own, or TLS.
	Carrier gossip.Carrier
	// Dir is a folder in which this node keeps whom it saw last and the operators' orders. Default: in memory.
	Dir string
	// MaxMembers is how many nodes the fleet has at most. Default 200.
	MaxMembers int

	// Trust says what keeps a stranger from speaking in another node's name. Default [TrustNone]: guards whose policy says
	// follow only take advice.
	Trust Trust
	// Operators are whose orders this node obeys. Default nobody's.
	Operators []orders.Operator
	// Seed is where draws come from. Default: drawn from name and boot.
	Seed uint64
}

// Trust says why what a node says may be believed to be that node's.
type Trust uint8

// The kinds of trust.
const (
	// TrustNone is no reason: whoever holds the key may forge a majority. Policies that follow advise.
	TrustNone Trust = iota
	// TrustGossipKey is the operator's word that nobody but the fleet has the key.
	TrustGossipKey
	// TrustMTLS is a carrier that gives each node an identity: [Options].TLS, or one of your own.
	TrustMTLS
)

// String returns the word of policies and status: "none", "gossip-key", "mtls".
func (t Trust) String() string {
	switch t {
	case TrustNone:
		return "none"
	case TrustGossipKey:
		return "gossip-key"
	case TrustMTLS:
		return "mtls"
	}
	return "unknown"
}

// Label is the fleet's name on the wire and in orders: "checkout/production".
func (o Options) Label() string {
	env := o.Environment
	if env == "" {
		env = DefaultEnvironment
	}
	return o.Service + "/" + env
}

// Validate returns everything wrong with o that can be told without joining.
func (o Options) Validate() fuseboard.Problems {
	var ps fuseboard.Problems
	ps = checkWord(ps, "service", o.Service, true, `name the service whose replicas are the fleet: "checkout"`)
	ps = checkWord(ps, "environment", o.Environment, false, `write "production", or leave it out`)
	if k := len(o.Label()); ps == nil && k > longestWord {
		ps = append(ps, fuseboard.Problem{
			Path: "service", Code: "bad-name", Value: o.Service, Message: "is too long together with the environment: " + o.Label(),
			Accepted: "service, a slash and environment of up to 63 bytes in all", Fix: "shorten one of them",
		})
	}
	ps = append(append(ps, o.checkTrust()...), o.checkTLS()...)
	for _, p := range o.beneath().Validate() {
		if p.Path != "label" { // it is made of service and environment
			ps = append(ps, p)
		}
	}
	return ps
}

// checkTrust says whether there is what is trusted.
func (o Options) checkTrust() (ps fuseboard.Problems) {
	if o.Trust > TrustMTLS {
		ps = append(ps, fuseboard.Problem{
			Path: "trust", Code: "unknown-word", Message: "is no kind of trust",
			Accepted: "none, gossip-key, mtls", Fix: "set cluster.TrustGossipKey, or tls",
		})
	}
	if o.Trust == TrustGossipKey && len(o.Keys) == 0 {
		ps = append(ps, fuseboard.Problem{
			Path: "trust", Code: "conflict", Value: o.Trust.String(), Message: "trusts a key, and there is none",
			Fix: "set keys, or use mtls",
		})
	}
	if o.Trust == TrustMTLS && o.Carrier == nil && o.TLS == nil {
		ps = append(ps, fuseboard.Problem{
			Path: "trust", Code: "conflict", Value: o.Trust.String(), Message: "trusts certificates, and there are none",
			Fix: "set tls",
		})
	}
	return ps
}

// beneath are the options of the node of gossip, but for what accepts records, and for TLS.
func (o Options) beneath() gossip.Options {
	if o.TLS != nil { // it has addresses of its own, and encrypts
		o.Bind, o.Advertise, o.Plaintext = "", "", o.Plaintext || len(o.Keys) == 0
	}
	return gossip.Options{
		Name: o.Name, Label: o.Label(), Zone: o.Zone, Keys: o.Keys, Plaintext: o.Plaintext, Profile: o.Profile, Bind: o.Bind,
		Advertise: o.Advertise, Seeds: o.Seeds, Dir: o.Dir, Carrier: o.Carrier, MaxMembers: o.MaxMembers, Seed: o.Seed,
	}
}

// checkTLS says what is wrong with mutual TLS.
func (o Options) checkTLS() (ps fuseboard.Problems) {
	if o.TLS == nil {
		return nil
	}
	if o.Carrier != nil {
		ps = append(ps, fuseboard.Problem{Path: "tls", Code: "conflict", Message: "is a carrier, and another one is given", Fix: "leave one of them out"})
	}
	for _, p := range o.overTLS().Validate() {
		p.Path = "tls." + p.Path
		ps = append(ps, p)
	}
	return ps
}

// overTLS is TLS with what these options say already.
func (o Options) overTLS() mtls.Options {
	t := *o.TLS
	t.Identity.Service = cmp.Or(t.Identity.Service, o.Service)
	t.Identity.Name = cmp.Or(t.Identity.Name, o.Name)
	t.Bind, t.Advertise = cmp.Or(t.Bind, o.Bind), cmp.Or(t.Advertise, o.Advertise)
	return t
}

// trust is the reason to believe that a node is who it says.
func (o Options) trust() Trust {
	if o.TLS != nil {
		return TrustMTLS
	}
	return o.Trust
}

const longestWord = 63

func checkWord(ps fuseboard.Problems, path, word string, required bool, fix string) fuseboard.Problems {
	if word == "" && !required {
		return ps
	}
	if len(word) > 0 && len(word) <= longestWord && strings.Trim(word, "._-") == word && strings.IndexFunc(word, foreign) < 0 {
		return ps
	}
	return append(ps, fuseboard.Problem{
		Path: path, Code: "bad-name", Value: word, Message: "is no name of a fleet",
		Accepted: "1 to 63 of a-z 0-9, and . _ - inside", Fix: fix,
	})
}

// foreign reports a letter that names do not have.
func foreign(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r))
}

// check is Validate, and what the System says.
func check(sys *actors.System, o Options) error {
	ps := o.Validate()
	if sys == nil {
		ps = append(ps, fuseboard.Problem{Path: "system", Code: "nil", Message: "is needed", Fix: "pass one of actors.Start"})
	}
	return ps.Err()
}
