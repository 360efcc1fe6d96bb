// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard"
)

// Problem is one thing wrong with policy files, with its place.
type Problem struct {
	// Problem says what is wrong. Its path is the whole one in the file:
	// "dependencies.payments.retry.attempts".
	fuseboard.Problem
	// Origin is where it stands.
	Origin Origin
	// Excerpt is the line it stands in, with its number, and a line with a caret under it; empty where it
	// stands in no file.
	Excerpt string
	// Related are other places that it is about: where a name was given first, the
	// value it contradicts.
	Related []Origin
}

// Error returns the problem in several lines: place, code, path, value and message; the excerpt; what is
// accepted and what to do; other places. There is no line end after the last.
func (p Problem) Error() string {
	var b strings.Builder
	p.write(&b, false)
	return b.String()
}

// Problems is everything wrong with policy files, in the order of the files.
type Problems []Problem

// Error returns every problem as [Problem.Error] does.
func (ps Problems) Error() string {
	all := make([]string, len(ps))
	for i, p := range ps {
		all[i] = p.Error()
	}
	return strings.Join(all, "\n")
}

// Errors returns the problems that keep files from being used.
func (ps Problems) Errors() Problems { return ps.filter(false) }

// Warnings returns the problems that do not.
func (ps Problems) Warnings() Problems { return ps.filter(true) }

// Err returns the errors among ps as one error, or nil when there are only warnings or nothing.
func (ps Problems) Err() error {
	if errs := ps.Errors(); len(errs) > 0 {
		return errs
	}
	return nil
}

func (ps Problems) filter(warning bool) Problems {
	var out Problems
	for _, p := range ps {
		if p.Warning == warning {
			out = append(out, p)
		}
	}
	return out
}

// sorted puts the problems into the order of the files, as the sources have them, and of the lines; those that stand in
// no file come last. Of several that say the same of one place, one remains.
func (ps Problems) sorted(sources []Source) Problems {
	order := make(map[string]int, len(sources))
	for i, s := range sources {
		order[s.Name] = i - len(sources) // below 0, which is no file
	}
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(order[a.Origin.File], order[b.Origin.File]), cmp.Compare(a.Origin.Line, b.Origin.Line),
			cmp.Compare(a.Origin.Column, b.Origin.Column),
		)
	})
	seen := map[sameSaid]bool{}
	return slices.DeleteFunc(ps, func(p Problem) bool {
		one := sameSaid{p.Code, p.Message, p.Value, p.Origin}
		if one.at.Line > 0 { // what an anchor has is of every alias
			one.at = Origin{File: one.at.File, Line: one.at.Line, Column: one.at.Column}
		} else {
			one.message += "\n" + p.Path + "\n" + p.Accepted + "\n" + p.Fix
		}
		again := seen[one]
		seen[one] = true
		return again
	})
}

// sameSaid is what two problems share that say the same of one place.
type sameSaid struct {
	code, message, value string
	at                   Origin
}
