// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"bytes"
	"io"
	"io/fs"
	"math"
)

const (
	readAtMost  = 16 << 10 // memory.stat of v1 has about 2 KB
	tableAtMost = 1 << 20  // mountinfo of a host with many containers
)

// file is one small file that is read again and again. It stays open where it can be read
// anew from its beginning, as the kernel's can.
type file struct {
	name string // below the root; "" for none
	open fs.File
}

// read returns what the file says now, in buf, or nil where that can't be known.
func (f *file) read(root fs.FS, buf []byte) []byte {
	if f.name == "" {
		return nil
	}
	if f.open == nil {
		opened, err := root.Open(f.name)
		if err != nil {
			return nil
		}
		f.open = opened
	}
	at, ok := f.open.(io.ReaderAt)
	if !ok {
		n, err := io.ReadFull(f.open, buf)
		f.close()
		return filled(buf, n, err)
	}
	n, err := at.ReadAt(buf, 0)
	text := filled(buf, n, err)
	if text == nil { // gone, perhaps with its cgroup: it is looked for again the next time
		f.close()
	}
	return text
}

// filled returns what was read, unless it is nothing or the reading failed.
func filled(buf []byte, n int, err error) []byte {
	if n <= 0 || (err != nil && err != io.EOF && err != io.ErrUnexpectedEOF) { //nolint:errorlint // ReadAt and ReadFull return these two bare
		return nil
	}
	return buf[:n]
}

func (f *file) close() {
	if f.open != nil {
		_ = f.open.Close() // it was only read
		f.open = nil
	}
}

// whole returns all of a file that is read seldom, or nil.
func whole(root fs.FS, name string) []byte {
	f, err := root.Open(name)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(f, tableAtMost))
	if err != nil {
		return nil
	}
	return text
}

const unlimited = math.MaxInt64

// amount reads a number that is not negative. What is too large is unlimited.
func amount(text []byte) (int64, bool) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return 0, false
	}
	var n int64
	for _, c := range text {
		switch digit := int64(c) - '0'; {
		case digit < 0 || digit > 9:
			return 0, false
		case n > (unlimited-digit)/10:
			n = unlimited
		default:
			n = n*10 + digit
		}
	}
	return n, true
}

// limit reads a number, or a word for none: "max" of v2, -1 of v1.
func limit(text []byte) (int64, bool) {
	switch text = bytes.TrimSpace(text); string(text) {
	case "max", "-1":
		return unlimited, true
	}
	return amount(text)
}

// entry returns the number that stands after a key at the beginning of a line:
// "nr_periods 12", "MemTotal:  16 kB".
func entry(text []byte, key string) (int64, bool) {
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, newline)
		if after, found := bytes.CutPrefix(line, []byte(key)); found && len(after) > 0 && (after[0] == ' ' || after[0] == '\t') {
			return amount(bytes.TrimSuffix(bytes.TrimSpace(after), kilobytes))
		}
		text = rest
	}
	return 0, false
}

var newline, kilobytes = []byte("\n"), []byte(" kB")
