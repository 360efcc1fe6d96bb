// SPDX-License-Identifier: Apache-2.0

package mailbox

// InUse returns how many permits are lent, as [Gate.Depth] would, but for a caller that
// counts nanoseconds: of a divided gate it reads the shares one after the other and leaves
// them as they are, so that it may be a few calls off while they come and go.
func (g *Gate) InUse() int {
	w := g.word.Load()
	if w&dividedBit == 0 {
		return int(w & inUseMask)
	}
	d := g.division.Load()
	if d == nil { // just gathered
		return int(g.word.Load() & inUseMask)
	}
	var free uint64
	for i := range d.shares {
		if n := d.shares[i].free.Load(); n&shutBit == 0 {
			free += n
		}
	}
	return int(d.limit - min(free, d.limit))
}
