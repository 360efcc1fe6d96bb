// SPDX-License-Identifier: Apache-2.0

package api

import (
	"time"

	"github.com/fuseboard/fuseboard/cluster/orders"
)

// Status is what one node knows of its fleet, and of the dependencies that it calls, at one instant.
type Status struct {
	// Fleet, Name and Zone are where and who the node is, and Boot its present life.
	Fleet string `json:"fleet"`
	Name  string `json:"name"`
	Zone  string `json:"zone,omitempty"`
	Boot  uint64 `json:"boot"`
	// Uptime is how long ago it joined.
	Uptime Span `json:"uptime"`
	// Alive is how many members there are, this one included, and HighWater the most there were, less those that left.
	Alive     int `json:"alive"`
	HighWater int `json:"high_water"`
	// Isolated: fewer than half of them can be seen, so that the fleet's evidence decides nothing here.
	Isolated bool `json:"isolated"`
	// Suspect: the node holds itself for the cause of what it sees, and has no vote.
	Suspect bool `json:"suspect"`
	// Health is the gossip's score: 0 is healthy.
	Health int `json:"health"`
	// Trust is what keeps strangers from speaking in others' names: none, gossip-key, mtls.
	Trust string `json:"trust"`
	// Durability says where operators' orders are kept: memory or disk. Trouble is what keeps them from the
	// disk, what of a former life could not be read, and names under which two nodes run.
	Durability orders.Durability `json:"durability"`
	Trouble    string            `json:"trouble,omitempty"`
	// Untold is how many events of the node its fleet does not hear of: they were too many at once, or none that can travel. The
	// node's own metrics and logs have them.
	Untold uint64 `json:"untold"`
	// Contacts is what the node did not let in, and whom it has not met.
	Contacts
	// Dependencies are those whose policy has a fleet section, by name.
	Dependencies []DependencyStatus `json:"dependencies"`
	// Orders are those in force, by register.
	Orders []OrderStatus `json:"orders"`
	// Guards are those of the node's System, by name, in a fleet or not.
	Guards []Guard `json:"guards"`
}

// Contacts is what to look at where a fleet does not come together: what a node did not let in, and whom it has not met.
type Contacts struct {
	// Refused is what was not let in since the node joined, by reason; empty if nothing was.
	Refused []RefusedStatus `json:"refused"`
	// Seeds are the addresses that the seeds gave last, without the node's own.
	Seeds []SeedStatus `json:"seeds"`
	// SeedTrouble is what went wrong with seeds that could not be read or looked up the last time; empty: all could.
	SeedTrouble string `json:"seed_trouble,omitempty"`
	// Certificate is that of the node; nil where the carrier is not mutual TLS.
	Certificate *CertificateStatus `json:"certificate,omitempty"`
}

// CertificateStatus is a node's certificate.
type CertificateStatus struct {
	// Ends is when it ends: from then on no other node lets this one in.
	Ends time.Time `json:"ends"`
	// ReloadsFailed is how often new credentials could not be had, or were wrong.
	ReloadsFailed uint64 `json:"reloads_failed"`
	// Trouble says that it ends soon, or why the last credentials were not taken, with what to do; empty: neither is so.
	Trouble string `json:"trouble,omitempty"`
}

// RefusedStatus is what was refused for one reason.
type RefusedStatus struct {
	// Reason is a word that stays: label, key, plaintext, corrupt, inflated, unreadable, newer, oversize, not-admitted, not-accepted, stranger,
	// limit; with mtls- before it, what certificates decided.
	Reason string `json:"reason"`
	// Count is how much was refused.
	Count uint64 `json:"count"`
	// From is where the last came from; empty where nobody knows.
	From string `json:"from,omitempty"`
	// Ago is how long ago that was, as far as it is known.
	Ago Span `json:"ago,omitempty"`
	// Text says it in words, with what to do.
	Text string `json:"text"`
}

// SeedStatus is an address where a member may be.
type SeedStatus struct {
	// Address is host:port, and Tries how often the node tried to meet somebody there.
	Address string `json:"address"`
	Tries   uint64 `json:"tries"`
	// Met says that somebody was met there, or is a member at that address.
	Met bool `json:"met"`
	// Trouble is why the last attempt failed, with what to do.
	Trouble string `json:"trouble,omitempty"`
}

// DependencyStatus is what the fleet makes of one dependency, as the node sees it.
type DependencyStatus struct {
	// Name is the guard's.
	Name string `json:"name"`
	// Mode is that of the policy: advise or follow. Effective is what comes of it: follow without trust only advises.
	Mode      string `json:"mode"`
	Effective string `json:"effective"`
	// Circuit is the state of the node's own circuit.
	Circuit string `json:"circuit"`
	// Phase is what the fleet asks of the node: clear, hold, ramp. Scope is whose trouble it is: none, node, zone, dependency.
	Phase string `json:"phase"`
	Scope string `json:"scope"`
	// For is how long the phase lasts, as it looks now; 0: until something happens. Share is what a ramp lets in.
	For   Span    `json:"for"`
	Share float64 `json:"share"`
	// Text says it in a sentence: "inactive, 2 callers"; "4 of 5 callers fail, quorum 3".
	Text string `json:"text"`
	// Callers are nodes that call it; of them Failing and Passing have that vote, and Held hold back. Quorum of them must fail.
	Callers int `json:"callers"`
	Failing int `json:"failing"`
	Passing int `json:"passing"`
	Held    int `json:"held"`
	Quorum  int `json:"quorum"`
	// Vote is the node's own: none, ok, fail.
	Vote string `json:"vote"`
	// Trouble is why an order about it is not obeyed; empty: all are.
	Trouble string `json:"trouble,omitempty"`
}

// OrderStatus is an operators' order in force.
type OrderStatus struct {
	// Dependency is a name, or "*" for all, and Verb what is asked of it.
	Dependency string `json:"dependency"`
	Verb       string `json:"verb"`
	// Policy are the values that it wants, for the verb policy.
	Policy map[string]string `json:"policy,omitempty"`
	// Author is who gave it, as he calls himself, Operator whose key signed it, and Reason why.
	Author   string `json:"author"`
	Operator string `json:"operator"`
	Reason   string `json:"reason"`
	// Issued and Expires are wall-clock times, of whoever signed it.
	Issued  time.Time `json:"issued"`
	Expires time.Time `json:"expires,omitzero"`
	// Version decides between orders about the same: the highest holds.
	Version string `json:"version"`
	// Without are members that do not have it, ten seconds after it was given, as far as the node has heard.
	Without []WithoutStatus `json:"without,omitempty"`
}

// WithoutStatus is a member that does not have an order.
type WithoutStatus struct {
	// Name is the member's, and Why the reason: no operators, other operators, not heard of it.
	Name string `json:"name"`
	Why  string `json:"why"`
}

// MemberStatus is a member, as it is shown.
type MemberStatus struct {
	// Name is the stable name, Zone where it runs, and Address where it listens.
	Name    string `json:"name"`
	Zone    string `json:"zone,omitempty"`
	Address string `json:"address"`
	// Boot numbers its lives, and State is how it is: alive, suspect, left, failed.
	Boot  uint64 `json:"boot"`
	State string `json:"state"`
	// For is how long it has been so, as the node saw it.
	For Span `json:"for"`
	// Self marks the node, and Superseded an older life of a name that has a newer one.
	Self       bool `json:"self,omitempty"`
	Superseded bool `json:"superseded,omitempty"`
}

// Span is a length of time that JSON has in natural units: "1m30s".
type Span time.Duration

// MarshalText returns the span in natural units.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote, and whatever [time.ParseDuration] reads.
func (s *Span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err == nil {
		*s = Span(d)
	}
	return err
}

// String returns the span in natural units, in steps of 0.1s where it is longer than a second.
func (s Span) String() string {
	d := time.Duration(s)
	if d > time.Second {
		d = d.Round(100 * time.Millisecond)
	}
	return d.String()
}
