// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// Seed is an address where a member may be, as the seeds say, and what came of the attempts to meet one there. It is a copy.
type Seed struct {
	// Address is host:port.
	Address string
	// Tries is how often this node tried to meet somebody there.
	Tries uint64
	// Met says that somebody was met there, or is a member at that address.
	Met bool
	// Trouble is why the last attempt failed, with what to do; empty if it did not, or there was none.
	Trouble string
}

// Seeds returns the addresses that the seeds gave last, without the node's own, in order; and what went wrong with seeds that could not
// be asked or looked up the last time, nil if all could.
func (n *Node) Seeds() ([]Seed, error) {
	here := map[string]bool{}
	for _, m := range n.roster.all() {
		here[m.Address] = true
	}
	all, err := n.knocks.read()
	own := n.Self().Address
	all = slices.DeleteFunc(all, func(s Seed) bool { return s.Address == own })
	for i := range all {
		all[i].Met = all[i].Met || here[all[i].Address]
	}
	slices.SortFunc(all, func(a, b Seed) int { return cmp.Compare(a.Address, b.Address) })
	return all, err
}

// knocks is what came of knocking at the addresses of seeds, which are at most mostAddresses. Any goroutine may call it.
type knocks struct {
	mu  sync.Mutex
	at  map[string]*Seed
	err error
}

// found takes the addresses that seeds gave, and what went wrong with asking them. What is known of those that it had stays; where nothing was
// found because nobody could be asked, all of them do.
func (k *knocks) found(addresses []string, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.err = err
	if len(addresses) == 0 && err != nil {
		return
	}
	now := map[string]*Seed{}
	for _, a := range addresses {
		if now[a] = k.at[a]; now[a] == nil {
			now[a] = &Seed{Address: a}
		}
	}
	k.at = now
}

// tried notes an attempt, if the address is one of a seed.
func (k *knocks) tried(address string, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.at[address]
	if s == nil {
		return
	}
	s.Tries++
	if err == nil {
		s.Met, s.Trouble = true, ""
		return
	}
	s.Trouble = whyNot(err.Error())
}

func (k *knocks) read() ([]Seed, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := make([]Seed, 0, len(k.at))
	for _, s := range k.at {
		all = append(all, *s)
	}
	return all, k.err
}

// answers are pieces of what memberlist says when it cannot meet somebody (TestWhatMemberlistLogsIsUnderstood), and what that
// means. The first that is in it counts.
var answers = []struct{ piece, means string }{
	{"could decrypt the message", "it has another key; compare Keys of both nodes"},
	{"remote error: remote state is encrypted", "it has no keys, and this node has; give it the same Keys"},
	{"remote state is not encrypted", "it has no keys, and this node has; give it the same Keys"},
	{"encryption is not configured", "it has keys, and this node has none; give this node the same Keys"},
	{"EOF", hungUp},
	{"connection reset", hungUp},
	{"broken pipe", hungUp},
	{"connection refused", "nothing listens there; is the node running, and is this its address and port?"},
	{"timeout", "no answer; is it running, and does a firewall let TCP and UDP through?"},
}

const hungUp = "it hung up; compare service and environment of both nodes, which are the label, and whether it is a node of this kind"

// whyNot puts an error of memberlist's Join into words.
func whyNot(text string) string {
	for _, a := range answers {
		if strings.Contains(text, a.piece) {
			return a.means
		}
	}
	text = strings.Join(strings.Fields(text), " ")
	if _, rest, found := strings.Cut(text, "failed to join "); found {
		text = rest
	}
	return shown(text)
}
