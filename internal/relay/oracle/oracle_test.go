// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"net/http"
	"testing"
)

// through hands everything on: the least that a transport can be.
type through struct{ http.RoundTripper }

func (t through) CloseIdleConnections() {
	if c, ok := t.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

func TestTheTableIsStable(t *testing.T) {
	Check(t, func(base http.RoundTripper) http.RoundTripper { return through{base} }, Options{Parallel: true})
}

func TestTheTableHasManyCasesAndNoTwoOfOneName(t *testing.T) {
	seen, plainNames := map[string]bool{}, map[string]bool{}
	for _, c := range Cases() {
		if seen[c.Name] {
			t.Errorf("two cases are called %q", c.Name)
		}
		seen[c.Name] = true
		plainNames[c.Name[:len(c.Name)-len(" ("+string(c.Protocol)+")")]] = true
	}
	t.Logf("%d cases, %d with their protocols", len(plainNames), len(seen))
	if len(plainNames) < 60 {
		t.Errorf("only %d cases", len(plainNames))
	}
}
