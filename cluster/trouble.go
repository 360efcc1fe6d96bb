// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"fmt"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/gossip"
)

// doubled is how long two lives of one name must be there until that is told: of a node that begins again the former one is, for a while.
const doubled = 20 * time.Second

// troubles are what somebody has to look after here, in words; empty: nothing.
func (n *Node) troubles(now fuseboard.Instant) string {
	var all []string
	if n.trouble != nil {
		all = append(all, n.trouble.Error())
	}
	if unread := n.gossip.Stats().Unread; unread != "" {
		all = append(all, unread)
	}
	all = append(all, twins(now, n.gossip.Members())...)
	return strings.Join(all, "; ")
}

// twins are names under which two nodes run, in words. Members come by name.
func twins(now fuseboard.Instant, members []gossip.Member) (all []string) {
	var before gossip.Member
	for _, m := range members {
		if m.State != gossip.Alive || now.Sub(m.Since) < doubled {
			continue
		}
		if m.Name == before.Name {
			all = append(all, fmt.Sprintf("two nodes run under the name %s, at %s and %s: give each a name and a folder of its own", m.Name, before.Address, m.Address))
		}
		before = m
	}
	return all
}
