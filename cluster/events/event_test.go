// SPDX-License-Identifier: Apache-2.0

package events

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

func TestWhatASourceNumberedTravelsAndComesBackTheSame(t *testing.T) {
	longest := 0
	rapid.Check(t, func(t *rapid.T) {
		s := NewSource(rapid.StringMatching(`[a-z0-9.-]{1,63}`).Draw(t, "origin"), rapid.Uint64Range(1, math.MaxInt64).Draw(t, "boot"))
		s.seq = rapid.Uint64Range(0, math.MaxInt64-1).Draw(t, "seq")
		word := rapid.StringMatching(`[a-z-]{0,24}`)
		given := Event{
			At:   noon.Add(time.Duration(rapid.Int64Range(0, 1<<50).Draw(t, "at"))),
			Kind: rapid.StringMatching(`[a-z-]{1,24}`).Draw(t, "kind"), Dependency: rapid.StringMatching(`[a-z0-9_.-]{0,63}`).Draw(t, "dependency"),
			From: word.Draw(t, "from"), To: word.Draw(t, "to"), Cause: word.Draw(t, "cause"), Text: rapid.StringN(rapid.SampledFrom([]int{0, 9, 250}).Draw(t, "letters"), 400, 600).Draw(t, "text"),
		}
		e, err := s.Next(given)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Append([]byte("x"), e)
		if err != nil || len(b)-1 > MostBytes || len(b)-1 != e.size() {
			t.Fatalf("%d bytes: %v", len(b), err)
		}
		longest = max(longest, len(b)-1)
		if again, err := Decode(b[1:]); err != nil || !reflect.DeepEqual(again, e) {
			t.Fatalf("%+v: %v", again, err)
		}
	})
	if !testing.Short() && longest < MostBytes-8 {
		t.Errorf("the longest event had %d bytes: none was cut", longest)
	}
}

func TestALongTextIsCutAtALetterAndTheNamesAreKept(t *testing.T) {
	name := strings.Repeat("n", longestName)
	word := strings.Repeat("w", longestWord)
	s := NewSource(name, math.MaxInt64)
	s.seq = math.MaxInt64 - 1
	for _, text := range []string{strings.Repeat("世", 200), strings.Repeat("x", 41), "two\nlines\x1b[0m", "\xff\xfe" + strings.Repeat("é", 300)} {
		e, err := s.Next(Event{At: time.UnixMilli(latest), Kind: word, Dependency: name, From: word, To: word, Cause: word, Text: text})
		s.seq--
		if err != nil || e.size() > MostBytes || !utf8.ValidString(e.Text) || e.Dependency != name || e.Cause != word {
			t.Errorf("%d bytes, %v: %+v", e.size(), err, e)
		}
		if want := min(len(text), 38); len(e.Text) < want { // 41 less a letter that was not whole
			t.Errorf("%q is too short", e.Text)
		}
		if len(text) == 41 && e.Text != text {
			t.Errorf("%q was cut", e.Text)
		}
	}
}

func TestWhatIsWrongWithAnEventIsToldAllAtOnce(t *testing.T) {
	_, err := Append(nil, Event{Origin: strings.Repeat("x", 64), Kind: "a\nb", Dependency: "\xff", From: strings.Repeat("x", 25), Text: "\a", Boot: math.MaxUint64, At: time.Unix(-1, 0)})
	var problems fuseboard.Problems
	var paths []string
	if errors.As(err, &problems) {
		for _, p := range problems {
			paths = append(paths, p.Path)
		}
	}
	if want := []string{"origin", "kind", "dependency", "from", "text", "boot", "seq", "at"}; !reflect.DeepEqual(paths, want) {
		t.Errorf("%v: %v", paths, err)
	}
	if _, err := Append(nil, Event{Origin: "a", Kind: "b", Boot: 1, Seq: 1, At: noon, Text: strings.Repeat("x", 300)}); err == nil || !strings.Contains(err.Error(), "at most 300 bytes") {
		t.Error(err)
	}
	s := NewSource("", 0)
	if _, err := s.Next(Event{At: noon}); err == nil || s.seq != 0 {
		t.Error("a number was used for nothing", err)
	}
}

func TestASourceKeepsItsLastEvents(t *testing.T) {
	s := NewSource("a", 1)
	if len(s.Last()) != 0 {
		t.Error(s.Last())
	}
	all := some(t, s, 3)
	if !reflect.DeepEqual(s.Last(), all) {
		t.Error(s.Last())
	}
	all = append(all, some(t, s, 100)...)
	if !reflect.DeepEqual(s.Last(), all[len(all)-Kept:]) {
		t.Error(s.Last())
	}
	places := map[string]bool{}
	for _, e := range s.Last() {
		places[e.Register()] = true
	}
	if len(places) != Kept {
		t.Errorf("%d places", len(places))
	}
}

func TestAnEventOfANewerProgramIsToldApart(t *testing.T) {
	var wrong *DecodeError
	if _, err := Decode([]byte{format + 1, 1}); !errors.As(err, &wrong) || !wrong.Newer {
		t.Error(err)
	}
	if _, err := Decode([]byte{format, 1}); !errors.As(err, &wrong) || wrong.Newer || !errors.Is(err, errShort) {
		t.Error(err)
	}
}

// Whatever comes, an event that can be read has these bytes and no others.
func FuzzDecode(f *testing.F) {
	s := NewSource("node-1", 1_767_225_600_000)
	for _, e := range some(f, s, 2) {
		f.Add(e.append(nil))
	}
	f.Add([]byte{})
	f.Add([]byte{2})
	f.Add(bytes.Repeat([]byte{format, 0x80}, 10))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := Decode(b)
		if err != nil {
			if _, is := err.(*DecodeError); !is {
				t.Fatalf("%T", err)
			}
			return
		}
		if again, err := Append(nil, e); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%x\n%x, %v", b, again, err)
		}
		NewStream(1, 4).Merge(0, e)
	})
}

func TestAnEventHasOneEncoding(t *testing.T) {
	good := some(t, NewSource("a", 1), 1)[0].append(nil)
	long := slices.Insert(slices.Clone(good), 1, 0x81) // the boot, in two bytes
	long[2] = 0
	for _, c := range []struct {
		bytes []byte
		want  error
	}{{good, nil}, {long, errNumber}, {append(slices.Clone(good), 0), errTrailing}, {good[:len(good)-1], errShort}, {nil, errShort}} {
		if _, err := Decode(c.bytes); !errors.Is(err, c.want) {
			t.Errorf("%x: %v, want %v", c.bytes, err, c.want)
		}
	}
}
