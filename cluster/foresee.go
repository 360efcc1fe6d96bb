// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster/orders"
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
	laid, ps := lay(n.baseOf(g), orders.Force{Values: &orders.Entry{Order: o}})
	return append(ps, g.Judge(laid)...) // what can be read is judged, whatever is wrong with the rest
}

// OrderStatusOf is an entry of the book, as it is shown.
func OrderStatusOf(e orders.Entry) OrderStatus { return orderStatus(e) }
