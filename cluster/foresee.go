// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"errors"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Foresee returns everything that guards of this node would have against an order's values, warnings included, under the
// guards' names. It changes nothing and verifies nobody. Whether guards of other nodes could obey is theirs to say: of a fleet
// whose nodes have one policy, they say the same. The error is [ErrLeft], or that of the context.
func (n *Node) Foresee(ctx context.Context, o orders.Order) (ps fuseboard.Problems, err error) {
	if o.Verb != orders.Policy {
		return nil, ctx.Err() // holds and modes suit every policy
	}
	err = n.ask(ctx, func() {
		for _, g := range n.sys.Guards() {
			if o.Dependency == orders.All || o.Dependency == g.Name() {
				ps = append(ps, n.foresee(g, o).Under(g.Name())...)
			}
		}
	})
	return ps, err
}

func (n *Node) foresee(g *actors.Guard, o orders.Order) fuseboard.Problems {
	base := g.Policy()
	if s := n.standing[g.Name()]; s != nil && s.layered && len(plain.Diff(base, s.laid)) == 0 {
		base = s.base // the values of an older order end with it
	}
	var ps fuseboard.Problems
	read := map[string]string{} // what can be read is judged, whatever is wrong with the rest
	for _, path := range sorted(o.Policy) {
		_, err := lay(base, valuesOf(o, map[string]string{path: o.Policy[path]}))
		if wrong, ok := errors.AsType[fuseboard.Problems](err); ok {
			ps = append(ps, wrong...)
			continue
		}
		read[path] = o.Policy[path]
	}
	laid, err := lay(base, valuesOf(o, read))
	if wrong, ok := errors.AsType[fuseboard.Problems](err); ok { // two of them do not go together
		return append(ps, wrong...)
	}
	return append(ps, g.Judge(laid)...)
}

// valuesOf is the force of an order that lays these values.
func valuesOf(o orders.Order, values map[string]string) orders.Force {
	o.Policy = values
	return orders.Force{Values: &orders.Entry{Order: o}}
}

// OrderStatusOf is an entry of the book, as it is shown.
func OrderStatusOf(e orders.Entry) OrderStatus { return orderStatus(e) }
