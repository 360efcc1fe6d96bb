// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"
)

// Durability is whether orders outlive the process. In JSON and messages it is itself.
type Durability string

// The durabilities.
const (
	// Memory: a restart of all nodes at once forgets.
	Memory Durability = "memory"
	// Disk: the book on disk holds what the book holds.
	Disk Durability = "disk"
)

// bookFile is the file of a book's directory, and bookBegin its first line.
const (
	bookFile  = "orders.book"
	bookBegin = "fuseboard orders 1\n"
	bookEnd   = "sha256 "
	bookMost  = 4 << 20 // more is no book: MostOrders of MostBytes in base64 need 1.4 MB
)

// disk is where a book is kept.
type disk struct {
	dir     string // empty: in memory only
	unsaved bool   // the book has changed since it was written
	surplus bool   // the file has orders that the book did not take
}

// Loaded says what OpenBook found.
type Loaded struct {
	// Orders is how many were taken.
	Orders int
	// Refused are those that were not, each with its reason: nobody trusts the key any more, it is of another fleet, or
	// its time has ended. The next Save leaves them out.
	Refused []*RefusedError
	// Damaged says what is wrong with the file; nil where nothing is. It may also be that of a newer program. The file was
	// put aside, and what is genuine in it was taken all the same: each order has its own signature.
	Damaged *DamagedError
}

// DamagedError says that a book on disk was not as it was written.
type DamagedError struct {
	// File is the book, Aside where it was put for people to look at; empty where that failed, which Cause says.
	File, Aside string
	// Cause is what is wrong.
	Cause error
}

// Error says what was found, and what to do.
func (e *DamagedError) Error() string {
	if e.Aside == "" {
		return fmt.Sprintf("the orders in %s are damaged: %v; the next save replaces the file", e.File, e.Cause)
	}
	return fmt.Sprintf("the orders in %s are damaged: %v; the file is kept as %s: look whether an order is missing, and give it again", e.File, e.Cause, e.Aside)
}

// Unwrap returns Cause.
func (e *DamagedError) Unwrap() error { return e.Cause }

// OpenBook returns the book that is kept in a directory, which is made where it is not there. One process
// uses a directory. What was taken once is not judged by the clock again unless it has ended, so that a clock that begins in the
// past forgets nothing. The error is of the directory; a caller may go on with [NewBook], and shows
// that its durability is memory.
func OpenBook(dir string, trust Trust, now time.Time) (*Book, Loaded, error) {
	b := NewBook(trust)
	b.dir = dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, Loaded{}, fmt.Errorf("orders cannot be kept: %w", err)
	}
	path := filepath.Join(dir, bookFile)
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		b.unsaved = true // so that the first Save shows whether the directory can be written
		return b, Loaded{}, nil
	}
	data, err := readBook(path)
	if err != nil {
		return nil, Loaded{}, fmt.Errorf("orders cannot be read: %w", err)
	}
	return b, b.restore(path, data, now), nil
}

// restore loads a file, and puts it aside where it is damaged.
func (b *Book) restore(path string, data []byte, now time.Time) Loaded {
	loaded := b.load(data, now)
	if loaded.Damaged != nil {
		loaded.Damaged.putAside(path)
	}
	b.unsaved, b.surplus = loaded.Damaged != nil, len(loaded.Refused) > 0
	b.stats = NewBook(b.trust).stats // what was loaded is not what came
	return loaded
}

func readBook(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, bookMost+1))
	return data, errors.Join(err, f.Close())
}

var (
	errBegin = errors.New("the first line is not that of a book of this format")
	errEnd   = errors.New("the end is missing")
	errSum   = errors.New("the checksum is not that of the orders")
	errLarge = errors.New("the file is larger than any book")
)

// load takes what is genuine in a file, whole or not.
func (b *Book) load(data []byte, now time.Time) (l Loaded) {
	wrong := checkBook(data)
	for line := range bytes.Lines(data) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		if string(line)+"\n" == bookBegin || bytes.HasPrefix(line, []byte(bookEnd)) || len(line) == 0 {
			continue
		}
		err := b.loadOne(line, now)
		var why *RefusedError
		switch {
		case err == nil:
			l.Orders++
		case errors.As(err, &why) && why.Reason.whole():
			l.Refused = append(l.Refused, why)
		case wrong == nil:
			wrong = err
		}
	}
	if wrong != nil {
		l.Damaged = &DamagedError{Cause: wrong}
	}
	return l
}

// whole reports whether an order that is refused for r may be in a file that is as it was written.
func (r Reason) whole() bool { return r == UnknownKey || r == OtherFleet || r == Expired || r == Full }

func (b *Book) loadOne(line []byte, now time.Time) error {
	var s Signed
	if err := s.UnmarshalText(line); err != nil {
		return err
	}
	operator, err := b.trust.signer(s)
	if err != nil {
		return err
	}
	_, err = b.apply(now, &Entry{Order: s.claim, Key: s.key, Operator: operator.Name, signed: s})
	return err
}

// checkBook says what is wrong with a file as a whole.
func checkBook(data []byte) error {
	if len(data) > bookMost {
		return errLarge
	}
	if !bytes.HasPrefix(data, []byte(bookBegin)) {
		return errBegin
	}
	at := bytes.LastIndex(data, []byte("\n"+bookEnd)) + 1
	if at == 0 {
		return errEnd
	}
	if string(data[at:]) != bookEnd+sumOf(data[:at])+"\n" {
		return errSum
	}
	return nil
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// putAside renames a damaged file to a name that is free, and says where it is.
func (e *DamagedError) putAside(path string) {
	e.File = path
	aside, err := freeName(path + ".damaged")
	if err == nil {
		err = os.Rename(path, aside)
	}
	if err != nil {
		e.Cause = errors.Join(e.Cause, err)
		return
	}
	e.Aside = aside
}

func freeName(path string) (string, error) {
	for i := range 1000 {
		name := path
		if i > 0 {
			name += "." + strconv.Itoa(i)
		}
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			return name, nil
		}
	}
	return "", fmt.Errorf("%s is there 1000 times; remove the old ones", path)
}

// Save writes the book to its directory if it has changed, as a whole: a crash leaves the old file or the new one. It
// does nothing for a book in memory. After an error the durability is memory until a Save succeeds.
func (b *Book) Save() error {
	if b.dir == "" || !b.unsaved && !b.surplus {
		return nil
	}
	var data bytes.Buffer
	data.WriteString(bookBegin)
	for _, e := range b.sorted() {
		line, err := e.signed.MarshalText()
		if err != nil {
			return err
		}
		data.Write(append(line, '\n'))
	}
	data.WriteString(bookEnd + sumOf(data.Bytes()) + "\n")
	if err := replace(b.dir, bookFile, data.Bytes()); err != nil {
		return fmt.Errorf("orders could not be kept; a restart of the whole fleet would forget the last ones: %w", err)
	}
	b.unsaved, b.surplus = false, false
	return nil
}

// Durability says where the orders are safe: on disk only when everything that the book holds is there.
func (b *Book) Durability() Durability {
	if b.dir == "" || b.unsaved {
		return Memory
	}
	return Disk
}

// replace puts a file in the place of another, so that it is whole and on disk when it is there.
func replace(dir, name string, data []byte) error {
	path := filepath.Join(dir, name)
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir makes a rename last. Windows cannot, and journals it by itself.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
