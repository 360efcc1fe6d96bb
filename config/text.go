// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/goccy/go-yaml/token"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// mark is the byte order mark that some editors put before UTF-8. It says nothing, and is no part of the text.
var mark = []byte("\xef\xbb\xbf")

// check refuses what must not reach the parser, and returns the text without its byte order mark.
func (t *treeReader) check(data []byte) (text string, found bool) {
	at := plain.Place{Line: 1, Column: 1}
	if len(data) > mostBytes {
		t.add(at, fuseboard.Problem{
			Code: CodeTooLarge, Message: fmt.Sprintf("is %d bytes long; a file of policies has at most %d (1 MiB)", len(data), mostBytes),
			Fix: "split it into several files of one directory, or see whether it is the right file",
		})
		return "", true
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		t.add(at, fuseboard.Problem{Code: CodeEncoding, Message: "is UTF-16", Fix: "save it as UTF-8"})
		return "", true
	}
	data = bytes.TrimPrefix(data, mark)
	for i, line := range bytes.Split(data, []byte("\n")) {
		if bytes.HasPrefix(line, []byte("<<<<<<< ")) || bytes.HasPrefix(line, []byte(">>>>>>> ")) {
			t.add(plain.Place{Line: i + 1, Column: 1}, fuseboard.Problem{
				Code: CodeSyntax, Message: "is a conflict that a merge left", Fix: "keep one of both sides, and remove the lines <<<<<<<, ======= and >>>>>>>",
			})
			return "", true
		}
		for column := 1; len(line) > 0; column++ {
			r, size := utf8.DecodeRune(line)
			if p, wrong := strange(r, size, line); wrong {
				t.add(plain.Place{Line: i + 1, Column: column}, p)
				return "", true
			}
			line = line[size:]
		}
	}
	return string(data), false
}

// strange tells of a character that no policy file has.
func strange(r rune, size int, rest []byte) (fuseboard.Problem, bool) {
	switch {
	case r == utf8.RuneError && size == 1:
		return fuseboard.Problem{Code: CodeEncoding, Message: fmt.Sprintf("has the byte 0x%02x, which is not UTF-8", rest[0]), Fix: "save it as UTF-8"}, true
	case r == '\r' && len(rest) > 1:
		return fuseboard.Problem{Code: CodeEncoding, Message: "has a carriage return within a line", Fix: "save it with line ends as Unix or Windows have them"}, true
	case r < ' ' && r != '\t' && r != '\r', r == 0x7f:
		return fuseboard.Problem{
			Code: CodeEncoding, Message: fmt.Sprintf("has the control character 0x%02x", r), Fix: "remove it; see whether it is the right file",
		}, true
	}
	return fuseboard.Problem{}, false
}

// tooMuch reports whether the tokens are more, or nest deeper, than the parser may be given, or are some that it would
// read otherwise than they are meant.
func (t *treeReader) tooMuch(tokens token.Tokens) bool {
	if len(tokens) > mostTokens {
		t.add(placeOf(tokens[mostTokens]), fuseboard.Problem{
			Code: CodeTooLarge, Message: fmt.Sprintf("has more than %d words and signs", mostTokens), Fix: "split it into several files of one directory",
		})
		return true
	}
	flow, blocks := 0, []block(nil) // brackets and blocks that are open
	for _, tk := range tokens {
		switch kind := tk.Type; {
		case kind == token.MappingStartType, kind == token.SequenceStartType:
			flow++
		case kind == token.MappingEndType, kind == token.SequenceEndType:
			flow = max(flow-1, 0)
		case flow > 0:
			if t.glued(tk) {
				return true
			}
		case kind == token.SequenceEntryType, kind == token.MappingKeyType, kind == token.MappingValueType:
			if blocks = opened(blocks, tk); t.tooLong(blocks, tk) {
				return true
			}
		}
		if flow+len(blocks) > deepest {
			t.tooDeep(placeOf(tk))
			return true
		}
	}
	return false
}

// block is an object or a list that is written by lines: its column, and how many names or items it has so far.
type block struct{ column, parts int }

// opened returns the blocks that are open at a token which begins an item or follows a name.
func opened(blocks []block, tk *token.Token) []block {
	column := tk.Position.Column
	if tk.Type == token.MappingValueType && tk.Prev != nil && tk.Prev.Position.Line == tk.Position.Line {
		column = tk.Prev.Position.Column
	}
	for len(blocks) > 0 && blocks[len(blocks)-1].column > column {
		blocks = blocks[:len(blocks)-1]
	}
	if len(blocks) == 0 || blocks[len(blocks)-1].column < column {
		blocks = append(blocks, block{column: column})
	}
	blocks[len(blocks)-1].parts++
	return blocks
}

func (t *treeReader) tooLong(blocks []block, tk *token.Token) bool {
	if blocks[len(blocks)-1].parts <= mostParts {
		return false
	}
	at := placeOf(tk)
	at.Column = blocks[len(blocks)-1].column
	t.add(at, fuseboard.Problem{
		Code: CodeTooLarge, Message: fmt.Sprintf("has more than %d names or items one below the other", mostParts), Fix: "split it into several files of one directory",
	})
	return true
}

// glued tells of a colon between two words in brackets without a space behind it. YAML takes that for one text, this parser
// at times for a name and its value.
func (t *treeReader) glued(colon *token.Token) bool {
	before, after := colon.Prev, colon.Next
	if colon.Type != token.MappingValueType || !isBare(before) || after == nil {
		return false
	}
	at := colon.Position
	switch after.Type {
	case token.CollectEntryType, token.SequenceEndType, token.MappingEndType, token.SequenceStartType, token.MappingStartType:
		return false
	default:
	}
	if after.Position.Line != at.Line || after.Position.Column != at.Column+1 {
		return false
	}
	t.add(placeOf(before), fuseboard.Problem{
		Code: CodeSyntax, Value: plain.Shorten(before.Value + ":" + after.Value), Message: "has a colon without a space behind it, within brackets",
		Fix: "write " + plain.Shorten(before.Value) + ": " + plain.Shorten(after.Value) + " if it is a name and its value; put it in quotes if it is a text",
	})
	return true
}

// isBare reports whether a token is a word without quotes.
func isBare(tk *token.Token) bool {
	if tk == nil {
		return false
	}
	switch tk.Type {
	case token.StringType, token.NullType, token.BoolType, token.FloatType, token.IntegerType, token.BinaryIntegerType,
		token.OctetIntegerType, token.HexIntegerType, token.InfinityType, token.NanType:
		return true
	default:
		return false
	}
}
