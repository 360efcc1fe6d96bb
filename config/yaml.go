// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// The bounds of one text. What is beyond is refused before it costs much time, memory or stack.
const (
	mostBytes  = 1 << 20
	mostTokens = 100_000 // words and signs
	mostParts  = 2_000   // names of one object, or items of one list, by lines: the parser's time grows with their square
	mostNodes  = 100_000 // values, those that aliases stand for counted each time
	deepest    = 32      // levels
)

// readTree reads one text, the source with this number, into a tree. There is none, but for a Null, where the
// flaws keep it from being read. A name that is given twice in an object is told, and has its first value.
func readTree(source int, data []byte) (tree plain.Node, flaws []flaw) {
	t := treeReader{source: source, anchors: map[string]anchor{}}
	defer func() {
		if p := recover(); p != nil { // the parser's panic must not become the user's
			tree, flaws = plain.Node{}, append(t.flaws, flaw{at: plain.Place{Source: source}, Problem: fuseboard.Problem{
				Code: CodeUnreadable, Message: fmt.Sprintf("could not be read: the parser gave up (%.80v)", p),
				Fix: "write it in plain YAML: no anchors, no tags, texts in quotes",
			}})
		}
	}()
	text, found := t.check(data)
	if found {
		return plain.Node{}, t.flaws
	}
	body, found := t.parse(text)
	if !found {
		return plain.Node{}, t.flaws
	}
	tree = t.node("", body, 0)
	if t.full {
		return plain.Node{}, t.flaws
	}
	return tree, t.flaws
}

// parse parses a text that was checked, and returns the body of its one document.
func (t *treeReader) parse(text string) (ast.Node, bool) {
	tokens := lexer.Tokenize(text)
	if t.tooMuch(tokens) || t.several(tokens) {
		return nil, false
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		t.syntax(err)
		return nil, false
	}
	return t.body(file)
}

// several tells of a second document that says something, and of one behind an empty one: the parser leaves
// out, without a word, what follows an empty document.
func (t *treeReader) several(tokens token.Tokens) bool {
	var start *token.Token // of the document
	said, begun, directive, within := 0, 0, 0, false
	for _, tk := range tokens {
		switch {
		case tk.Type == token.DirectiveType:
			directive = tk.Position.Line
		case tk.Type == token.DocumentHeaderType:
			start, within = tk, false
			begun++
		case tk.Type == token.DocumentEndType:
			start, within = nil, false
		case tk.Type == token.CommentType, within, tk.Position.Line == directive:
		default:
			within = true
			if said++; said > 1 || begun > 1 {
				t.second(tk, start)
				return true
			}
		}
	}
	return false
}

// second tells of a document that is not the first; start is its ---, if it has one.
func (t *treeReader) second(first, start *token.Token) {
	if start == nil {
		start = first
	}
	t.add(placeOf(start), fuseboard.Problem{
		Code: CodeDocuments, Message: "begins another document; a file is one", Fix: "remove the line ---, or put each into a file of its own",
	})
}

// body returns the body of the only document of the file.
func (t *treeReader) body(file *ast.File) (body ast.Node, found bool) {
	var docs []*ast.DocumentNode
	for _, d := range file.Docs {
		if _, directive := d.Body.(*ast.DirectiveNode); !directive && d.Body != nil {
			docs = append(docs, d)
		}
	}
	switch len(docs) {
	case 0:
		t.add(plain.Place{Line: 1, Column: 1}, emptyFile())
		return nil, false
	case 1:
		return docs[0].Body, true
	}
	at := startOf(docs[1].Body)
	if docs[1].Start != nil {
		at = placeOf(docs[1].Start)
	}
	t.add(at, fuseboard.Problem{
		Code: CodeDocuments, Message: fmt.Sprintf("begins the second of %d documents; a file is one", len(docs)),
		Fix: "remove the line ---, or put each into a file of its own",
	})
	return nil, false
}
