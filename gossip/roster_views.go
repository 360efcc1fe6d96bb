// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard"
)

const (
	doubtful = 250 * time.Millisecond // most suspicions are refuted, and the member answers, before
	doubting = 2 * time.Second
)

// view is what decisions need to know of the roster, at one moment.
type view struct {
	here  int               // names
	high  int               // names, at most, lately
	hash  uint64            // of the lives that are here
	moved fuseboard.Instant // when somebody came or went last
}

func (r *roster) view(now fuseboard.Instant) view {
	r.mu.Lock()
	defer r.mu.Unlock()
	here := len(r.here)
	r.high.see(now, here)
	return view{here: here, high: r.high.high(now), hash: r.hash, moved: r.moved}
}

// present is the set of names that are here.
func (r *roster) present() map[string]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	names := make(map[string]bool, len(r.here))
	for name := range r.here {
		names[name] = true
	}
	return names
}

// settle forgets those who are away.
func (r *roster) settle(now fuseboard.Instant) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for full, e := range r.lives {
		if !e.State.Here() {
			delete(r.lives, full)
		}
	}
	r.high.settle(now, len(r.here))
}

// peers returns the lives that are here, other than the node's own, in no order.
func (r *roster) peers() []memberlist.Node {
	r.mu.Lock()
	defer r.mu.Unlock()
	peers := make([]memberlist.Node, 0, len(r.lives))
	for full, e := range r.lives {
		if e.State.Here() && full != r.self {
			peers = append(peers, e.node)
		}
	}
	return peers
}

// peer returns one who is here.
func (r *roster) peer(full string) (memberlist.Node, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e := r.lives[full]; e != nil && e.State.Here() && full != r.self {
		return e.node, true
	}
	return memberlist.Node{}, false
}

// doubted returns the lives that have been suspect here for a while, and not for long. Whether they have refuted it is not
// known: memberlist tells no version of anybody.
func (r *roster) doubted(now fuseboard.Instant) (nodes []memberlist.Node) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.lives {
		if age := now.Sub(e.Since); e.State == Suspect && age >= doubtful && age < doubtful+doubting {
			nodes = append(nodes, e.node)
		}
	}
	return nodes
}

// missing returns where those were who are away and did not say goodbye: by address, their full names. Only the
// last life of a name counts.
func (r *roster) missing() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := map[string]*entry{}
	for _, e := range r.lives {
		if l := last[e.Name]; r.here[e.Name] == 0 && (l == nil || l.Boot < e.Boot) {
			last[e.Name] = e
		}
	}
	out := map[string]string{}
	for _, e := range last {
		if e.State == Failed {
			out[e.Address] = fullName(e.Name, e.Boot)
		}
	}
	for _, e := range r.lives {
		if e.State.Here() {
			delete(out, e.Address) // another life has the address now
		}
	}
	return out
}

// addresses returns where those are who are here, by address, other than the node itself.
func (r *roster) addresses() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[string]string{}
	for full, e := range r.lives {
		if e.State.Here() && full != r.self {
			out[e.Address] = full
		}
	}
	return out
}

// own is the node itself.
func (r *roster) own() Member {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e := r.lives[r.self]; e != nil {
		return r.copy(e)
	}
	return Member{}
}
