// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// pages are the texts that a [plain.Place] may be of, by their numbers: the files, and after them variables, flags and
// overrides, each a line of its own that is no file's.
type pages struct {
	sources []Source
	files   int
}

// with returns the pages with one more, and its number.
func (p pages) with(line string) (more pages, number int) {
	p.sources = append(slices.Clip(p.sources), Source{Data: []byte(line)})
	return p, len(p.sources) - 1
}

// of returns the origin with a place, where that is in a file.
func (p pages) of(at plain.Place, o Origin) Origin {
	if at.Line > 0 && at.Source < p.files {
		o.File, o.Line, o.Column = p.sources[at.Source].Name, at.Line, at.Column
	}
	return o
}

// problems are what was told, each with the line it stands in.
func (p pages) problems(found []told) (all Problems) {
	t := newTexts(p.sources)
	for _, f := range found {
		one := Problem{Problem: f.Problem, Origin: f.origin, Related: f.related}
		one.Path = p.whole(f.origin.File, f.Path)
		if line, is := t.line(f.at.Source, f.at.Line); is {
			one.Excerpt = excerpt(line, f.at.Line, f.at.Column, f.length)
		}
		all = append(all, one)
	}
	return all
}

// whole is a path as the whole text of a file has it.
func (p pages) whole(file, path string) string {
	i := slices.IndexFunc(p.sources[:p.files], func(s Source) bool { return s.Name == file })
	if file == "" || i < 0 {
		return path
	}
	return p.sources[i].whole(path)
}
