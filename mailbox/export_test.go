// SPDX-License-Identifier: Apache-2.0

package mailbox

// Divide divides the permits as a clash of processors does, however few there are, and
// however many are in use: unless none is free, or something stands against it.
func (g *Gate) Divide(n int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.divide(n, g.limit.Load()-1)
}

// Divided reports whether the permits are.
func (g *Gate) Divided() bool { return g.word.Load()&dividedBit != 0 }
