// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// scenario is one situation in which contenders are compared.
type scenario struct {
	name, about string
	group       string // calls, window, messages, http or memory
	cores       []int  // measured on one core, on two, or both
	callers     int    // goroutines that call; 0: one for each core
	wants       ending // of each call
	marked      bool   // titles say which policies a contender lacks
	over        bool   // ratios are of what is added to the baseline
	memory      bool   // counts what idle instances hold, and makes no calls
	// fits reports whether a contender takes part.
	fits func(c contender) bool
	// begin makes the contender's call.
	begin func(c contender) (task, error)
}

// ending is how calls must end for a figure to mean what its scenario says.
type ending string

const (
	succeed ending = "succeed"
	refused ending = "refused" // without reaching the handler
	either  ending = "either"  // the share that fails stands in the table
)

// errEnding says that a contender did not do what the scenario measures.
var errEnding = errors.New("not what the scenario is about")

func (e ending) check(err error) error {
	switch {
	case e == succeed && err != nil:
		return fmt.Errorf("%w: a call failed: %w", errEnding, err)
	case e == refused && err == nil:
		return fmt.Errorf("%w: a call was let through", errEnding)
	}
	return nil
}

// scenarios are all, in the order of the tables.
var scenarios = slices.Concat(callScenarios(), messageScenarios(), httpScenarios(), memoryScenarios())

// field are the contenders that take part, as they stand in the table.
func (s scenario) field() (field []contender) {
	for _, c := range ranked(s.baseline()) {
		if s.fits(c) {
			field = append(field, c)
		}
	}
	return field
}

// baseline is the contender that protects nothing.
func (s scenario) baseline() string {
	if s.group == "http" {
		return stubOnly
	}
	return nothing
}

// title is a contender's name in the scenario's table.
func (s scenario) title(c contender) string {
	if s.marked {
		return c.title()
	}
	return c.name
}

// of is a scenario of one kind of call.
func of(k kind, s scenario, n func() need) scenario {
	s.fits = func(c contender) bool { return c.ways[k] != nil }
	s.begin = func(c contender) (task, error) { return c.ways[k](n()) }
	return s
}

// ok asks for what protects a handler that succeeds.
func ok() need { return needs(works) }

// under asks for what protects that handler.
func under(handler func(context.Context) error) func() need {
	return func() need { return needs(handler) }
}
