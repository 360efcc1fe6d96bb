// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// policyName reports whether a file of a directory is read: *.yaml, *.yml and *.json in
// whatever case. Dot files are not, nor what editors leave beside a file (4913, a.yaml~, #a.yaml#,
// .a.yaml.swp), nor *.schema.json: the schema lies beside the policies, for editors.
func policyName(name string) bool {
	lower := strings.ToLower(name)
	if strings.HasPrefix(lower, ".") || strings.HasSuffix(lower, ".schema.json") {
		return false
	}
	switch filepath.Ext(lower) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

// list returns the entries of a directory that may be policy files, by name, and stops
// after limit+1 of them. It holds no others, however many there are.
func list(dir string, limit int) ([]fs.DirEntry, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close() //nolint:errcheck // it was only read
	var found []fs.DirEntry
	for len(found) <= limit {
		some, err := d.ReadDir(256)
		for _, e := range some {
			if policyName(e.Name()) && !e.IsDir() {
				found = append(found, e)
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(found, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return found, nil
}
