// SPDX-License-Identifier: Apache-2.0

package config

// aside is what one variable, flag or override says.
type aside struct {
	target
	said []saying
	// order is that within its layer: variables have theirs by name.
	order string
}

// target is what dependencies it is for.
type target struct {
	name     string // an entry's, or a dependency's; empty for all, or where capitals are given
	capitals string // a name as a variable has it, of a dependency that entries with wildcards match
	home     string // in paths
}

func (t target) isFor(name string) bool {
	switch {
	case t.capitals != "":
		return capitals(name) == t.capitals
	case t.name == "":
		return true
	}
	return matches(t.name, name)
}

// narrow is how narrow it is: defaults lie under entries with wildcards, and these under names.
func (t target) narrow() int {
	switch {
	case t.capitals != "", t.name != "" && !isWild(t.name):
		return 1 << 10
	case t.name == "":
		return -1
	}
	return letters(t.name)
}
