// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"

	"github.com/fuseboard/fuseboard"
)

// isName reports whether a name is safe in a metric's label, a file's path, a URL and an
// actor's id.
func isName(name string) bool {
	for i := range len(name) {
		if c := name[i]; !isAlphanumeric(c) && (i == 0 || c != '_' && c != '.' && c != '-') {
			return false
		}
	}
	return name != "" && len(name) <= longestName
}

func isAlphanumeric(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

const longestName = 63

const acceptedNames = "1 to 63 of a-z 0-9 _ . -, beginning with a letter or digit"

// NameError says that a name cannot be used.
type NameError struct {
	// Name is what was given.
	Name string
	// Op is the operation's name where that is the one at fault; then Name is its dependency.
	Op string
	// Group: the name is a group's. Groups and dependencies may share a name.
	Group bool
	// Taken: the name is well-formed but in use.
	Taken bool
}

// Error says what is wrong with the name and what is accepted.
func (e *NameError) Error() string {
	what, name := "dependency", e.Name
	if e.Group {
		what = "group"
	}
	if e.Op != "" {
		what, name = "operation of "+e.Name, e.Op
	}
	if e.Taken {
		return fmt.Sprintf("%s %q is taken; stop it first or choose another name", what, name)
	}
	return fmt.Sprintf("%s %.80q is not a name (accepted: %s)", what, name, acceptedNames)
}

// checkName returns a problem for a hostile or empty name.
func checkName(path, name string) error {
	if isName(name) {
		return nil
	}
	return fuseboard.Problem{
		Path: path, Code: "name", Value: fmt.Sprintf("%.80q", name), Message: "is not a name",
		Accepted: acceptedNames, Fix: "use the short name you would put in a dashboard",
	}
}

// systemOf returns the System behind a parent, or a problem for a nil one.
func systemOf(under Parent) (*System, error) {
	sys, isSystem := under.(*System)
	group, isGroup := under.(*Group)
	if under == nil || (isSystem && sys == nil) || (isGroup && group == nil) {
		return nil, fuseboard.Problem{
			Path: "under", Code: codeNil, Message: "must not be nil",
			Fix: "make a System with Start or a group with Group, and look at its error",
		}
	}
	sys, _ = under.under()
	return sys, nil
}
