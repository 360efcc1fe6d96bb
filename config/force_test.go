// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/actors"
)

// edit is a file with so many permits and these lines of force.
func edit(t *testing.T, permits, force string) *Set {
	t.Helper()
	return sound(t, "dependencies: {a: {bulkhead: {concurrency: "+permits+"}}, 'b*': {bulkhead: {concurrency: "+permits+"}}}\nforce: ["+force+"]\n", Options{})
}

func TestALineOfForceAllowsTheEditThatBringsIt(t *testing.T) {
	const line = "a.bulkhead.concurrency"
	for _, c := range []struct {
		name          string
		before, after [2]string // permits, force
		want          string
	}{
		{"no line", [2]string{"32", ""}, [2]string{"8", ""}, "error needs-force dependencies.a.bulkhead.concurrency"},
		{"a new line", [2]string{"32", ""}, [2]string{"8", line}, ""},
		{"the line of an earlier edit", [2]string{"32", line}, [2]string{"8", line}, "error needs-force dependencies.a.bulkhead.concurrency"},
		{"a line with the value", [2]string{"32", ""}, [2]string{"8", line + "=8"}, ""},
		{"an old line with the value", [2]string{"32", line + "=8"}, [2]string{"8", line + "=8"}, ""},
		{"a line with another value", [2]string{"32", ""}, [2]string{"8", line + "=9"}, "error needs-force dependencies.a.bulkhead.concurrency"},
		{"a line for another field", [2]string{"32", ""}, [2]string{"8", "a.rate.limit"}, "error needs-force dependencies.a.bulkhead.concurrency | warning idle-force force"},
		{"a line for another dependency", [2]string{"32", ""}, [2]string{"8", "b.bulkhead.concurrency"}, "error needs-force dependencies.a.bulkhead.concurrency"},
		{"a line with wildcards", [2]string{"32", ""}, [2]string{"8", "'*.bulkhead.concurrency'"}, ""},
		{"a new line for nothing", [2]string{"32", ""}, [2]string{"31", line}, "warning idle-force force"},
		{"an old line", [2]string{"8", line}, [2]string{"8", line}, "warning idle-force force"},
		{"an old line whose value is meant", [2]string{"8", line + "=8"}, [2]string{"8", line + "=8"}, ""},
		{"an old line of another value", [2]string{"8", line + "=8"}, [2]string{"9", line + "=8"}, "warning idle-force force"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, after := edit(t, c.before[0], c.before[1]), edit(t, c.after[0], c.after[1])
			ps := after.Unforced(before, "a", Risks(resolved(t, before, "a", Layers{}).Policy, resolved(t, after, "a", Layers{}).Policy))
			got := ""
			for _, p := range ps {
				if got != "" {
					got += " | "
				}
				got += map[bool]string{false: "error ", true: "warning "}[p.Warning] + p.Code + " " + p.Path
				if p.Excerpt == "" || p.Fix == "" || p.Origin.Line == 0 {
					t.Errorf("%s is nowhere", p)
				}
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestWhatIsForcedSaysHow(t *testing.T) {
	risks := []Risk{{Path: "bulkhead.concurrency", Before: "32", After: "8", Message: "cuts"}, {Path: "breaker", After: "off", Message: "turns"}}
	s := edit(t, "8", "a.bulkhead.concurrency")
	var got []string
	for _, p := range s.Unforced(s, "a", risks) {
		got = append(got, p.Message+"; "+p.Fix)
	}
	slices.Sort(got)
	same(t, got, []string{
		"cuts (of a); write a.bulkhead.concurrency=8 under force if that is meant: the line without a value has allowed an earlier edit",
		"turns (of a); add force: [a.breaker] if that is meant",
	})
	if ps := s.Unforced(nil, "a", risks[:1]); len(ps) != 0 {
		t.Errorf("without an earlier Set a line allows: %s", ps)
	}
}

// The fix has to be one that works, also where the entry is gone that the line names.
func TestWhatAnEntryThatIsGoneAsksForCanBeDone(t *testing.T) {
	entry := "dependencies: {a: {breaker: {min_calls: 30}}, b: {bulkhead: {concurrency: 9}}}\n"
	before := sound(t, entry, Options{})
	was := resolved(t, before, "a", Layers{}).Policy
	gone := sound(t, "dependencies: {b: {bulkhead: {concurrency: 9}}}\n", Options{})
	ps := gone.Unforced(before, "a", Risks(was, actors.Policy{}))
	if ps.Err() == nil || !strings.Contains(ps[0].Fix, "force: [a.breaker]") {
		t.Fatalf("%s", ps)
	}
	done, found := Read(file("dependencies: {b: {bulkhead: {concurrency: 9}}}\nforce: [a.breaker]\n"), Options{})
	if found.Err() != nil || len(found) != 1 || found[0].Code != CodeForceWithoutEntry {
		t.Fatalf("%s", found)
	}
	if ps := done.Unforced(before, "a", Risks(was, resolved(t, done, "a", Layers{}).Policy)); ps.Err() != nil {
		t.Error(ps)
	}
}
