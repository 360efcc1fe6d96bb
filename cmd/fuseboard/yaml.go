// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// writePolicy writes policies as one file, which says by itself what the files that they came from do.
func writePolicy(w io.Writer, all ...config.Resolved) error {
	var b strings.Builder
	b.WriteString("apiVersion: " + config.APIVersion + "\ndependencies:\n")
	for _, r := range all {
		tree, err := plain.Tree(r.Policy)
		if err != nil {
			return err
		}
		b.WriteString("  " + scalar(r.Name) + ":")
		block(&b, tree, "    ")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// block writes a value behind its name: an object beneath it, member by member.
func block(b *strings.Builder, n plain.Node, indent string) {
	if n.Form != plain.Object || len(n.Members) == 0 {
		b.WriteString(" " + flow(n) + "\n")
		return
	}
	b.WriteString("\n")
	for _, m := range n.Members {
		b.WriteString(indent + scalar(m.Name) + ":")
		block(b, m.Value, indent+"  ")
	}
}

// flow writes a value in one line.
func flow(n plain.Node) string {
	switch n.Form {
	case plain.Text:
		return scalar(n.Word)
	case plain.Truth, plain.Numeral:
		return n.Word
	case plain.List:
		items := make([]string, len(n.Items))
		for i, item := range n.Items {
			items[i] = flow(item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case plain.Object:
		members := make([]string, len(n.Members))
		for i, m := range n.Members {
			members[i] = scalar(m.Name) + ": " + flow(m.Value)
		}
		return "{" + strings.Join(members, ", ") + "}"
	case plain.Null:
	}
	return "null"
}

// simple are texts that stand in YAML without quotes, but for those that would be something else.
var simple = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_./%+-]*( [A-Za-z0-9_./%+-]+)*$`)

// scalar writes a text.
func scalar(text string) string {
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return strconv.Quote(text)
	}
	if _, err := strconv.ParseInt(text, 0, 64); err == nil {
		return strconv.Quote(text)
	}
	switch strings.ToLower(text) {
	case "null", "true", "false", "yes", "no", "on", "y", "n":
		return strconv.Quote(text)
	}
	if simple.MatchString(text) {
		return text
	}
	return quoted(text)
}

// quoted writes a text with the escapes that JSON and YAML share.
func quoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || strings.ContainsRune("\x7f\u0085\u2028\u2029\ufeff", r):
			b.WriteString(`\u` + strconv.FormatInt(0x10000+int64(r), 16)[1:])
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
