// SPDX-License-Identifier: Apache-2.0

package schemagen

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config/rule"
	"github.com/fuseboard/fuseboard/internal/plain"
)

const pageFile = "docs/policy.md"

func TestPolicyPageIsTrue(t *testing.T) {
	isWritten(t, filepath.Join(root, pageFile), []byte(policyPage(t)))
}

// policyPage is the head, and a chapter for each section of a policy.
func policyPage(t *testing.T) string {
	t.Helper()
	g := newGenerator(t)
	g.schema(t)
	var b strings.Builder
	b.WriteString(strings.ReplaceAll(chapter(t, "head"), "{{signals}}\n", signalTable()))
	policy := reflect.TypeFor[actors.Policy]()
	for i := range policy.NumField() {
		name := plain.Name(policy.Field(i).Name)
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n%s\n%s", name, g.meaning(t, policy, policy.Field(i).Name), g.table(name), chapter(t, name))
	}
	return b.String()
}

func chapter(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata/chapters", name+".md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// table lists the fields of a section.
func (g *generator) table(section string) string {
	var b strings.Builder
	b.WriteString("| field | type | default | accepted | meaning |\n|---|---|---|---|---|\n")
	for _, f := range g.fields {
		path, inside := strings.CutPrefix(f.path, section+".")
		if !inside && f.path != section || isOfCase(f.path) {
			continue
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", path, cell(f.kind), cell(f.byDefault), cell(f.accepted), cell(f.meaning))
	}
	return b.String()
}

// isOfCase reports whether a row would repeat one of another section.
func isOfCase(path string) bool {
	return strings.HasPrefix(path, "cases.deadline.") || strings.HasPrefix(path, "cases.retry.")
}

func cell(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\n\n", " "), "|", `\|`)
}

func signalTable() string {
	var b strings.Builder
	b.WriteString("| signal | of | example | meaning |\n|---|---|---|---|\n")
	for _, s := range rule.Signals() {
		fmt.Fprintf(&b, "| `%s` | %s | `%s` | %s |\n", s.Name, s.Scope, s.Example, cell(s.Summary))
	}
	return b.String()
}
