// SPDX-License-Identifier: Apache-2.0

package config

import "github.com/fuseboard/fuseboard/internal/plain"

// Tree reads the source as [Read] does, up to the point where it asks what the names mean: into
// its values with their places. It is what package migrate reads files with that are no
// policy files yet. There is no tree where there is an error.
func (s Source) Tree() (plain.Node, Problems) {
	d := document{sources: []Source{s}}
	d.texts = newTexts(d.sources)
	tree, flaws := readTree(0, s.Data)
	var ps Problems
	for _, f := range flaws {
		ps = append(ps, d.problem(f))
	}
	if len(ps.Errors()) > 0 {
		tree = plain.Node{}
	}
	return tree, ps
}

// Excerpt shows a place of the source as the Excerpt of a [Problem] does: the line with its number, and
// under it length carets from the column on. Line and column count from 1, the column in
// characters. It is empty where there is no such line.
func (s Source) Excerpt(line, column, length int) string {
	text, found := newTexts([]Source{s}).line(0, line)
	if !found {
		return ""
	}
	return excerpt(text, line, column, length)
}
