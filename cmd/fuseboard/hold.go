// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard/cluster/orders"
)

// holding is what hold was asked for.
type holding struct {
	ordering
	open, closed, shadow, bypass bool
	set                          []string
	lasts                        time.Duration
}

func holdCommand(s *session) *cobra.Command {
	h := holding{lasts: 10 * time.Minute}
	c := &cobra.Command{
		Use:   "hold DEPENDENCY [flags]",
		Short: "Order the whole fleet to hold a dependency, for a time.",
		Example: `  fuseboard hold payments --reason "their disk is full" --key ada.key
  fuseboard hold payments --set retry.attempts=1 --reason INC-8 --key ada.key
  fuseboard hold '*' --shadow --yes --reason "a drill" --key ada.key`,
		Long: `Signs an order with your key and gives it to a node, which hands it on to the
others. Every node that trusts the key obeys, whatever it sees itself, until the
order's time is over, a newer one about the same comes, or you release it.

--open        nothing reaches the dependency (the default)
--closed      the circuit stays closed, whatever fails
--shadow      the policy counts what it would refuse, and refuses nothing
--bypass      calls go through as if there were no policy
--set         these values, as in a policy file, are laid over the policy:
              retry.attempts=1; retry=off; lists and objects are JSON

* in place of DEPENDENCY means all that the fleet has, and needs --yes.
Orders about the circuit, the mode and the values hold side by side.

` + nodeLong,
		Args:              takes(1, 1, "one dependency, or * for all"),
		ValidArgsFunction: s.ofNode(&h.at),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := h.order(c, args[0])
			if err != nil {
				return err
			}
			return s.giveOrder(c, h.ordering, o, h.lasts)
		},
	}
	exits(c, exitError, exitUsage, exitInvalid, exitNotFound, exitUnauthorised, exitUnreachable)
	c.Flags().SortFlags = false
	c.Flags().BoolVar(&h.open, "open", false, "hold the circuit open")
	c.Flags().BoolVar(&h.closed, "closed", false, "hold the circuit closed")
	c.Flags().BoolVar(&h.shadow, "shadow", false, "put the policy into shadow")
	c.Flags().BoolVar(&h.bypass, "bypass", false, "put the policy into bypass")
	c.Flags().Var(&list{kind: "PATH=VALUE", values: &h.set}, "set", "lay a value over the policy; may be given again")
	c.Flags().Var(&read{"DURATION", "10m", func(text string) (err error) {
		h.lasts, err = aSpan(text, orders.ShortestTTL, orders.LongestTTL)
		return err
	}}, "for", "how long, at most 168h")
	h.orderFlags(c)
	return c
}

// order is the order that the flags ask for, without what the node has to say.
func (h *holding) order(c *cobra.Command, dependency string) (orders.Order, error) {
	o := orders.Order{Dependency: dependency, Verb: orders.HoldOpen}
	var asked []string
	for _, one := range []struct {
		flag string
		on   bool
		verb orders.Verb
	}{
		{"--open", h.open, orders.HoldOpen},
		{"--closed", h.closed, orders.HoldClosed},
		{"--shadow", h.shadow, orders.Shadow},
		{"--bypass", h.bypass, orders.Bypass},
		{"--set", len(h.set) > 0, orders.Policy},
	} {
		if one.on {
			asked, o.Verb = append(asked, one.flag), one.verb
		}
	}
	if len(asked) > 1 {
		return o, &usageError{problem: strings.Join(asked, " and ") + " cannot be one order; accepted: one of them", of: c}
	}
	for _, one := range h.set {
		path, value, found := strings.Cut(one, "=")
		if !found || path == "" || value == "" {
			return o, &usageError{problem: fmt.Sprintf("--set: %q is no value of a policy; write it like bulkhead.concurrency=8", one), of: c}
		}
		if o.Policy == nil {
			o.Policy = map[string]string{}
		}
		o.Policy[path] = value
	}
	return o, h.check(c, dependency)
}

func releaseCommand(s *session) *cobra.Command {
	var g ordering
	var only orders.Slot
	c := &cobra.Command{
		Use:   "release DEPENDENCY [flags]",
		Short: "End what the operators' orders ask of a dependency, on the whole fleet.",
		Example: `  fuseboard release payments --reason "they have room again" --key ada.key
  fuseboard release payments --only values --reason INC-812 --key ada.key
  fuseboard release '*' --yes --reason "the drill is over" --key ada.key`,
		Long: `Signs an order that ends those before it, and gives it to a node, which hands it
on to the others. Guards then do again what they see themselves, and what the
fleet's evidence says. It keeps a dependency out of an order for all, too.

* in place of DEPENDENCY means all that the fleet has, and needs --yes.

` + nodeLong,
		Args:              takes(1, 1, "one dependency, or * for all"),
		ValidArgsFunction: s.ofNode(&g.at),
		RunE: func(c *cobra.Command, args []string) error {
			if err := g.check(c, args[0]); err != nil {
				return err
			}
			return s.giveOrder(c, g, orders.Order{Dependency: args[0], Verb: orders.Release, Of: only}, 0)
		},
	}
	exits(c, exitError, exitUsage, exitNotFound, exitUnauthorised, exitUnreachable)
	c.Flags().SortFlags = false
	slots := []string{orders.Circuit.String(), orders.Mode.String(), orders.Values.String()}
	c.Flags().Var(&read{strings.Join(slots, "|"), "", func(text string) error {
		if only.UnmarshalText([]byte(text)) != nil || only == orders.Everything {
			return errors.New("nothing that can be held;" + meant(text, slots) + " accepted: " + strings.Join(slots, ", "))
		}
		return nil
	}}, "only", "end the orders about this alone")
	complete(c, "only", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return slots, cobra.ShellCompDirectiveNoFileComp
	})
	g.orderFlags(c)
	return c
}
