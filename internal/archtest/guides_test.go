// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestGuidesShowOnlyCodeThatIsCompiledAndTested(t *testing.T) {
	report(t, untestedCode(load(t).files))
}

var goBlock = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")

// untestedCode lists the Go blocks of the guides that are not, line by line, a
// piece of a program in examples or of an Example. Indentation may differ.
func untestedCode(files map[string][]byte) (complaints []string) {
	var programs []string
	for name, text := range files {
		if strings.HasSuffix(name, ".go") && (strings.HasPrefix(name, "examples/") || strings.Contains(path.Base(name), "example")) {
			programs = append(programs, flush(string(text)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasPrefix(name, "docs/guides/") {
			continue
		}
		for _, block := range goBlock.FindAllStringSubmatch(string(files[name]), -1) {
			shown := func(program string) bool { return strings.Contains(program, "\n"+flush(block[1])) }
			if !slices.ContainsFunc(programs, shown) {
				complaints = append(complaints, fmt.Sprintf(
					"%s shows code that is no piece of a file in examples or of an example_test.go: what a reader copies must compile. It shows:\n%s", name, block[1]))
			}
		}
	}
	return complaints
}

var indentation = regexp.MustCompile(`(?m)^[\t ]+`)

// flush takes the indentation off every line.
func flush(code string) string { return indentation.ReplaceAllString(code, "") }
