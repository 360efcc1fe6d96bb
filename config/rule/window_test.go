// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func windowOf(text string) window { return MustParse(text).root.window }

// In 2026 Berlin leaves 02:00 to 03:00 out on 29 March, and has it twice on 25 October.
func TestWindowsFollowTheClockThroughTheNightsOfItsChange(t *testing.T) {
	spring := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	autumn := time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		window     string
		from       time.Time
		begin, end string // in UTC
	}{
		{"time 22:00-06:00 Europe/Berlin", spring, "28 21:00", "29 04:00"},
		{"time 22:00-06:00 Europe/Berlin", autumn, "24 20:00", "25 05:00"},
		{"time 02:30-03:30 Europe/Berlin", spring, "29 01:00", "29 01:30"},
		{"time 01:30-02:30 Europe/Berlin", spring, "29 00:30", "29 01:00"},
		{"time 02:00-03:00 Europe/Berlin", spring, "30 00:00", "30 01:00"}, // not in that night
		{"time 02:00-03:00 Europe/Berlin", autumn, "25 00:00", "25 02:00"},
		{"time 02:30-03:30 Europe/Berlin", autumn, "25 00:30", "25 01:00"},
		{"weekday sun Europe/Berlin", spring, "28 23:00", "29 22:00"},
		{"weekday sun Europe/Berlin", autumn, "24 22:00", "25 23:00"},
		{"time 22:00-06:00", spring, "28 22:00", "29 06:00"},
		{"time 08:00-24:00 Asia/Kolkata", spring, "29 02:30", "29 18:30"},
	} {
		w := windowOf(c.window)
		if w.contains(c.from) {
			c.from = w.edge(c.from)
		}
		begin := w.edge(c.from)
		end := w.edge(begin)
		if got := begin.UTC().Format("2 15:04"); got != c.begin {
			t.Errorf("%s begins at %s, want %s", c.window, got, c.begin)
		}
		if got := end.UTC().Format("2 15:04"); got != c.end {
			t.Errorf("%s ends at %s, want %s", c.window, got, c.end)
		}
	}
	again := windowOf("time 02:30-03:30 Europe/Berlin") // in autumn 02:30 comes twice
	second := time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC)
	if at := again.edge(second.Add(-minute)); !at.Equal(second) || !again.contains(second) || !again.edge(second).Equal(second.Add(time.Hour)) {
		t.Errorf("%s", at)
	}
}

// The clock is looked at minute by minute, as a person would.
func TestTheEdgeOfAWindowIsTheFirstMinuteThatDiffers(t *testing.T) {
	zones := rapid.SampledFrom([]string{
		"", " Europe/Berlin", " America/New_York", " Australia/Lord_Howe", " Asia/Kolkata", " America/Sao_Paulo", " Africa/Casablanca",
	})
	days := rapid.SampledFrom([]time.Time{
		time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 24, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 4, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), time.Date(2018, 11, 3, 12, 0, 0, 0, time.UTC), time.Date(2026, 2, 14, 0, 0, 0, 0, time.UTC),
	})
	rapid.Check(t, func(t *rapid.T) {
		minute := rapid.IntRange(0, perDay-1)
		w := window{from: minute.Draw(t, "from"), to: minute.Draw(t, "to")}
		w.zone = windowOf("weekday sat" + zones.Draw(t, "zone")).zone
		if w.from == w.to {
			w = window{zone: w.zone, days: uint8(rapid.IntRange(1, 126).Draw(t, "days"))} //nolint:gosec // seven bits
		}
		wall := days.Draw(t, "day").Add(time.Duration(rapid.Int64Range(0, int64(48*time.Hour)).Draw(t, "into")))
		want := wall.Truncate(time.Minute).Add(time.Minute)
		for w.contains(want) == w.contains(wall) {
			want = want.Add(time.Minute)
		}
		if got := w.edge(wall); !got.Equal(want) {
			t.Fatalf("%s: the edge after %s is %s, want %s", w, wall, got.UTC(), want)
		}
	})
}

func TestOverMidnightEachSideIsADayOfItsOwn(t *testing.T) {
	c := MustParse("weekday fri and time 22:00-06:00")
	for at, want := range map[string]Truth{
		"24 01:00": True, "24 12:00": False, "24 23:59": True, "25 00:00": False, "25 01:00": False,
	} {
		wall, err := time.Parse("2006 1 2 15:04", "2026 7 "+at)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Holds(wall, Sample{}); got != want {
			t.Errorf("%s: %s", at, got)
		}
	}
}
