// SPDX-License-Identifier: Apache-2.0

package record

import (
	"bytes"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// sealed is a packet with a right checksum, whatever is in it.
func sealed(first byte, body []byte) []byte {
	p := append([]byte{first, 0, 0, 0, 0}, body...)
	seal(p)
	return p
}

func TestRecordsComeOutAsTheyWentIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rs := rapid.SliceOfN(anything(), 0, 4).Draw(t, "records")
		size := headSize
		for _, r := range rs {
			if err := r.Check(); err != nil {
				t.Fatal(err)
			}
			size += r.Size()
		}
		b := Append([]byte("before"), rs...)[len("before"):]
		if len(b) != size {
			t.Fatalf("a packet of %d bytes was said to have %d", len(b), size)
		}
		got, err := Decode(b)
		if err != nil || !slices.EqualFunc(got, rs, same) {
			t.Fatalf("%v is read as %v: %v", rs, got, err)
		}
		if again := Append(nil, got...); !bytes.Equal(again, b) {
			t.Fatalf("%x is written again as %x", b, again)
		}
		seq, err := Each(b)
		if err != nil || !slices.EqualFunc(slices.Collect(seq), rs, same) {
			t.Fatalf("Each reads something else: %v", err)
		}
	})
}

func TestTheLongestRecordHasTheLongestPacket(t *testing.T) {
	long := strings.Repeat("n", MaxName)
	r := Record{Owner: long, Key: long, Kind: Vote, Version: Version{MaxEpoch, 1<<64 - 1}, Body: make([]byte, MaxBody)}
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	equal(t, "its packet", len(Append(nil, r)), MaxRecord)
}

func TestChangedAndCutPacketsAreRefused(t *testing.T) {
	b := Append(nil, Record{Owner: "a", Key: "k", Kind: Transition, Version: Version{1 << 40, 7}, Body: []byte("body")},
		Record{Owner: "a", Key: "l", Kind: Counter, Version: Version{1, 1}, Deleted: true})
	refused := func(b []byte) {
		t.Helper()
		if rs, err := Decode(b); !errors.Is(err, ErrCorrupt) || rs != nil {
			t.Errorf("%x: %v, %v", b, rs, err)
		}
	}
	for i := range 8 * len(b) {
		c := slices.Clone(b)
		c[i/8] ^= 1 << (i % 8)
		refused(c)
	}
	for i := range b {
		refused(b[:i])
	}
	refused(append(slices.Clone(b), 0))
}

// Each has a right checksum: what is wrong was written so.
func TestPacketsThatNobodyWritesAreRefused(t *testing.T) {
	const first = sortRecords | format
	good := []byte{byte(Vote), 1, 'a', 1, 'k', 1, 1, 1, 'b'}
	if _, err := Decode(sealed(first, good)); err != nil {
		t.Fatal(err)
	}
	for what, body := range map[string][]byte{
		"no kind":               {0, 1, 'a', 1, 'k', 1, 1, 1, 'b'},
		"an unknown kind":       {7, 1, 'a', 1, 'k', 1, 1, 1, 'b'},
		"an unknown flag":       {byte(Vote) | 0x10, 1, 'a', 1, 'k', 1, 1, 1, 'b'},
		"no owner":              {byte(Vote), 0, 1, 'k', 1, 1, 1, 'b'},
		"no key":                {byte(Vote), 1, 'a', 0, 1, 1, 1, 'b'},
		"a tombstone's body":    {byte(Vote) | deletedBit, 1, 'a', 1, 'k', 1, 1, 1, 'b'},
		"a beacon's tombstone":  {byte(Beacon) | deletedBit, 1, 'a', 1, 'k', 1, 1, 0},
		"a number too long":     {byte(Vote), 1, 'a', 1, 'k', 0x81, 0, 1, 1, 'b'},
		"a number over 64 bits": append([]byte{byte(Vote), 1, 'a', 1, 'k', 1}, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2, 1, 'b'),
		"an epoch too high":     append([]byte{byte(Vote), 1, 'a', 1, 'k'}, 128, 128, 128, 128, 128, 128, 64, 1, 1, 'b'),
		"a body beyond the end": {byte(Vote), 1, 'a', 1, 'k', 1, 1, 2, 'b'},
		"a body too long":       append([]byte{byte(Vote), 1, 'a', 1, 'k', 1, 1, 0xe9, 7}, make([]byte, 1001)...),
		"a length of 2^63":      append([]byte{byte(Vote)}, 128, 128, 128, 128, 128, 128, 128, 128, 128, 1),
		"half a record more":    append(slices.Clone(good), byte(Vote)),
	} {
		if rs, err := Decode(sealed(first, body)); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v, %v", what, rs, err)
		}
	}
	if _, err := Decode(sealed(sortRecords, good)); !errors.Is(err, ErrCorrupt) {
		t.Errorf("format 0: %v", err)
	}
	if _, err := Decode(Digest{}.Append(nil)); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a digest: %v", err)
	}
	if _, err := DecodeDigest(Append(nil)); !errors.Is(err, ErrCorrupt) {
		t.Errorf("records: %v", err)
	}
	if _, err := DecodeDigest(sealed(sortDigest|format, make([]byte, 511))); !errors.Is(err, ErrCorrupt) {
		t.Errorf("half a digest: %v", err)
	}
}

func TestANewerFormatIsToldFromCorruption(t *testing.T) {
	_, err := Decode(sealed(format+1, []byte("whatever comes")))
	equal(t, "newer", errors.Is(err, ErrNewer), true)
	_, err = DecodeDigest(sealed(sortDigest|format+1, nil))
	equal(t, "a newer digest", errors.Is(err, ErrNewer), true)
	_, err = Decode([]byte{format + 1, 1, 2, 3, 4, 5})
	equal(t, "corrupt in its format", errors.Is(err, ErrCorrupt), true)
}

func taken(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

func TestReadingTakesLittleMoreMemoryThanItsPacketHas(t *testing.T) {
	smallest := []byte{byte(Vote), 1, 'a', 1, 'k', 1, 1, 0}
	worst := Record{Owner: strings.Repeat("o", 113), Key: strings.Repeat("k", 113), Kind: Vote, Body: make([]byte, 897)} // just above sizes of the allocator
	for what, b := range map[string][]byte{
		"the most records":      sealed(format, bytes.Repeat(smallest, MaxDecode)),
		"the most of the worst": Append(nil, slices.Repeat([]Record{worst}, MaxDecode)...),
		"a bomb of 4 MiB":       sealed(format, bytes.Repeat(smallest, 512<<10)),
		"a broken bomb":         sealed(format, append(bytes.Repeat(smallest, 512<<10), 0)),
		"noise":                 bytes.Repeat([]byte{255}, 1<<20),
	} {
		var rs []Record
		var err error
		if n := taken(func() { rs, err = Decode(b) }); n > len(b)+64*kib || err != nil && n > 16*kib {
			t.Errorf("%s: reading %d bytes took %d: %d records, %v", what, len(b), n, len(rs), err)
		}
	}
	bomb := sealed(format, bytes.Repeat(smallest, 512<<10))
	if n := taken(func() { _, _ = Each(bomb) }); n > 16*kib {
		t.Errorf("looking at a bomb took %d bytes", n)
	}
	if _, err := Decode(bomb); !errors.Is(err, ErrTooMany) {
		t.Errorf("a bomb: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{})
	f.Add(Append(nil))
	f.Add(Append(nil, Record{Owner: "a", Key: "k", Kind: Transition, Version: Version{1, 2}, Body: []byte("body")})[headSize:])
	f.Add(Append(nil, Record{Owner: "a", Key: "k", Kind: Counter, Version: Version{1 << 41, 1 << 63}, Deleted: true})[headSize:])
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, b := range [][]byte{b, sealed(format, b), sealed(format+1, b)} {
			rs, err := Decode(b)
			switch {
			case errors.Is(err, ErrCorrupt), errors.Is(err, ErrNewer), errors.Is(err, ErrTooMany):
				continue
			case err != nil:
				t.Fatalf("unknown error %v", err)
			}
			s := NewStore(Limits{})
			for _, r := range rs {
				if err := r.Check(); err != nil {
					t.Fatalf("%v was read: %v", r, err)
				}
				s.Put(0, r)
			}
			audit(t, s)
			if again := Append(nil, rs...); !bytes.Equal(again, b) {
				t.Fatalf("%x is written again as %x", b, again)
			}
		}
	})
}
