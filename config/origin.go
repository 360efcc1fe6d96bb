// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"strconv"
)

// Layer says which layer a value is from. Higher ones lie over lower ones.
type Layer uint8

// The layers, lowest first.
const (
	// BuiltIn is the documented default of a section that is on.
	BuiltIn Layer = iota
	// Code is the policy that the program gave.
	Code
	// Defaults is the defaults of the file.
	Defaults
	// Entry is an entry of dependencies, or a profile that it names.
	Entry
	// ByRule is a profile that a rule switched on.
	ByRule
	// Environment is a variable of the environment.
	Environment
	// Flag is a flag of the command line.
	Flag
	// ByOverride is an operator's override.
	ByOverride
)

var layerWords = [...]string{"built-in", "code", "defaults", "dependency", "rule", "environment", "flag", "override"}

// String names the layer: "built-in", "code", "defaults", "dependency", "rule", "environment", "flag", "override".
func (l Layer) String() string {
	if int(l) < len(layerWords) {
		return layerWords[l]
	}
	return "layer(" + strconv.Itoa(int(l)) + ")"
}

// Origin is where a value came from.
type Origin struct {
	// Layer is the one that the value is of.
	Layer Layer
	// Name is that of the entry, the rule, the variable, the flag, or who made the override.
	Name string
	// Profile is the profile that says it; empty where the layer itself does.
	Profile string
	// File, Line and Column are the place in a file, both from 1, the column in characters.
	// Line is 0 where there is none.
	File         string
	Line, Column int
}

// String says it in a line: "fuseboard.yaml:12:5 (profile careful)".
func (o Origin) String() string {
	what := o.Layer.String()
	switch {
	case o.Profile != "" && o.Layer == ByRule:
		what += " " + o.Name + ", profile " + o.Profile
	case o.Profile != "":
		what = "profile " + o.Profile
	case o.Name != "":
		what += " " + o.Name
	}
	if o.Line == 0 {
		return what
	}
	return fmt.Sprintf("%s:%d:%d (%s)", o.File, o.Line, o.Column, what)
}
