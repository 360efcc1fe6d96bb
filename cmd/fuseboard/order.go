// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/user"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/console/api"
)

// ordering is what commands share that give orders.
type ordering struct {
	at
	reason, author, key, fleet string
	yes                        bool
	format                     string
}

func (g *ordering) orderFlags(c *cobra.Command) {
	c.Flags().Var(&anyText{"TEXT", &g.reason}, "reason", "why, for those who meet the effect; required")
	c.Flags().Var(&anyText{"NAME", &g.author}, "author", "who gives the order; if not given, who is logged in")
	c.Flags().Var(&anyText{"FILE", &g.key}, "key", "your private key, as fuseboard operator keygen made it; required")
	c.Flags().Var(&anyText{"LABEL", &g.fleet}, "fleet", "refuse where the node is of another fleet, such as shop/production")
	c.Flags().BoolVar(&g.yes, "yes", false, "do it to all dependencies, or to one that the node does not know")
	g.flags(c)
	formatFlag(c, &g.format, "text: for people; json: for machines", "text", "json")
}

// check says what is missing on the command line.
func (g *ordering) check(c *cobra.Command, dependency string) error {
	var missing []string
	if strings.TrimSpace(g.reason) == "" {
		missing = append(missing, "--reason")
	}
	if g.key == "" {
		missing = append(missing, "--key")
	}
	switch {
	case len(missing) > 0:
		return &usageError{problem: called(c) + " needs " + strings.Join(missing, " and "), of: c}
	case dependency == orders.All && !g.yes:
		effect := "holds"
		if c.Name() == "release" {
			effect = "releases"
		}
		return &usageError{problem: "* " + effect + " every dependency of the fleet; give --yes if that is meant", of: c}
	}
	return nil
}

// giveOrder signs an order and gives it to a node.
func (s *session) giveOrder(c *cobra.Command, g ordering, o orders.Order, lasts time.Duration) error {
	signer, err := orders.ReadSigner(g.key)
	if errors.Is(err, fs.ErrNotExist) {
		return &failure{exitNotFound, g.key + " does not exist; make a key with fuseboard operator keygen"}
	}
	if err != nil {
		return err
	}
	node, err := s.reach(c, g.at)
	if err != nil {
		return err
	}
	defer node.Close()
	before, err := s.known(c.Context(), node, g, o.Dependency)
	if err != nil {
		return err
	}
	o.Author, o.Reason = or(g.author, s.login()), g.reason
	signed, err := s.sign(c.Context(), node, signer, o, lasts)
	if ps, ok := errors.AsType[fuseboard.Problems](err); ok {
		return &usageError{problem: oneLine(ps), of: c}
	}
	if err != nil {
		return err
	}
	r, err := node.Order(c.Context(), signed)
	if err != nil {
		return unanswered(err)
	}
	return s.writeReceipt(g, r, endedBy(before, o))
}

// known looks whether the node has the dependency, and is of the fleet. It returns the orders that are in force.
func (s *session) known(ctx context.Context, node asked, g ordering, dependency string) ([]api.OrderStatus, error) {
	st, err := node.Status(ctx)
	if err != nil {
		return nil, unanswered(err)
	}
	if g.fleet != "" && g.fleet != st.Fleet {
		return nil, &failure{exitError, fmt.Sprintf("%s is of the fleet %s, and not of %s: nothing was signed", st.Name, st.Fleet, g.fleet)}
	}
	names := guardNames(st)
	if dependency == orders.All || g.yes || slices.Contains(names, dependency) {
		return st.Orders, nil
	}
	err = notFound("dependency", dependency, names)
	if f, ok := errors.AsType[*failure](err); ok {
		f.message += "; give --yes if another node has it"
	}
	return nil, err
}

// sign signs an order for now. What the node says of its fleet's versions is believed only if it is near this machine's clock: an
// order of a time that has not come would stand above all others until then.
func (s *session) sign(ctx context.Context, node asked, signer orders.Signer, o orders.Order, lasts time.Duration) (orders.Signed, error) {
	v, err := node.Version(ctx)
	if err != nil {
		return orders.Signed{}, unanswered(err)
	}
	now := s.now()
	o.Fleet, o.Issued, o.Version = v.Fleet, now, v.Order().Next(now)
	if lasts > 0 {
		o.Expires = now.Add(lasts)
	}
	if at := o.Version.Time(); at.After(now.Add(orders.Ahead)) {
		return orders.Signed{}, &failure{exitError, fmt.Sprintf("%s says that the fleet has seen an order of %s, which is %s ahead of this machine's clock: set the clocks right; nothing was signed", v.Name, at.Format(time.RFC3339), left(at.Sub(now)))}
	}
	return signer.Sign(o)
}

// login is who is logged in.
func (s *session) login() string {
	for _, name := range []string{"USER", "LOGNAME", "USERNAME"} {
		if u := variable(s.env, name); u != "" {
			return u
		}
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

// endedBy are the orders that a release ends.
func endedBy(before []api.OrderStatus, o orders.Order) []api.OrderStatus {
	all := []api.OrderStatus{}
	for _, b := range before {
		var verb orders.Verb
		if o.Verb != orders.Release || verb.UnmarshalText([]byte(b.Verb)) != nil {
			continue
		}
		slot := orders.Order{Verb: verb}.Slot()
		if (o.Dependency == orders.All || b.Dependency == o.Dependency || b.Dependency == orders.All) && (o.Of == orders.Everything || o.Of == slot) {
			all = append(all, b)
		}
	}
	return all
}

// receiptAnswer is what hold and release say as JSON.
type receiptAnswer struct {
	answer
	api.Receipt
	Ended []api.OrderStatus `json:"ended"` // by a release
}
