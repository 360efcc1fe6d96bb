// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// kept is a book in a new directory that holds some orders and is saved.
func kept(t *testing.T) *Book {
	t.Helper()
	b, _, err := OpenBook(filepath.Join(t.TempDir(), "orders"), trusting(t, 1, 2), noon)
	if err != nil {
		t.Fatal(err)
	}
	apply(t, b, noon, signed(t, 1, hold(noon)))
	apply(t, b, noon, signed(t, 2, hold(noon, of("search"), saying(Shadow))))
	apply(t, b, noon, signed(t, 1, hold(noon, of("mail"), release)))
	if err := b.Save(); err != nil {
		t.Fatal(err)
	}
	return b
}

func again(t *testing.T, b *Book, now time.Time) (*Book, Loaded) {
	t.Helper()
	c, loaded, err := OpenBook(b.dir, b.trust, now)
	if err != nil {
		t.Fatal(err)
	}
	return c, loaded
}

func TestOrdersOutliveTheProcess(t *testing.T) {
	b := kept(t)
	c, loaded := again(t, b, noon)
	if loaded.Orders != 3 || loaded.Damaged != nil || len(loaded.Refused) != 0 || !slices.Equal(told(b, noon), told(c, noon)) {
		t.Errorf("%+v", loaded)
	}
	if c.Durability() != Disk || c.Next(noon) != b.Next(noon) || c.Stats().Taken != 0 {
		t.Errorf("%v, %v, %+v", c.Durability(), c.Next(noon), c.Stats())
	}
}

func TestDurabilityIsDiskOnlyWhenEverythingIsThere(t *testing.T) {
	if b := NewBook(trusting(t, 1)); b.Durability() != Memory || b.Save() != nil || b.Durability() != Memory {
		t.Error("a book in memory says otherwise")
	}
	b := kept(t)
	if b.Durability() != Disk {
		t.Error(b.Durability())
	}
	apply(t, b, noon, signed(t, 1, hold(noon, later(time.Second))))
	if b.Durability() != Memory {
		t.Error("an order that is not saved is called durable")
	}
	if err := b.Save(); err != nil || b.Durability() != Disk {
		t.Error(err)
	}
	apply(t, b, noon, signed(t, 1, hold(noon, later(2*time.Second))))
	if err := os.RemoveAll(b.dir); err != nil {
		t.Fatal(err)
	}
	if err := b.Save(); err == nil || b.Durability() != Memory || !strings.Contains(err.Error(), "orders could not be kept") {
		t.Error(err)
	}
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := b.Save(); err != nil || b.Durability() != Disk {
		t.Error(err)
	}
}

func TestADirectoryThatCannotBeWrittenIsNotCalledDurable(t *testing.T) {
	b, _, err := OpenBook(t.TempDir(), trusting(t, 1), noon)
	if err != nil || b.Durability() != Memory {
		t.Error("nothing has been written, and it is called durable", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenBook(file, trusting(t, 1), noon); err == nil {
		t.Error("a file was taken for a directory")
	}
}

func TestADamagedBookIsToldPutAsideAndReadAsFarAsItIsGenuine(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"cut":            func(b []byte) []byte { return b[:len(b)/2] },
		"empty":          func([]byte) []byte { return nil },
		"one letter":     func(b []byte) []byte { b[60] ^= 1; return b },
		"the checksum":   func(b []byte) []byte { b[len(b)-2] ^= 1; return b },
		"the first line": func(b []byte) []byte { b[0] = 'F'; return b },
		"zeros":          func(b []byte) []byte { return make([]byte, len(b)) },
		"a line less": func(b []byte) []byte {
			lines := bytes.SplitAfter(b, []byte("\n"))
			return bytes.Join(slices.Delete(lines, 1, 2), nil)
		},
		"more":  func(b []byte) []byte { return append(b, "more\n"...) },
		"large": func(b []byte) []byte { return append(b, make([]byte, bookMost)...) },
	} {
		t.Run(name, func(t *testing.T) {
			b := kept(t)
			path := filepath.Join(b.dir, bookFile)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			data = damage(data)
			for i, aside := range []string{path + ".damaged", path + ".damaged.1"} { // twice: the first is not replaced
				if err := os.WriteFile(path, data, 0o600); err != nil {
					t.Fatal(err)
				}
				c, loaded := again(t, b, noon)
				if loaded.Damaged == nil || loaded.Damaged.Aside != aside || loaded.Damaged.File != path || !strings.Contains(loaded.Damaged.Error(), aside) {
					t.Fatalf("%d: %+v", i, loaded)
				}
				if put, err := os.ReadFile(aside); err != nil || !bytes.Equal(put, data) {
					t.Error("what was put aside is not what was there", err)
				}
				for _, e := range c.All() {
					if !slices.ContainsFunc(b.All(), func(o Entry) bool { return o.Signed().bytes == e.Signed().bytes }) {
						t.Errorf("%+v was never there", e)
					}
				}
				if loaded.Orders != len(c.All()) || c.Durability() != Memory {
					t.Errorf("%+v", loaded)
				}
				if err := c.Save(); err != nil {
					t.Fatal(err)
				}
				if d, loaded := again(t, c, noon); loaded.Damaged != nil || !slices.Equal(told(c, noon), told(d, noon)) {
					t.Errorf("%+v", loaded)
				}
			}
		})
	}
}

func TestOneDamagedLineCostsOneOrder(t *testing.T) {
	b := kept(t)
	path := filepath.Join(b.dir, bookFile)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[60] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if c, loaded := again(t, b, noon); len(c.All()) != 2 || loaded.Damaged == nil {
		t.Errorf("%d, %+v", len(c.All()), loaded)
	}
}

func TestAClockThatBeginsInThePastForgetsNoOrder(t *testing.T) {
	b := kept(t)
	c, loaded := again(t, b, time.Unix(0, 0))
	if loaded.Orders != 3 || len(c.InForce(noon)) != 2 {
		t.Errorf("%+v", loaded)
	}
}

func TestWhatEndedWhileTheProcessWasAwayIsNotInForce(t *testing.T) {
	b := kept(t)
	late := noon.Add(time.Hour)
	c, loaded := again(t, b, late)
	if loaded.Orders != 3 || len(c.InForce(late)) != 0 || len(c.Expire(late)) != 0 {
		t.Errorf("%+v", loaded)
	}
	if _, loaded := again(t, b, noon.Add(LongestTTL)); loaded.Orders != 0 || len(loaded.Refused) != 3 || loaded.Refused[0].Reason != Expired {
		t.Errorf("%+v", loaded)
	}
}

func TestKeptOrdersOfAKeyThatIsTrustedNoMoreAreToldAndNotTaken(t *testing.T) {
	b := kept(t)
	_, loaded, err := OpenBook(b.dir, trusting(t, 1), noon)
	if err != nil || loaded.Orders != 2 || len(loaded.Refused) != 1 || loaded.Refused[0].Reason != UnknownKey || loaded.Damaged != nil {
		t.Errorf("%+v, %v", loaded, err)
	}
}

func TestASaveThatDidNotEndLeavesTheOldBook(t *testing.T) {
	b := kept(t)
	if err := os.WriteFile(filepath.Join(b.dir, bookFile+".new"), []byte("half of"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, loaded := again(t, b, noon)
	if loaded.Orders != 3 || loaded.Damaged != nil {
		t.Errorf("%+v", loaded)
	}
	apply(t, c, noon, signed(t, 1, hold(noon, later(time.Second))))
	if err := c.Save(); err != nil {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(b.dir); err != nil || len(files) != 1 {
		t.Error(files, err)
	}
}

func TestABookIsItsOwnersToRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes say nothing")
	}
	b := kept(t)
	info, err := os.Stat(filepath.Join(b.dir, bookFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestAForgedOrderInAWholeFileAndOneOfANewerProgramAreDamage(t *testing.T) {
	forged := signed(t, 1, hold(noon, of("forged"))).Bytes()
	forged[len(forged)-1] ^= 1
	newer := signed(t, 1, hold(noon, of("newer"))).Bytes()
	newer[0]++
	for _, b := range [][]byte{forged, newer} {
		book := kept(t)
		line, err := Signed{bytes: string(b)}.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		good, err := signed(t, 1, hold(noon)).MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		body := bookBegin + string(line) + "\n" + string(good) + "\n"
		if err := os.WriteFile(filepath.Join(book.dir, bookFile), []byte(body+bookEnd+sumOf([]byte(body))+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		c, loaded := again(t, book, noon)
		if loaded.Damaged == nil || loaded.Damaged.Aside == "" || loaded.Orders != 1 || len(c.InForce(noon)) != 1 {
			t.Errorf("%+v", loaded)
		}
	}
}

func TestABookWhoseFileHasMoreThanItTakesIsOnDiskAndTheNextSaveLeavesThatOut(t *testing.T) {
	b := kept(t)
	fewer, loaded, err := OpenBook(b.dir, trusting(t, 1), noon) // the second key is trusted no more
	if err != nil || len(loaded.Refused) != 1 || fewer.Durability() != Disk {
		t.Errorf("%+v, %v, %v", loaded, fewer.Durability(), err)
	}
	if _, loaded = again(t, b, noon); loaded.Orders != 3 {
		t.Errorf("opening has changed the file: %+v", loaded)
	}
	if err := fewer.Save(); err != nil {
		t.Fatal(err)
	}
	if _, loaded = again(t, b, noon); loaded.Orders != 2 || len(loaded.Refused) != 0 {
		t.Errorf("%+v", loaded)
	}
}
