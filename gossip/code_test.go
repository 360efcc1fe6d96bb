// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestProperty_NamesAndMetaComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-z0-9]([a-z0-9._-]{0,20}[a-z0-9])?`).Draw(t, "name")
		boot := rapid.Uint64Range(1, 1<<48-1).Draw(t, "boot")
		if n, b, ok := splitName(fullName(name, boot)); !ok || n != name || b != boot {
			t.Errorf("%q %d %v", n, b, ok)
		}
		zone := rapid.StringN(-1, -1, MaxZone).Draw(t, "zone")
		meta := rapid.SliceOfN(rapid.Byte(), 0, MaxMeta).Draw(t, "meta")
		padding := rapid.IntRange(0, mostPadding).Draw(t, "padding")
		if z, m, ok := decodeMeta(encodeMeta(zone, meta, padding)); !ok || z != zone || !bytes.Equal(m, meta) {
			t.Errorf("%q %x %v", z, m, ok)
		}
	})
}

// FuzzNames: only what fullName writes is a name.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"a#1", "a#01", "a#0", "#1", "a#", "a##1", "a#281474976710656", "a/b#1", "a#-1", "a#1 "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if name, boot, ok := splitName(s); ok && fullName(name, boot) != s {
			t.Errorf("%q is %q of boot %d", s, name, boot)
		}
	})
}

// FuzzMeta: nothing that can be read has more in it than it may.
func FuzzMeta(f *testing.F) {
	f.Add(encodeMeta("zone", []byte("meta"), 7))
	f.Add([]byte{metaFormat, 200, 1})
	f.Add([]byte{metaFormat, 0, 200, 1})
	f.Add([]byte{2, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		zone, meta, ok := decodeMeta(b)
		if ok && (len(zone) > MaxZone || len(meta) > MaxMeta || len(zone)+len(meta)+3 > len(b) || !bytes.HasSuffix(b, meta)) {
			t.Errorf("%x: %q %x", b, zone, meta)
		}
	})
}

// FuzzQuestions: what can be read was written.
func FuzzQuestions(f *testing.F) {
	f.Add(appendQuestion(nil, question{from: "a#1", answer: true, members: 7, digest: []byte("digest")})[1:])
	f.Add([]byte{0, 255, 'a'})
	f.Add([]byte{2, 3, 'a', '#', '1', 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		q, err := readQuestion(b)
		if err == nil && !bytes.Equal(appendQuestion(nil, q)[1:], b) {
			t.Errorf("%x is %+v", b, q)
		}
	})
}

// FuzzMemory: a file of any content is refused, or is within bounds.
func FuzzMemory(f *testing.F) {
	f.Add([]byte(`{"format":1,"name":"a","boot":7,"high_water":5,"seen":[{"node":"b#1","address":"10.0.0.1:7946","at":"2026-01-01T00:00:00Z"}]}`))
	f.Add([]byte(`{"format":2}`))
	f.Add([]byte(`{"format":1,"name":"a","high_water":-5,"seen":[{"node":"b"},{"address":"x"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parseMemory(b, "a")
		if err != nil {
			return
		}
		if m.Name != "a" || m.HighWater < 0 || m.HighWater > mostMembers || len(m.Seen) > mostSeen {
			t.Errorf("%+v", m)
		}
		again, err := json.Marshal(m)
		if err != nil {
			return // a year that JSON cannot write
		}
		if m2, err := parseMemory(again, "a"); err != nil || !m2.same(m) {
			t.Errorf("%+v is %+v when it is read again: %v", m, m2, err)
		}
	})
}

func TestAForeignFileIsNotTaken(t *testing.T) {
	_, err := parseMemory([]byte(`{"format":1,"name":"other","boot":7}`), "mine")
	if err == nil || !strings.Contains(err.Error(), `"other"`) {
		t.Error(err)
	}
}
