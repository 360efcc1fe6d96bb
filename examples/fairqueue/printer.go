// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"

	"github.com/fuseboard/fuseboard"
)

// Printer stands for a service that does one thing at a time. The first one takes until
// Ready is closed; meanwhile all others wait at the gate.
type Printer struct {
	// Out is what it prints on.
	Out io.Writer
	// Ready is closed when the first page may end; until then every page waits.
	Ready chan struct{}
}

// Print prints a page, and says for whom.
func (p *Printer) Print(ctx context.Context, page string) (string, error) {
	select {
	case <-p.Ready:
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	m := fuseboard.MetaOf(ctx)
	fmt.Fprintf(p.Out, "served: %-9s %-9s %s\n", m.Priority, m.Tenant, page)
	return page, nil
}
