// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// mostFile is how many bytes of a file are read.
const mostFile = 256 << 20

// file reads a file that the scenario names, once.
func (r *reader) file(path string, n plain.Node) ([]byte, bool) {
	if !r.isFileName(path, n) {
		return nil, false
	}
	if data, known := r.s.Files[n.Word]; known {
		return data, true
	}
	info, err := fs.Stat(r.files, n.Word)
	switch {
	case err != nil:
		r.noFile(path, n, err)
		return nil, false
	case info.IsDir():
		r.add(r.word(n), fuseboard.Problem{Path: path, Code: CodeFile, Value: given(n), Message: "is a directory", Fix: "name a file in it"})
		return nil, false
	case info.Size() > mostFile:
		r.add(r.word(n), fuseboard.Problem{
			Path: path, Code: CodeFile, Value: given(n), Message: fmt.Sprintf("has %d bytes", info.Size()), Accepted: "at most 256 MiB", Fix: "take a part of it",
		})
		return nil, false
	}
	data, err := fs.ReadFile(r.files, n.Word)
	if err != nil {
		r.noFile(path, n, err)
		return nil, false
	}
	r.s.Files[n.Word] = data
	return data, true
}

// isFileName reports whether a value names a file that may be read, or tells why not.
func (r *reader) isFileName(path string, n plain.Node) bool {
	p := fuseboard.Problem{Path: path, Code: CodeFile, Value: given(n), Accepted: "a path below the scenario's directory, parted by /"}
	switch {
	case n.Form != plain.Text:
		p.Code, p.Message, p.Fix = CodeType, "want the name of a file, got "+got(n), "write its name in quotes"
	case !fs.ValidPath(n.Word):
		p.Message, p.Fix = "is no path to a file beside the scenario", "write it relative to the scenario, without .. and without a / at the beginning"
		if better := relative(n.Word); fs.ValidPath(better) && better != "." && !strings.Contains(n.Word, "..") {
			p.Fix = "write " + better
		}
	case r.files == nil:
		p.Message, p.Fix = "can't be read: this scenario was given without files", "write what it says here, or give the scenario as a file"
	default:
		return true
	}
	r.add(r.word(n), p)
	return false
}

// relative is a path as fs wants it.
func relative(name string) string {
	return strings.TrimPrefix(path.Clean(strings.ReplaceAll(name, `\`, "/")), "/")
}

// noFile tells of a file that can't be read.
func (r *reader) noFile(at string, n plain.Node, err error) {
	p := fuseboard.Problem{Path: at, Code: CodeFile, Value: given(n), Message: "can't be read", Fix: "see whether it may be read"}
	var cause *fs.PathError
	if errors.As(err, &cause) {
		p.Message += ": " + cause.Err.Error()
	}
	if errors.Is(err, fs.ErrNotExist) {
		p.Message, p.Fix = "there is no such file", "write its name relative to the scenario's directory"
		dir := path.Dir(n.Word)
		entries, _ := fs.ReadDir(r.files, dir) // where there is no directory, there is no nearest name
		var names []string
		for _, e := range entries {
			names = append(names, path.Join(dir, e.Name()))
		}
		p.Fix = meant(n.Word, names, p.Fix)
	}
	r.add(r.word(n), p)
}

// policyFiles are the sources of a policy file or a directory of them.
func (r *reader) policyFiles(at string, n plain.Node) ([]config.Source, bool) {
	if !r.isFileName(at, n) {
		return nil, false
	}
	names := []string{n.Word}
	if info, err := fs.Stat(r.files, n.Word); err == nil && info.IsDir() {
		names = r.policyFilesIn(at, n)
	}
	var sources []config.Source
	for _, name := range names {
		one := n
		one.Word = name
		data, found := r.file(at, one)
		if !found {
			return nil, false
		}
		sources = append(sources, config.Source{Name: r.beside(name), Data: data})
	}
	return sources, len(sources) > 0
}

// policyFilesIn lists those of a directory; that there are none is told.
func (r *reader) policyFilesIn(at string, n plain.Node) (names []string) {
	entries, err := fs.ReadDir(r.files, n.Word)
	if err != nil {
		r.noFile(at, n, err)
		return nil
	}
	for _, e := range entries {
		if !e.IsDir() && isPolicyFile(e.Name()) {
			names = append(names, path.Join(n.Word, e.Name()))
		}
	}
	if len(names) == 0 {
		r.add(r.word(n), fuseboard.Problem{Path: at, Code: CodeFile, Value: given(n), Message: "is a directory without policy files", Fix: "name a file, or a directory with files that end in .yaml"})
	}
	return names
}

func isPolicyFile(name string) bool {
	ext := path.Ext(name)
	return name[0] != '.' && (ext == ".yaml" || ext == ".yml" || ext == ".json")
}

// beside is the name by which messages call a file that lies beside the scenario.
func (r *reader) beside(name string) string {
	return path.Join(path.Dir(strings.ReplaceAll(r.source.Name, `\`, "/")), name)
}
