// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// edit is a change of a text: what stands there becomes something else. The rest of the
// text stays as it is, comments and white space included.
type edit struct {
	line, column int // from 1, the column in characters
	was, becomes string
}

func replace(at plain.Place, was, becomes string) edit {
	return edit{line: at.Line, column: at.Column, was: was, becomes: becomes}
}

// apply makes the changes. One whose place does not have what it should is left out, and told by the result.
func apply(data []byte, edits []edit) (out []byte, left []edit) {
	lines := bytes.SplitAfter(data, []byte("\n"))
	slices.SortStableFunc(edits, func(a, b edit) int { // from the end, so that places stay true
		return cmp.Or(cmp.Compare(b.line, a.line), cmp.Compare(b.column, a.column))
	})
	for _, e := range edits {
		if e.line < 1 || e.line > len(lines) {
			left = append(left, e)
			continue
		}
		line := lines[e.line-1]
		from, found := offset(line, e.column)
		if found && bytes.HasPrefix(line[from:], []byte(`"`+e.was)) || found && bytes.HasPrefix(line[from:], []byte("'"+e.was)) {
			from++ // a name in quotes
		}
		if !found || !bytes.HasPrefix(line[from:], []byte(e.was)) {
			left = append(left, e)
			continue
		}
		lines[e.line-1] = slices.Concat(line[:from], []byte(e.becomes), line[from+len(e.was):])
	}
	return bytes.Join(lines, nil), left
}

// offset is where the character at a column begins.
func offset(line []byte, column int) (int, bool) {
	at := 0
	for range column - 1 {
		if at >= len(line) {
			return 0, false
		}
		_, size := utf8.DecodeRune(line[at:])
		at += size
	}
	return at, true
}

// under puts all that the text says under names, each indented by two more spaces than the one before. The comment at its
// top stays at its top.
func under(data []byte, names ...string) []byte {
	if flow := bytes.TrimSpace(data); len(flow) > 0 && flow[0] == '{' {
		for _, name := range slices.Backward(names) {
			flow = slices.Concat([]byte(`{"`+name+`": `), flow, []byte("}"))
		}
		return append(flow, '\n')
	}
	head, body := top(data)
	var b bytes.Buffer
	b.Write(head)
	indent := ""
	for _, name := range names {
		b.WriteString(indent + name + ":\n")
		indent += "  "
	}
	for line := range bytes.Lines(body) {
		if len(bytes.TrimSpace(line)) > 0 {
			b.WriteString(indent)
		}
		b.Write(line)
	}
	return b.Bytes()
}

// versioned puts the version before all that the text says.
func versioned(data []byte, version string) []byte {
	if flow := bytes.TrimLeft(data, " \t\r\n"); len(flow) > 0 && flow[0] == '{' {
		rest := bytes.TrimLeft(flow[1:], " \t\r\n")
		comma := ", "
		if len(rest) > 0 && rest[0] == '}' {
			comma = ""
		}
		return slices.Concat([]byte(`{"apiVersion": "`+version+`"`+comma), flow[1:])
	}
	head, body := top(data)
	return slices.Concat(head, []byte("apiVersion: "+version+"\n"), body)
}

// top is what stands before the first value of a text: comments, and what ends at a blank line
// or a line of dashes.
func top(data []byte) (head, body []byte) {
	end := 0
	for line := range bytes.Lines(data) {
		text := strings.TrimSpace(string(line))
		if text != "" && text != "---" && !strings.HasPrefix(text, "#") && !strings.HasPrefix(text, "%") {
			break
		}
		end += len(line)
	}
	return data[:end], data[end:]
}
