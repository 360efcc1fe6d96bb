// SPDX-License-Identifier: Apache-2.0

package console

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/fuseboard/fuseboard/console/api"
)

// makeToken reads the token of a file, which it makes where there is none. Of two that do so at once, one makes it, and both read it.
func makeToken(path string) (string, error) {
	token, err := api.ReadToken(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return token, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // 0600
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(rand.Text() + rand.Text() + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Link(f.Name(), path) // whole, or not at all; never over one that is there
	}
	removed := os.Remove(f.Name())
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return "", errors.Join(err, removed)
	}
	return api.ReadToken(path)
}
