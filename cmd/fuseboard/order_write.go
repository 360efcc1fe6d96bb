// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"

	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/console/api"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// writeReceipt says what became of an order.
func (s *session) writeReceipt(g ordering, r api.Receipt, over []api.OrderStatus) error {
	if r.Trouble != "" {
		fmt.Fprintf(s.errs, "fuseboard: in force, but not on %s's disk: %s\n", r.Name, r.Trouble)
	}
	if err := s.write(g.format, receiptAnswer{answerOf("Receipt"), r, over}, func() error { return s.receipt(g, r, over) }); err != nil {
		return err
	}
	if r.Verdict == orders.Older.String() {
		return &failure{exitError, "a newer order is in force: yours changes nothing; give it again if it is still meant"}
	}
	return nil
}

func (s *session) receipt(g ordering, r api.Receipt, over []api.OrderStatus) error {
	var b strings.Builder
	o := r.Order
	b.WriteString(done(r, len(over)))
	for _, e := range over {
		fmt.Fprintf(&b, "ended: %s for %s, by %s: %s\n", whatOf(e), endedFor(o, e), byOf(e), e.Reason)
	}
	if r.Before != nil && o.Verb != orders.Release.String() {
		fmt.Fprintf(&b, "in the place of: %s, by %s: %s\n", whatOf(*r.Before), byOf(*r.Before), r.Before.Reason)
	}
	fmt.Fprintf(&b, "%s has taken it and tells the others; see: fuseboard events\n", r.Name)
	if o.Verb != orders.Release.String() {
		fmt.Fprintf(&b, "undo: %s\n", undo(g, o))
	}
	_, err := s.out.Write([]byte(b.String()))
	return err
}

// done is what the order does, in a line.
func done(r api.Receipt, over int) string {
	o, name := r.Order, r.Order.Dependency
	if name == orders.All {
		name = "every dependency"
	}
	switch {
	case o.Verb == orders.Release.String() && over == 0:
		return fmt.Sprintf("%s of %s is released; nothing was in force for it\n", name, r.Fleet)
	case o.Verb == orders.Release.String():
		return fmt.Sprintf("%s of %s is released, by %s: %s\n", name, r.Fleet, byOf(o), o.Reason)
	}
	return fmt.Sprintf("%s of %s: %s until %s (%s), by %s: %s\n", name, r.Fleet, whatOf(o), clock(o.Expires), left(o.Expires.Sub(o.Issued)), byOf(o), o.Reason)
}

// endedFor is whom an order does not hold for any more: one for all goes on holding for the others.
func endedFor(o, e api.OrderStatus) string {
	if o.Dependency != orders.All && e.Dependency != o.Dependency {
		return o.Dependency + ", of the order for " + e.Dependency
	}
	return e.Dependency
}

// mostWithout is how many members without an order are named.
const mostWithout = 5

// withoutLine says which members do not have an order.
func withoutLine(o api.OrderStatus, alive int) string {
	var names []string
	for _, w := range o.Without[:min(len(o.Without), mostWithout)] {
		names = append(names, w.Name+" ("+w.Why+")")
	}
	verb := "do"
	if len(o.Without) == 1 {
		verb = "does"
	}
	text := fmt.Sprintf("%d of %s %s not have the order for %s, %s: %s", len(o.Without), plain.Count(alive, "member", "members"), verb, o.Dependency, o.Verb, strings.Join(names, ", "))
	if more := len(o.Without) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// undo is the command that ends an order.
func undo(g ordering, o api.OrderStatus) string {
	words := []string{"fuseboard release", shellWord(o.Dependency)}
	var verb orders.Verb
	if verb.UnmarshalText([]byte(o.Verb)) == nil {
		words = append(words, "--only", orders.Order{Verb: verb}.Slot().String())
	}
	if o.Dependency == orders.All || g.yes {
		words = append(words, "--yes")
	}
	words = append(words, "--reason", "…", "--key", shellWord(g.key))
	for _, f := range []struct{ flag, value string }{{"--node", g.node}, {"--token-file", g.tokenFile}, {"--ca", g.ca}} {
		if f.value != "" {
			words = append(words, f.flag, shellWord(f.value))
		}
	}
	return strings.Join(words, " ")
}

// shellWord is a word as a shell takes it.
func shellWord(word string) string {
	if strings.ContainsAny(word, " *?[]$'\"\\&|;<>()`!~#") {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return word
}
