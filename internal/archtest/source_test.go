// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const spdx = "// SPDX-License-Identifier: Apache-2.0\n\n"

func TestEveryGoFileNamesItsLicence(t *testing.T) {
	for name, text := range load(t).files {
		if strings.HasSuffix(name, ".go") && !bytes.HasPrefix(text, []byte(spdx)) {
			t.Errorf("%s does not begin with %q and an empty line: a file must say its licence wherever it is copied", name, strings.TrimSpace(spdx))
		}
	}
}

func TestDocsNameOnlyTestsThatExist(t *testing.T) {
	report(t, lostTests(load(t).files))
}

func TestReadmeShowsTheQuickstartThatIsCompiled(t *testing.T) {
	files := load(t).files
	const program = "examples/quickstart/main.go"
	if code := quickstart(string(files["README.md"])); code == "" || !strings.Contains(string(files[program]), code) {
		t.Errorf("README.md has no quickstart between its marks that is, line by line, a piece of %s: what a reader copies must compile. It shows:\n%s", program, code)
	}
}

var marked = regexp.MustCompile("(?s)<!-- quickstart: begin[^\n]*-->\n```go\n(.*?\n)```\n<!-- quickstart: end -->")

// quickstart returns the marked code of the README as it stands inside a
// function, or "".
func quickstart(readme string) string {
	m := marked.FindStringSubmatch(readme)
	if m == nil {
		return ""
	}
	return regexp.MustCompile(`(?m)^(.)`).ReplaceAllString(m[1], "\t$1")
}

var (
	testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Example|Benchmark)[A-Z_]\w*)\(`)
	testName = regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark)[A-Z]\w{5,}`)
	comment  = regexp.MustCompile(`(?m)//.*$`)
)

// lostTests lists tests that a comment or a page names as its proof and that
// are not there.
func lostTests(files map[string][]byte) (complaints []string) {
	exist := map[string]bool{}
	for name, text := range files {
		if strings.HasSuffix(name, "_test.go") {
			for _, m := range testFunc.FindAllSubmatch(text, -1) {
				exist[string(m[1])] = true
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		said := files[name]
		if strings.HasSuffix(name, ".go") {
			said = bytes.Join(comment.FindAll(said, -1), []byte("\n"))
		}
		for _, test := range testName.FindAllString(string(said), -1) {
			if !exist[test] {
				complaints = append(complaints, fmt.Sprintf("%s names %s as its proof, and there is no such test", name, test))
			}
		}
	}
	return complaints
}
