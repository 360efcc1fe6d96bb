// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// create writes a new file, and fails where there is one.
func create(path string, data []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return &failure{exitConflict, path + " is there already"}
	}
	if err != nil {
		return err
	}
	return filled(f, data)
}

// filled writes data into a new file, and removes it again where that fails.
func filled(f *os.File, data []byte) error {
	_, err := f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

// replace puts data in a file's place in one step, and keeps what it was as path.bak.
func replace(path string, data []byte) error {
	place, err := filepath.EvalSymlinks(path) // a link stays one
	if err != nil {
		return err
	}
	info, err := os.Stat(place)
	if err != nil {
		return err
	}
	before, err := os.ReadFile(place)
	if err != nil {
		return err
	}
	if err := create(path+".bak", before); err != nil {
		if f, ok := errors.AsType[*failure](err); ok {
			f.message += "; move it away first"
		}
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(place), "."+filepath.Base(place)+".*")
	if err != nil {
		return err
	}
	if err := filled(f, data); err != nil {
		return err
	}
	if err := errors.Join(os.Chmod(f.Name(), info.Mode().Perm()), os.Rename(f.Name(), place)); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", path, err), os.Remove(f.Name()))
	}
	return nil
}

// overwrite writes a file anew, in one step.
func overwrite(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Close())
	if err == nil {
		err = errors.Join(os.Chmod(f.Name(), 0o644), os.Rename(f.Name(), path))
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}
