// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"strings"

	"github.com/goccy/go-yaml/token"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// parserError is an error of the parser that has a place.
type parserError interface {
	error
	GetToken() *token.Token
	GetMessage() string
}

// parserWord is what the parser says by a part of its message, and our words for it.
type parserWord struct{ part, code, message, fix string }

// parserWords are in order: the first that fits counts. The parser's messages are its own matter; what is
// not here is repeated as it says it.
var parserWords = []parserWord{
	{"tab character", CodeIndent, "has a tab where YAML wants spaces", "indent with spaces: two for each level"},
	{"a tab", CodeIndent, "has a tab where YAML wants spaces", "indent with spaces: two for each level"},
	{"'\t'", CodeIndent, "has a tab where YAML wants spaces", "indent with spaces: two for each level"},
	{"single-quoted text", CodeUnclosed, "opens a quote ' that is not closed", "close it with ' on the same line; write '' for a ' within"},
	{"double-quoted text", CodeUnclosed, "opens a quote \" that is not closed", "close it with \" on the same line; write \\\" for a \" within"},
	{"unknown escape", CodeSyntax, "has a \\ with a letter that means nothing in double quotes", "write \\\\ for a \\, or use single quotes"},
	{"UTF-", CodeSyntax, "has a \\u in double quotes that is no character", "write the character itself"},
	{"surrogate", CodeSyntax, "has half of a surrogate pair in double quotes", "write the character itself"},
	{"reserved character", CodeSyntax, "begins with a sign that YAML keeps for itself", "put the value in quotes"},
	{"sequence end token", CodeUnclosed, "opens a bracket [ that is not closed", "close it with ]"},
	{"flow mapping end token", CodeUnclosed, "opens a bracket { that is not closed", "close it with }"},
	{"corresponding to ']'", CodeUnclosed, "closes a bracket ] that nothing opened", "remove it, or write [ before the list"},
	{"corresponding to '}'", CodeUnclosed, "closes a bracket } that nothing opened", "remove it, or write { before the first name"},
	{"flow map content", CodeUnclosed, "ends within brackets {}", "close them with }"},
	{"must be specified", CodeSyntax, "needs a comma, or the closing bracket, before this", "write , between the parts of a list or object in brackets"},
	{"but found ','", CodeSyntax, "has a comma without a value before it", "remove one of the commas"},
	{"mapping value is not allowed", CodeSyntax, "has a second colon in one value", "begin a new line for the second name, or put the value in quotes if it is a text"},
	{"unexpected key name", CodeSyntax, "has a name that goes over several lines", "write a space after each colon, and indent the lines of one section alike"},
	{"implicit line break", CodeSyntax, "has a name that goes over several lines", "write a comma after each part within brackets"},
	{"pre-defined", CodeIndent, "is indented deeper than the line before, which has a value already", "indent it like the line before, or remove the value of that"},
	{"block sequence entries are not allowed", CodeIndent, "has an item of a list behind a name on the same line", "begin a new line for each item, or write [a, b]"},
	{"not allowed in this context", CodeIndent, "is indented unlike the lines that it belongs to", "indent the lines of one section alike, by two spaces for each level"},
	{"non-map value", CodeIndent, "stands among names, and has no colon", "write a colon and a space after the name, or indent it as part of the value before"},
	{"unexpected scalar value", CodeSyntax, "can't be told from what is around it", "put texts in quotes, and give each name a line of its own"},
	{"invalid key", CodeSyntax, "has a colon without a name before it", "write the name before the colon"},
	{"undefined map key", CodeSyntax, "has a ? without a name", "write the name, a colon and the value"},
	{"undefined anchor", CodeAlias, "is an anchor without a name or a value", "write &name before a value, or put the text in quotes"},
	{"anchor", CodeAlias, "is an anchor that can't stand here", "write &name right before one value, or put the text in quotes"},
	{"alias", CodeAlias, "is an alias without a name", "write *name, or put the text in quotes"},
	{"tag", CodeTag, "is a tag, which policy files don't have", "remove it; quotes make a text of a value"},
	{"irective", CodeSyntax, "is a directive, which policy files don't need", "remove the line that begins with %"},
	{"YAML version", CodeSyntax, "names a version of YAML that is not read", "remove the line that begins with %"},
	{"document separator", CodeSyntax, "has --- within a value", "remove it: a file is one document"},
	{"end content", CodeSyntax, "goes on after its end (...)", "remove the line of three points"},
	{"multi-line", CodeSyntax, "has a text of several lines behind | or > that can't be read", "indent its lines by two spaces more than its name"},
	{"header", CodeSyntax, "has a sign behind | or > that means nothing", "write | or > alone"},
}

// syntax tells of the parser's error in our words.
func (t *treeReader) syntax(err error) {
	var wrong parserError
	if !errors.As(err, &wrong) || wrong.GetToken() == nil {
		t.add(plain.Place{Line: 1, Column: 1}, fuseboard.Problem{Code: CodeSyntax, Message: "is not valid YAML", Fix: "see whether it is the right file"})
		return
	}
	tk, said := wrong.GetToken(), wrong.GetMessage()
	p := fuseboard.Problem{
		Code: CodeSyntax, Message: "is not valid YAML: " + plain.Shorten(said),
		Fix: "indent the lines of one section alike, write a space after each colon, and put texts with signs in quotes",
	}
	for _, w := range parserWords {
		if strings.Contains(said, w.part) {
			p.Code, p.Message, p.Fix = w.code, w.message, w.fix
			break
		}
	}
	t.moved(tk, said, p)
}

// moved tells of an error of the parser where the mistake is, which may be before or behind the token that it stumbled over.
func (t *treeReader) moved(tk *token.Token, said string, p fuseboard.Problem) {
	open := openBracket(tk)
	switch {
	case strings.Contains(said, "must be specified") && open != nil && open.Position.Line < tk.Position.Line:
		p.Code, p.Message = CodeUnclosed, "opens a bracket "+open.Value+" that is not closed before the next line"
		p.Fix = "close it, or write a comma after each part"
		t.add(placeOf(open), p, placeOf(tk))
	case strings.Contains(said, "mapping value is not allowed"):
		t.secondColon(tk, p)
	case p.Code == CodeIndent && strings.IndexAny(tk.Value, "}]") == 0:
		p.Code, p.Message, p.Fix = CodeUnclosed, "closes a bracket "+tk.Value[:1]+" that nothing opened", "remove it, or write the bracket that opens it"
		t.add(placeOf(tk), p)
	case strings.Contains(said, "invalid key") && questionOf(tk) != nil:
		p.Message, p.Fix = "has a name that is no plain word", "a name is one word, such as payments"
		t.add(placeOf(questionOf(tk)), p)
	default:
		t.star(tk, p)
	}
}

// secondColon tells of a value with a colon, or of a line that is indented below a value.
func (t *treeReader) secondColon(tk *token.Token, p fuseboard.Problem) {
	at := placeOf(tk)
	if line, column, several := lastLine(tk); several {
		p.Code, p.Message = CodeIndent, "is indented deeper than the line before, which has a value already"
		p.Fix = "indent it like the line before, or remove the value of that"
		at.Line, at.Column = line, column
	}
	t.add(at, p)
}

// star tells of a * at the beginning of a word, if that is what the parser stumbled over.
func (t *treeReader) star(tk *token.Token, p fuseboard.Problem) {
	star := aliasOf(tk)
	if star == nil || p.Code == CodeAlias {
		t.add(placeOf(tk), p)
		return
	}
	p.Code, p.Message, p.Fix = CodeAlias, "is a * at the beginning of a word, which YAML takes for an alias", "put the name in quotes"
	t.add(placeOf(star), p)
}

// lastLine is where the last line of a text of several lines begins.
func lastLine(tk *token.Token) (line, column int, several bool) {
	text := strings.TrimSpace(tk.Origin)
	end := strings.LastIndexByte(text, '\n')
	if end < 0 {
		return 0, 0, false
	}
	last := text[end+1:]
	indent := len(last) - len(strings.TrimLeft(last, " "))
	return tk.Position.Line + strings.Count(text, "\n"), indent + 1, true
}

// aliasOf returns the * before a token in its line, right before the colon or word that can't follow it.
func aliasOf(tk *token.Token) *token.Token {
	line := tk.Position.Line
	for range 3 {
		if tk == nil || tk.Position.Line != line {
			return nil
		}
		if tk.Type == token.AliasType {
			return tk
		}
		tk = tk.Prev
	}
	return nil
}

// openBracket returns the innermost bracket that is open before a token.
func openBracket(tk *token.Token) *token.Token {
	closed := 0
	for tk = tk.Prev; tk != nil; tk = tk.Prev {
		switch tk.Type {
		case token.MappingEndType, token.SequenceEndType:
			closed++
		case token.MappingStartType, token.SequenceStartType:
			if closed == 0 {
				return tk
			}
			closed--
		default:
		}
	}
	return nil
}

// questionOf returns the ? of which a colon is the second half.
func questionOf(tk *token.Token) *token.Token {
	column := tk.Position.Column
	for tk = tk.Prev; tk != nil && tk.Position.Column >= column; tk = tk.Prev {
		if tk.Type == token.MappingKeyType && tk.Position.Column == column {
			return tk
		}
	}
	return nil
}
