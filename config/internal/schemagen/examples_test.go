// SPDX-License-Identifier: Apache-2.0

package schemagen

import (
	"regexp"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/config"
)

// blocks are the files on a page, as its code blocks have them.
var blocks = regexp.MustCompile("(?s)```yaml\n(.*?)```")

func TestEveryFileOfThePolicyPageIsReadWithoutAProblem(t *testing.T) {
	files := blocks.FindAllStringSubmatch(policyPage(t), -1)
	if len(files) < 23 {
		t.Errorf("%s shows %d files", pageFile, len(files))
	}
	for _, file := range files {
		isSound(t, file[1])
	}
}

// isSound reports the errors and warnings of a file.
func isSound(t *testing.T, file string) {
	t.Helper()
	_, problems := config.Read([]config.Source{{Name: "fuseboard.yaml", Data: []byte(file)}}, config.Options{})
	for _, p := range problems {
		t.Errorf("%v\n%s", p, file)
	}
}

// commented are lines of the template that say something once their mark is taken off.
var commented = regexp.MustCompile(`(?m)^( *)# ( *(rules|in-trouble|when|until|profiles|dependencies|brownout|bulkhead):.*)$`)

func TestTheTemplateIsReadWithoutAProblem(t *testing.T) {
	for _, name := range []string{"payments", "orders-db", "", "Not A Name", "a1_.-"} {
		file := string(config.Template(name))
		isSound(t, file)
		if want := "\n  " + name + ":"; name == strings.ToLower(name) && name != "" && !strings.Contains(file, want) {
			t.Errorf("the template does not name %s:\n%s", name, file)
		}
	}
	isSound(t, commented.ReplaceAllString(string(config.Template("payments")), "$1$2"))
}
