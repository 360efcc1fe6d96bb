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
// piece of a program in examples or of an Example; or, in docs/coming-from, of the
// packages beside the guides. Indentation may differ.
func untestedCode(files map[string][]byte) (complaints []string) {
	examples, peers := map[string]string{}, map[string]string{}
	for name, text := range files {
		switch {
		case !strings.HasSuffix(name, ".go"):
		case strings.HasPrefix(name, comingFrom) && !strings.HasSuffix(name, "_test.go"):
			peers[name] = flush(string(text))
		case strings.HasPrefix(name, "examples/"), strings.Contains(path.Base(name), "example"):
			examples[name] = flush(string(text))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		switch {
		case strings.HasPrefix(name, "docs/guides/"):
			_, wrong := cutFrom(name, files[name], examples)
			complaints = append(complaints, wrong...)
		case strings.HasPrefix(name, comingFrom) && strings.HasSuffix(name, ".md"):
			shown, wrong := cutFrom(name, files[name], peers)
			complaints = append(complaints, wrong...)
			if path.Base(name) != "README.md" {
				complaints = append(complaints, halfShown(name, shown)...)
			}
		}
	}
	return complaints
}

const comingFrom = "docs/coming-from/"

// cutFrom returns the programs that the page shows pieces of, and complains about
// blocks that are a piece of none.
func cutFrom(page string, text []byte, programs map[string]string) (shown, complaints []string) {
	for _, block := range goBlock.FindAllStringSubmatch(string(text), -1) {
		found := false
		for name, program := range programs {
			if strings.Contains(program, "\n"+flush(block[1])) {
				shown, found = append(shown, name), true
			}
		}
		if !found {
			complaints = append(complaints, fmt.Sprintf(
				"%s shows code that is no piece of a file in examples, of an example_test.go, or of a package beside it: what a reader copies must compile. It shows:\n%s", page, block[1]))
		}
	}
	return shown, complaints
}

// halfShown complains about a guide that does not show both sides of the way.
func halfShown(page string, shown []string) (complaints []string) {
	for _, side := range []string{"before", "after"} {
		if !slices.ContainsFunc(shown, func(name string) bool { return strings.HasPrefix(path.Base(name), side) }) {
			complaints = append(complaints, fmt.Sprintf("%s shows no piece of a file %s*.go: who comes from a peer wants to see both sides", page, side))
		}
	}
	return complaints
}

var indentation = regexp.MustCompile(`(?m)^[\t ]+`)

// flush takes the indentation off every line.
func flush(code string) string { return indentation.ReplaceAllString(code, "") }
