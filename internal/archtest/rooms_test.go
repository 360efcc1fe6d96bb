// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
)

func TestRoomsImportOnlyWhatTheTableAllows(t *testing.T) {
	report(t, strayImports(load(t).pkgs, rooms))
}

func TestEveryPackageHasARoomAndEveryRoomAPackage(t *testing.T) {
	report(t, unknownRooms(load(t).pkgs, rooms))
}

func TestTheTableItselfKeepsFloorsDirected(t *testing.T) {
	report(t, crookedFloors(rooms))
}

func TestKitsAreImportedByTestsOnly(t *testing.T) {
	report(t, kitsInProducts(rooms, kits))
}

func TestOutsidePackagesStayInTheirHomes(t *testing.T) {
	for _, h := range homes {
		report(t, strangers(load(t).pkgs, h.pkg, h.rooms, h.why))
	}
}

func TestBannedPackagesAreNotImported(t *testing.T) {
	for _, b := range bans {
		report(t, banned(load(t).pkgs, b.room, b.pkgs, b.why))
	}
}

// strayImports lists every import that the table does not allow. Tests may
// import the test kits and our own kits too, and their own package; for the rest
// they are bound like the code they test.
func strayImports(pkgs []pkg, table []room) (complaints []string) {
	for _, p := range pkgs {
		at := slices.IndexFunc(table, func(r room) bool { return r.path == p.room() })
		if at < 0 {
			continue // unknownRooms complains
		}
		row := table[at]
		judge := func(imports []string, kind string, also ...string) {
			for _, i := range imports {
				if !allowed(i, append(also, row.may...)) {
					complaints = append(complaints, fmt.Sprintf("room %s must not %s %s: %s", row.path, kind, i, row.why))
				}
			}
		}
		judge(p.Imports, "import")
		tests := slices.Concat([]string{row.path}, testKits, kits)
		judge(slices.Concat(p.TestImports, p.XTestImports), "import (in its tests)", tests...)
	}
	return complaints
}

// allowed reports whether a room whose permits are given may import i.
func allowed(i string, permits []string) bool {
	return standard(i) || slices.ContainsFunc(permits, func(permit string) bool { return i == importPath(permit) })
}

// standard reports whether i is of the standard library: its first element has no dot.
func standard(i string) bool {
	first, _, _ := strings.Cut(i, "/")
	return !strings.Contains(first, ".")
}

// importPath turns the tables' words into an import path.
func importPath(name string) string {
	switch {
	case name == root:
		return module
	case strings.Contains(strings.SplitN(name, "/", 2)[0], "."):
		return name
	}
	return module + "/" + name
}

// unknownRooms lists packages without a row, rows without a package, and
// permits for rooms that are not there.
func unknownRooms(pkgs []pkg, table []room) (complaints []string) {
	there := func(name string) bool {
		return slices.ContainsFunc(pkgs, func(p pkg) bool { return p.room() == name })
	}
	rowed := func(name string) bool {
		return slices.ContainsFunc(table, func(r room) bool { return r.path == name })
	}
	for _, p := range pkgs {
		if !rowed(p.room()) {
			complaints = append(complaints, fmt.Sprintf("package %s has no row in the table of rooms: give it one, with a reason", p.room()))
		}
	}
	for _, r := range table {
		if !there(r.path) {
			complaints = append(complaints, fmt.Sprintf("the table has a row for %s, which does not exist", r.path))
		}
		for _, m := range r.may {
			if ours(m) && !rowed(m) {
				complaints = append(complaints, fmt.Sprintf("room %s may import %s, which has no row in the table", r.path, m))
			}
		}
	}
	return complaints
}

func ours(name string) bool { return strings.HasPrefix(importPath(name)+"/", module+"/") }

// crookedFloors lists permits that do not lead down: to a lower floor, or
// between a room and its own subfolder.
func crookedFloors(table []room) (complaints []string) {
	floor := map[string]int{}
	for _, r := range table {
		floor[r.path] = r.floor
	}
	for _, r := range table {
		for _, m := range r.may {
			if ours(m) && floor[m] >= r.floor && !related(m, r.path) && !(m == root && r.floor == 0) {
				complaints = append(complaints, fmt.Sprintf(
					"the table lets %s (floor %d) import %s (floor %d): imports lead to lower floors, and siblings meet in a room above both",
					r.path, r.floor, m, floor[m]))
			}
		}
	}
	return complaints
}

// kitsInProducts lists permits by which code outside the kits could import one, and
// kits without a row.
func kitsInProducts(table []room, kits []string) (complaints []string) {
	for _, r := range table {
		for _, m := range r.may {
			if slices.Contains(kits, m) && !slices.Contains(kits, r.path) {
				complaints = append(complaints, fmt.Sprintf("the table lets %s import the kit %s: its tests may anyway, and nothing else of it should", r.path, m))
			}
		}
	}
	for _, k := range kits {
		if !slices.ContainsFunc(table, func(r room) bool { return r.path == k }) {
			complaints = append(complaints, fmt.Sprintf("the kit %s has no row in the table of rooms", k))
		}
	}
	return complaints
}

// related reports whether one of the two folders holds the other.
func related(a, b string) bool {
	return strings.HasPrefix(a+"/", b+"/") || strings.HasPrefix(b+"/", a+"/")
}

// strangers lists rooms that import what lives elsewhere, other packages of the
// same module as what lives somewhere, and homes nobody lives in.
func strangers(pkgs []pkg, what string, homes []string, why string) (complaints []string) {
	lives := map[string]bool{}
	for _, p := range pkgs {
		for _, i := range p.Imports {
			switch {
			case i == what && slices.Contains(homes, p.room()):
				lives[p.room()] = true
			case i == what, !standard(what) && strings.HasPrefix(i, path.Dir(what)+"/") && i != what:
				complaints = append(complaints, fmt.Sprintf("room %s must not import %s, which lives in %s: %s",
					p.room(), i, strings.Join(homes, ", "), why))
			}
		}
	}
	for _, home := range homes {
		if !lives[home] {
			complaints = append(complaints, fmt.Sprintf("%s is said to live in %s, which does not import it: drop the home", what, home))
		}
	}
	return complaints
}

// banned lists imports of a room that its bans name.
func banned(pkgs []pkg, name string, bans []string, why string) (complaints []string) {
	at := slices.IndexFunc(pkgs, func(p pkg) bool { return p.room() == name })
	if at < 0 {
		return []string{fmt.Sprintf("a ban names room %s, which does not exist", name)}
	}
	for _, i := range pkgs[at].Imports {
		if slices.Contains(bans, i) {
			complaints = append(complaints, fmt.Sprintf("room %s must not import %s: %s", name, i, why))
		}
	}
	return complaints
}
