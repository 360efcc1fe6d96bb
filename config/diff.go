// SPDX-License-Identifier: Apache-2.0

package config

// Change is one value that is another one, or was taken away, or is new.
type Change struct {
	// Path is the field: "bulkhead.concurrency".
	Path string
	// Before and After are its values in natural units, defaults included; empty where there
	// is none, as in a section that is off.
	Before, After string
	// Origin is where After came from, or what took the value away. Where the value is gone because
	// nothing says it any more, it is where Before came from.
	Origin Origin
	// Risk is why the change asks for a line of force; empty where it asks for none.
	Risk string
	// Force is the path that a line of force names to allow it: Path, or that of the section of which
	// Path is the first value to change. Empty without Risk.
	Force string
}

// Difference is what two Sets say otherwise of one dependency.
type Difference struct {
	// Dependency is its name, or that of an entry with wildcards.
	Dependency string
	// Changes are its values that differ, in the order of the fields.
	Changes []Change
	// Added: only the later Set says something of it. Removed: only the earlier one does.
	Added, Removed bool
}
