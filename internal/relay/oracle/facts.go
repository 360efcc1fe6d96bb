// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"fmt"
	"regexp"
)

// Fact is one thing that was seen.
type Fact struct {
	// Name says what was looked at: "1 status" is the status of the first answer.
	Name string
	// Value says what was there.
	Value string
}

// Result is the account of one play.
type Result []Fact

// Differences returns a line for every fact that is not the same in both accounts. A
// fact counts by its name and its place among those of that name.
func Differences(want, got Result) (lines []string) {
	w, names := want.byName(nil)
	g, names := got.byName(names)
	for _, name := range names {
		for i := range max(len(w[name]), len(g[name])) {
			if a, b := at(w[name], i), at(g[name], i); a != b {
				lines = append(lines, fmt.Sprintf("%s: got %s, want %s", name, b, a))
			}
		}
	}
	return lines
}

// byName returns values by name, and names with the new ones after those given.
func (r Result) byName(names []string) (map[string][]string, []string) {
	values, known := map[string][]string{}, map[string]bool{}
	for _, n := range names {
		known[n] = true
	}
	for _, f := range r {
		if !known[f.Name] {
			known[f.Name] = true
			names = append(names, f.Name)
		}
		values[f.Name] = append(values[f.Name], f.Value)
	}
	return values, names
}

func at(values []string, i int) string {
	if i < len(values) {
		return values[i]
	}
	return "nothing"
}

var address = regexp.MustCompile(`(127\.0\.0\.1|localhost|\[::1\])(:|%3A)\d+`)

var moment = regexp.MustCompile(`current time \S+ is after \S+`)

// plain takes ports and times out of a text: they are others in every play.
func plain(text string) string {
	text = address.ReplaceAllString(text, "$1${2}PORT")
	return moment.ReplaceAllString(text, "it is too late")
}
