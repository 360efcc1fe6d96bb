// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/gossip/record"
)

// look is how often this node looks whether every guard does what the orders in force say: for guards that are new, and
// for policies that others changed.
const look = time.Second

// openBook opens the book of orders, on disk if there is a folder.
func (n *Node) openBook() error {
	trust, err := orders.NewTrust(n.opts.Label(), n.opts.Operators...)
	if err != nil {
		return err
	}
	n.trust = trust
	if n.opts.Dir == "" {
		n.book = orders.NewBook(trust)
		return nil
	}
	book, loaded, err := orders.OpenBook(n.opts.Dir, trust, time.Now())
	if err != nil {
		return fmt.Errorf("the orders of the fleet in %s: %w", n.opts.Dir, err)
	}
	n.book = book
	switch {
	case loaded.Damaged != nil:
		n.trouble = loaded.Damaged // the next order is kept in the file's place: until then people can look at it
	case book.Durability() == orders.Memory: // the folder is new: this shows whether orders will be kept there
		n.trouble = book.Save()
	}
	return nil
}

// versionOf is an order's version as a record has it: two orders of one version are told apart by their keys.
func versionOf(e orders.Signed) record.Version {
	v, key := e.Claim().Version, e.Key()
	return record.Version{Epoch: v.Millis, Seq: uint64(v.Counter)<<16 | uint64(key[0])<<8 | uint64(key[1])}
}

// acceptOrder lets an order travel only if somebody whom this node trusts signed it, and if it stands where it belongs. One that
// has ended travels, too: it keeps from coming back what it superseded, which a node that was away still has.
func (n *Node) acceptOrder(r record.Record, register string) error {
	if r.Owner != operators {
		return errors.New("cluster: an order under the name of a node")
	}
	s, err := orders.ParseSigned(r.Body)
	if err != nil {
		return err
	}
	if s.Claim().Register() != register || versionOf(s) != r.Version {
		return errors.New("cluster: an order under another's key or version")
	}
	return n.trust.Genuine(s, time.Now())
}

// takeOrder takes an order that came by gossip.
func (n *Node) takeOrder(r record.Record) {
	if r.Owner != operators {
		return
	}
	if c, err := n.book.Receive(time.Now(), r.Body); err == nil && c.Verdict == orders.Taken {
		n.changed()
	}
}

// Order gives the fleet an operator's order. It returns when this node has taken it and kept it; the others hear of it by
// gossip. The change says what became of it. Errors, after which nothing has changed: an *[orders.RefusedError];
// [fuseboard.Problems] of a policy that guards of this node can't obey. One that says that the folder could not be written,
// or that the others do not hear of it: the order is in force here.
func (n *Node) Order(ctx context.Context, s orders.Signed) (change orders.Change, err error) {
	if asked := n.ask(ctx, func() { change, err = n.order(s) }); asked != nil {
		return orders.Change{}, asked
	}
	return change, err
}

func (n *Node) order(s orders.Signed) (orders.Change, error) {
	if o, err := n.trust.Verify(s, time.Now()); err == nil {
		if err := n.fits(o); err != nil {
			return orders.Change{}, err
		}
	}
	c, err := n.book.Apply(time.Now(), s)
	if err != nil || c.Verdict != orders.Taken {
		return c, err
	}
	sent := n.publish(s)
	n.tellOrder(c.Entry)
	n.changed()
	n.trouble = errors.Join(n.trouble, sent)
	return c, n.trouble
}

// publish hands an order to the gossip.
func (n *Node) publish(s orders.Signed) error {
	err := n.gossip.Offer(record.Record{
		Owner: operators, Key: registerKey(s), Kind: record.Transition, Version: versionOf(s), Body: s.Bytes(),
	})
	if err != nil && !errors.Is(err, gossip.ErrOld) { // they have a newer one, which comes here, too
		return fmt.Errorf("the others do not hear of the order: %w", err)
	}
	return nil
}

func registerKey(s orders.Signed) string { return orderKeys + s.Claim().Register() }

// republish hands all orders of the book to the gossip, after a start.
func (n *Node) republish() {
	for _, e := range n.book.All() {
		n.trouble = errors.Join(n.trouble, n.publish(e.Signed()))
	}
}

// changed saves the book and lets guards obey.
func (n *Node) changed() {
	n.trouble = n.book.Save()
	n.enforce()
}

// NextVersion is the version for an order that is signed now by who has seen this node's orders.
func (n *Node) NextVersion(ctx context.Context) (v orders.Version, err error) {
	err = n.ask(ctx, func() { v = n.book.Next(time.Now()) })
	return v, err
}

// keepOrders ends orders whose time is over, and lets guards that are new obey.
func (n *Node) keepOrders() {
	now := time.Now()
	if now.Sub(n.lookedAt) < look {
		return
	}
	n.lookedAt = now
	if len(n.book.Expire(now)) > 0 {
		n.trouble = n.book.Save()
	}
	n.tellObeys(now)
	n.enforce()
}

// enforce lets each guard do what the orders in force say.
func (n *Node) enforce() {
	if len(n.book.All()) == 0 && len(n.standing) == 0 {
		return
	}
	for _, g := range n.sys.Guards() {
		n.enforceOn(g)
	}
}

// by is the author of an order, as guards and events show it.
func by(e *orders.Entry) string {
	if strings.EqualFold(e.Author, e.Operator) {
		return e.Operator
	}
	return e.Author + " (key of " + e.Operator + ")"
}
