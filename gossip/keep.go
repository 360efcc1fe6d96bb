// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/gossip/record"
)

const (
	checks   = 500 * time.Millisecond // between looks at what time has changed
	prunes   = 10 * time.Second
	pruned   = 4096
	freshFor = 5 * time.Second // a new node sends nothing on of what it has asked for: the others know
)

// keep is the one goroutine that merges what comes from others, and does what its time has come for.
func (n *Node) keep(life context.Context) {
	tick := time.NewTicker(checks)
	defer tick.Stop()
	var due struct{ digest, prune fuseboard.Instant }
	due.digest = n.clock.Now().Add(n.dice.around(n.tune.digest))
	for {
		select {
		case <-life.Done():
			return
		case l := <-n.in:
			n.inBytes.Add(-int64(len(l.b)))
			n.open(life, l)
		case <-tick.C:
			now := n.clock.Now()
			n.judge()
			n.listen(now)
			n.tellDoubts(now)
			n.tidy(now)
			if now >= due.digest {
				n.ask()
				due.digest = now.Add(n.dice.around(n.tune.digest))
			}
			if now >= due.prune {
				n.prune(now)
				due.prune = now.Add(prunes)
			}
		}
	}
}

// judge looks whether the node is cut off.
func (n *Node) judge() {
	now := n.clock.Now()
	silent := now.Sub(fuseboard.Instant(n.contact.Load())) > n.tune.silence
	is := cutOff(n.roster.view(now), silent)
	if n.isolated.Swap(is) != is {
		n.mail.tell(Change{What: IsolationChanged, Isolated: is})
	}
}

// cutOff is the rule of [Node.Isolated].
func cutOff(v view, silent bool) bool {
	return v.high > 1 && (v.here == 1 || 2*v.here < v.high || silent)
}

// tidy tells store and queue what time it is, and who is here.
func (n *Node) tidy(now fuseboard.Instant) {
	here := n.roster.present()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.store.Horizon(epoch(time.Now().Add(horizon)))
	n.queue.SetMembers(len(here))
	var back, gone []string
	for owner, is := range n.store.Owners() {
		switch {
		case is && (here[owner] || isNobody(owner)):
			back = append(back, owner)
		case !is && !here[owner] && !isNobody(owner):
			gone = append(gone, owner)
		}
	}
	for _, owner := range back {
		n.store.Back(owner)
	}
	for _, owner := range gone {
		n.store.Gone(now, owner)
	}
	n.store.Expire(now)
}

// isNobody reports whether an owner is no node: what was offered under such a name stays until it is deleted.
func isNobody(owner string) bool { return strings.HasPrefix(owner, Nobody) }

func (n *Node) prune(now fuseboard.Instant) {
	n.roster.forget(now)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.queue.Prune(pruned)
}

// open reads what came.
func (n *Node) open(life context.Context, l letter) {
	defer func() {
		if recover() != nil {
			n.counts.panics.Add(1)
		}
	}()
	var err error
	switch frameKind(l.b[0]) {
	case frameRecords:
		err = n.merge(l.b[1:], true)
	case frameAnswer:
		err = n.merge(l.b[1:], n.clock.Now() > fuseboard.Instant(freshFor))
	case frameDoubt:
		n.insist(n.clock.Now())
	case frameDigest:
		err = n.asked(life, l)
	default:
		err = errNewer
	}
	switch {
	case err == nil:
		n.counts.frames.Add(1)
	case errors.Is(err, errNewer), errors.Is(err, record.ErrNewer):
		n.refuse(Newer, "")
	default:
		n.refuse(Unreadable, "")
	}
}

// merge merges records, and sends on what is new, if onward says so.
func (n *Node) merge(b []byte, onward bool) error {
	records, err := record.Each(b)
	if err != nil {
		return err
	}
	for r := range records {
		if r.Owner != n.opts.Name && !strings.HasPrefix(r.Key, reserved) && n.accept(r) != nil {
			continue
		}
		n.mu.Lock()
		change, _ := n.put(r, onward)
		n.mu.Unlock()
		if change.Moved {
			n.counts.merged.Add(1)
			n.told(change.Record)
		}
	}
	return nil
}
