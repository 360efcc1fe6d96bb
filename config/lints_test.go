// SPDX-License-Identifier: Apache-2.0

package config

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// notWarned are the codes that no warning of a policy file has: those of errors, and of what only a program can do.
const notWarned = `
adaptive-without-attempt ambiguous api-version bad-alias bad-duration bad-flag bad-force bad-number bad-rate bad-tenant bad-value
cache-without-key class-name condition-syntax condition-too-long conflict duplicate-field duplicate-name empty-condition empty-file
encoding faster-than-time field-not-used fleet-of-keys hedge-without-safe hedge-without-workers hook-not-asked indentation key-with-hold
large-value lost-precision many-classes many-steps min-over-attempt min-over-max missing name needs-force negative nil no-guard
no-limit no-path no-source no-unit no-value not-a-file not-found not-whole of-the-guard of-the-whole-call operation-not-bound
operator out-of-range own-guard profile-cycle retry-without-safe several-documents store-without-key syntax tag too-large
too-many-cases too-many-classes too-many-combinations too-many-files too-many-operations trailing-data two-uses unclosed unit
unknown-dependency unknown-field unknown-kind unknown-priority unknown-profile unknown-signal unknown-word unknown-zone unreadable unsettled
unsupported-type value wrong-type unknown-rule keyed followed unknown-mode steps-order max-exceeds-limit bad-override
idle-force off-for-operation follows-another too-many-problems no-files not-both guard-refuses`

// Whoever brings a new code says here whether files can be warned by it: lint --list, --ignore and completion go by that.
func TestEveryCodeIsListedAsAWarningOrNot(t *testing.T) {
	not := strings.Fields(notWarned)
	var warned []string
	for _, l := range Lints() {
		warned = append(warned, l.Code)
		if slices.Contains(not, l.Code) {
			t.Errorf("%s is listed as a warning and as none", l.Code)
		}
		if !strings.HasSuffix(l.Meaning, ".") || len(l.Meaning) > 80 {
			t.Errorf("%s: %q is no short sentence", l.Code, l.Meaning)
		}
	}
	for i, code := range warned {
		if i > 0 && code <= warned[i-1] {
			t.Errorf("%s is listed behind %s: keep the order of the alphabet", code, warned[i-1])
		}
	}
	found := codesIn(t, "../actors", "../mailbox", "../supervision", "../patterns/*", "../internal/plain", ".", "rule")
	for code, where := range found {
		if !slices.Contains(warned, code) && !slices.Contains(not, code) {
			t.Errorf("%s has the code %q: add it to lints.go if a policy file can be warned by it, else to notWarned", where, code)
		}
	}
	for _, code := range warned {
		if found[code] == "" {
			t.Errorf("%s is listed, and nothing has this code", code)
		}
	}
}

// codesIn finds the constants of codes: their values, and the file of each.
func codesIn(t *testing.T, folders ...string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, folder := range folders {
		names, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v, %v", folder, names, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				spec, is := n.(*ast.ValueSpec)
				if !is {
					return true
				}
				for i, id := range spec.Names {
					if !strings.HasPrefix(strings.ToLower(id.Name), "code") || i >= len(spec.Values) {
						continue
					}
					if lit, is := spec.Values[i].(*ast.BasicLit); is && lit.Kind == token.STRING {
						code, err := strconv.Unquote(lit.Value)
						if err != nil {
							t.Fatal(err)
						}
						found[code] = name
					}
				}
				return true
			})
		}
	}
	return found
}
