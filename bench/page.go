// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"strings"
)

// The figures of a page stand between these lines.
const (
	figuresBegin = "<!-- figures of bench: begin -->\n"
	figuresEnd   = "<!-- figures of bench: end -->\n"
)

// writeInto puts the tables into a page, in the place of those that stood there.
func writeInto(page, tables string) error {
	old, err := os.ReadFile(page) //nolint:gosec // the page that the command line names
	if err != nil {
		return err
	}
	before, rest, begins := strings.Cut(string(old), figuresBegin)
	_, after, ends := strings.Cut(rest, figuresEnd)
	if !begins || !ends {
		return fmt.Errorf("%s has no place for figures; put these two lines where they go:\n%s%s", page, figuresBegin, figuresEnd)
	}
	all := before + figuresBegin + "\n" + tables + "\n" + figuresEnd + after
	return os.WriteFile(page, []byte(all), 0o644) //nolint:gosec // a page for everybody
}
