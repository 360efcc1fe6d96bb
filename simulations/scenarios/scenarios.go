// SPDX-License-Identifier: Apache-2.0

package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/fuseboard/fuseboard/config"
)

//go:embed *.yaml
var files embed.FS

// ending is that of the files' names.
const ending = ".yaml"

// FS is where the scenarios are, as NAME.yaml.
func FS() fs.FS { return files }

// Names lists the scenarios, in alphabetical order.
func Names() (names []string) {
	entries, _ := files.ReadDir(".") // embedded: it is there
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ending))
	}
	return names
}

// Open returns a scenario's text, and where the files lie that it names: what scenario.Read reads.
// The error for a name that there is not lists those that there are; it is a fs.ErrNotExist.
func Open(name string) (config.Source, fs.FS, error) {
	data, err := files.ReadFile(name + ending)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return config.Source{}, nil, fmt.Errorf("no scenario %q in the gallery, only %s: %w", name, strings.Join(Names(), ", "), fs.ErrNotExist)
	}
	if err != nil {
		return config.Source{}, nil, err
	}
	return config.Source{Name: name + ending, Data: data}, files, nil
}
