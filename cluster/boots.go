// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"encoding/binary"
	"errors"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/gossip/record"
)

const (
	bootKeys = "boot/"
	// bootSlots is how many places a node's boots have in the fleet's memory: one that begins again and again must not fill it, and
	// four of them seldom share one.
	bootSlots = 64
	mostBoots = 255 // as a beacon has them
)

// boots are those of this node that began lately. A process knows of one alone: the others keep the rest, and its folder does.
// The loop owns it.
type boots struct {
	self  uint64
	begun map[uint64]bool // milliseconds since 1970, as the gossip numbers them
}

// newBoots counts a boot, and former ones, as the folder of the gossip knows them.
func newBoots(boot uint64, former []uint64, now time.Time) *boots {
	b := &boots{self: boot, begun: map[uint64]bool{boot: true}}
	for _, at := range former {
		b.hear(now, at)
	}
	return b
}

// hear takes another boot of this node, if it was lately and before this one.
func (b *boots) hear(now time.Time, boot uint64) {
	if boot < b.self && young(now, boot) && len(b.begun) < mostBoots {
		b.begun[boot] = true
	}
}

// young reports whether a boot was within the time in which boots are counted.
func young(now time.Time, boot uint64) bool {
	return now.Sub(time.UnixMilli(int64(min(boot, record.MaxEpoch)))) <= bootsIn //nolint:gosec // bounded
}

// count is how often this node began lately, this time included.
func (b *boots) count(now time.Time) int {
	maps.DeleteFunc(b.begun, func(boot uint64, _ bool) bool { return boot != b.self && !young(now, boot) })
	return len(b.begun)
}

// publishBoot lets the others remember this boot.
func (n *Node) publishBoot() {
	boot := n.boots.self
	_ = n.gossip.Put(record.Transition, bootKey(boot), binary.AppendUvarint(nil, boot)) // refused only by a node that is closed
}

func bootKey(boot uint64) string { return bootKeys + strconv.FormatUint(boot%bootSlots, 10) }

// bootOf reads what publishBoot wrote.
func bootOf(r record.Record) (uint64, error) {
	boot, n := binary.Uvarint(r.Body)
	if n != len(r.Body) || n <= 0 || boot > record.MaxEpoch || bootKey(boot) != r.Key {
		return 0, errors.New("cluster: no boot, or one under another's key")
	}
	return boot, nil
}

// takeBoot takes a boot of this node that the others remember.
func (n *Node) takeBoot(r record.Record) {
	if boot, err := bootOf(r); err == nil {
		n.boots.hear(time.Now(), boot)
	}
}

// forgetBoots takes back what counts no more.
func (n *Node) forgetBoots(now time.Time) {
	for r := range n.gossip.Records() {
		if r.Owner != n.opts.Name || !strings.HasPrefix(r.Key, bootKeys) {
			continue
		}
		if boot, err := bootOf(r); err != nil || !young(now, boot) {
			_ = n.gossip.Delete(r.Key) // a node that is closing tells nothing
		}
	}
}
