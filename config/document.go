// SPDX-License-Identifier: Apache-2.0

package config

import "github.com/fuseboard/fuseboard/internal/plain"

// document is what all sources say, each part read and checked by itself, and not yet laid over
// each other. Of what has a flaw, it may have less.
type document struct {
	sources  []Source
	texts    *texts     // the sources by their lines, for excerpts
	defaults *section   // nil: none
	profiles []*section // in their order
	entries  []*section // of dependencies, in their order
	rules    []Rule
	forced   []Forced
}

// section is what one place says of policies.
//
// In policy and operations a Null takes away what is below, be it written as null, off or false.
// Only off where a section or a field can't have it as a word of its own is a Null: cache.coalesce: off
// is a word, and stays a Text. There are no Nulls within lists and maps of values. Each Node and Member has the Place that says it;
// of what came by an alias that is its anchor's.
type section struct {
	name   string      // of the profile or the entry; "" for the defaults
	path   string      // in the file: "dependencies.payments"
	at     plain.Place // of its name
	origin Origin      // likewise; Layer, Name and Profile are those of what it says
	policy plain.Node  // an object: the fields of actors.Policy alone, and cases
	over   []reference // profiles under it: extends of a profile, profiles of an entry
	// operations are objects with the fields of a case, by the operation's name; a Null takes away
	// what is below of the operation.
	operations []plain.Member
}

// reference is a profile that is named somewhere.
type reference struct {
	name   string
	origin Origin
}

// profile returns the profile with the name, or nil.
func (d *document) profile(name string) *section { return named(d.profiles, name) }

func named(sections []*section, name string) *section {
	for _, s := range sections {
		if s.name == name {
			return s
		}
	}
	return nil
}

// of returns o with the place in the file that it is in.
func (d *document) of(at plain.Place, o Origin) Origin {
	if at.Source < len(d.sources) {
		o.File, o.Line, o.Column = d.sources[at.Source].Name, at.Line, at.Column
	}
	return o
}
