// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"bytes"
	"io"
	"io/fs"
	"os"

	"github.com/fuseboard/fuseboard"
)

// got is one file as open read it.
type got struct {
	data    []byte
	info    fs.FileInfo // as it was before and after
	moved   bool        // it was another one before than after
	problem *fuseboard.Problem
}

// open reads a file of no more than limit bytes. What is no file is not opened: a pipe
// would wait for its writer.
func open(name, place string, info fs.FileInfo, limit int64) got {
	if p := refused(name, info, limit); p != nil {
		return got{problem: p}
	}
	f, err := os.OpenFile(place, openFlags, 0)
	if err != nil {
		return got{problem: new(unreadable(name, place, err))}
	}
	defer f.Close() //nolint:errcheck // it was only read
	before, err := f.Stat()
	if err == nil {
		if p := refused(name, before, limit); p != nil {
			return got{problem: p}
		}
		var g got
		if g, err = twice(name, f, before, limit); err == nil {
			return g
		}
	}
	return got{problem: new(unreadable(name, place, err))}
}

// held is an open file; a test has one that others write meanwhile.
type held interface {
	io.ReaderAt
	Stat() (fs.FileInfo, error)
}

// twice reads f two times. Sizes and times alone would not do: a time has the step of the
// kernel's tick, and much is written within one. Who writes the file from its beginning to its end
// cannot leave the same mixture twice.
func twice(name string, f held, before fs.FileInfo, limit int64) (got, error) {
	first, err := io.ReadAll(io.NewSectionReader(f, 0, limit+1))
	if err != nil {
		return got{}, err
	}
	if size := int64(len(first)); size > limit { // it grew, or its size is not told
		return got{problem: new(tooLarge(name, size, limit))}, nil
	}
	second, err := io.ReadAll(io.NewSectionReader(f, 0, limit+1))
	if err != nil {
		return got{}, err
	}
	after, err := f.Stat()
	if err != nil {
		return got{}, err
	}
	return got{data: first, info: after, moved: !unchanged(before, after) || !bytes.Equal(first, second)}, nil
}

func refused(name string, info fs.FileInfo, limit int64) *fuseboard.Problem {
	switch {
	case !info.Mode().IsRegular():
		return new(notAFile(name, info.Mode()))
	case info.Size() > limit:
		return new(tooLarge(name, info.Size(), limit))
	}
	return nil
}
