// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"bytes"
	"errors"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func cells(t *rapid.T) Cell {
	return Cell{
		Phase: Phase(rapid.IntRange(0, 2).Draw(t, "phase")), Scope: Scope(rapid.IntRange(0, 3).Draw(t, "scope")),
		Vote: Vote(rapid.IntRange(0, 2).Draw(t, "vote")), Open: rapid.Bool().Draw(t, "open"), Suspect: rapid.Bool().Draw(t, "suspect"),
		VoteAge:  time.Duration(rapid.IntRange(0, 36000).Draw(t, "vote age")) * step,
		ProbeAge: time.Duration(rapid.IntRange(0, 36000).Draw(t, "probe age")) * step,
		Wanted:   rapid.Uint32().Draw(t, "wanted"), OK: rapid.Uint32().Draw(t, "ok"), Fail: rapid.Uint32().Draw(t, "fail"),
		ProbeOK: rapid.Uint8().Draw(t, "probe ok"), ProbeFail: rapid.Uint8().Draw(t, "probe fail"),
	}
}

func TestWhatIsPublishedIsReadAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := cells(t)
		b := c.Append(nil)
		if got, err := DecodeCell(b); err != nil || got != c || len(b) > MaxCell {
			t.Fatalf("%+v became %+v, %v, in %d bytes", c, got, err, len(b))
		}
		n := Beacon{
			Uptime: time.Duration(rapid.Int64Range(0, int64(math.MaxInt64/time.Second)).Draw(t, "uptime")) * time.Second,
			Boots:  rapid.Uint8().Draw(t, "boots"), Suspect: rapid.Bool().Draw(t, "suspect"), Health: rapid.Uint8().Draw(t, "health"),
			Calls: rapid.Uint16().Draw(t, "calls"), Alone: rapid.Uint16().Draw(t, "alone"),
		}
		b = n.Append(nil)
		if got, err := DecodeBeacon(b); err != nil || got != n || len(b) > MaxBeacon {
			t.Fatalf("%+v became %+v, %v, in %d bytes", n, got, err, len(b))
		}
	})
}

// A usual cell is small: fifty of them fit a packet.
func TestAUsualCellTakesFewBytes(t *testing.T) {
	c := Cell{Vote: VoteOK, VoteAge: time.Second, Wanted: 200, OK: 180, Fail: 2}
	if n := len(c.Append(nil)); n > 12 {
		t.Errorf("a usual cell takes %d bytes", n)
	}
}

func TestWhatIsOutOfRangeIsPublishedAsTheNearestEnd(t *testing.T) {
	c := Cell{VoteAge: -time.Second, ProbeAge: 2 * time.Hour}
	got, err := DecodeCell(c.Append(nil))
	if err != nil || got.VoteAge != 0 || got.ProbeAge != time.Hour {
		t.Errorf("ages became %v and %v, %v", got.VoteAge, got.ProbeAge, err)
	}
	if got, err := DecodeBeacon(Beacon{Uptime: -1}.Append(nil)); err != nil || got.Uptime != 0 {
		t.Errorf("an uptime became %v, %v", got.Uptime, err)
	}
}

func TestForeignBytesAreRefused(t *testing.T) {
	good := Cell{Wanted: 300}.Append(nil)
	for name, b := range map[string][]byte{
		"nothing": nil, "another version": append([]byte{9}, good[1:]...), "more": append(bytes.Clone(good), 0), "less": good[:len(good)-1],
		"an unknown phase": {1, 3, 0, 0, 0, 0, 0, 0, 0}, "a number too long": {1, 0, 0, 0, 0x80, 0, 0, 0, 0, 0},
	} {
		if _, err := DecodeCell(b); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := DecodeBeacon([]byte{1, 2, 0, 0, 0, 0, 0}); !errors.Is(err, ErrMalformed) {
		t.Errorf("an unknown flag: %v", err)
	}
}

func FuzzDecodeCell(f *testing.F) {
	f.Add(Cell{}.Append(nil))
	f.Add(Cell{Phase: Hold, Vote: VoteFail, Wanted: 1 << 20, Fail: 1 << 30, ProbeFail: 3}.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := DecodeCell(b)
		if err != nil {
			if !errors.Is(err, ErrMalformed) || c != (Cell{}) {
				t.Fatalf("%+v, %v", c, err)
			}
			return
		}
		if again := c.Append(nil); !bytes.Equal(again, b) {
			t.Fatalf("% x is written % x", b, again)
		}
	})
}

func FuzzDecodeBeacon(f *testing.F) {
	f.Add(Beacon{}.Append(nil))
	f.Add(Beacon{Uptime: time.Hour, Boots: 3, Calls: 300}.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := DecodeBeacon(b)
		if err != nil {
			if !errors.Is(err, ErrMalformed) || n != (Beacon{}) {
				t.Fatalf("%+v, %v", n, err)
			}
			return
		}
		if again := n.Append(nil); !bytes.Equal(again, b) {
			t.Fatalf("% x is written % x", b, again)
		}
	})
}
