// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// read is a flag whose text is read by a function.
type read struct {
	kind, text string // what the help calls a value, and the default
	set        func(string) error
}

func (r *read) String() string { return r.text }
func (r *read) Type() string   { return r.kind }

func (r *read) Set(text string) error {
	err := r.set(text)
	if err == nil {
		r.text = text
	}
	return err
}

// anyText is a flag of any text, which is its default, too.
type anyText struct {
	kind  string // what the help calls a value
	value *string
}

func (t *anyText) String() string {
	if t.value == nil {
		return ""
	}
	return *t.value
}
func (t *anyText) Type() string { return t.kind }

func (t *anyText) Set(given string) error {
	*t.value = given
	return nil
}

// list is a flag that may be given several times.
type list struct {
	kind   string // what the help calls a value
	values *[]string
	commas bool // one value may be several, parted by commas
}

func (l *list) String() string { return "" }
func (l *list) Type() string   { return l.kind }

func (l *list) Set(text string) error {
	if text == "" {
		return errors.New("empty")
	}
	if !l.commas {
		*l.values = append(*l.values, text)
		return nil
	}
	for value := range strings.SplitSeq(text, ",") {
		*l.values = append(*l.values, strings.TrimSpace(value))
	}
	return nil
}

// formatFlag adds -o to c. The first format is the default.
func formatFlag(c *cobra.Command, format *string, usage string, accepted ...string) {
	*format = accepted[0]
	c.Flags().VarP(&read{strings.Join(accepted, "|"), accepted[0], func(text string) error {
		if !slices.Contains(accepted, text) {
			return errors.New("not a format;" + meant(text, accepted) + " accepted: " + strings.Join(accepted, ", "))
		}
		*format = text
		return nil
	}}, "output", "o", usage)
	complete(c, "output", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return accepted, cobra.ShellCompDirectiveNoFileComp
	})
}

// complete says what may stand after a flag. The flag is there: its caller has just added it.
func complete(c *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := c.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err) // of us, at every start: a test sees it
	}
}
