// SPDX-License-Identifier: Apache-2.0

package mailbox

import "github.com/fuseboard/fuseboard"

// Divide divides the permits as a clash of processors does, however few there are, and
// however many are in use: unless none is free, or something stands against it.
func (g *Gate) Divide(n int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.divide(n, g.limit.Load()-1)
}

// Divided reports whether the permits are.
func (g *Gate) Divided() bool { return g.word.Load()&dividedBit != 0 }

// Crowded returns which tenant of those with the most waiters of a priority yields first.
func (g *Gate) Crowded(p fuseboard.Priority) (tenant string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.waiters != nil && g.waiters.turns != nil {
		if one := g.waiters.turns[rankAt(p)].crowded(); one != nil {
			return one.name
		}
	}
	return ""
}
