// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

func TestPanicsHoldWhenSoManyComeWithinTheTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Panics{Max: rapid.IntRange(1, 5).Draw(t, "max"), Within: 10 * time.Second}
		var b Breaks
		var since []fuseboard.Instant // the last hold
		now := fuseboard.Instant(0)
		for range rapid.IntRange(1, 40).Draw(t, "panics") {
			now = now.Add(time.Duration(rapid.IntRange(0, 8000).Draw(t, "pause")) * time.Millisecond)
			since = append(since, now)
			want := len(since) >= p.Max && now.Sub(since[len(since)-p.Max]) < p.Within
			if got := b.Note(now, p); got != want {
				t.Fatalf("at %d: %v, want %v of %v under %+v", now, got, want, since, p)
			}
			if want {
				since = nil
			}
			if len(b.last) > p.Max {
				t.Fatalf("remembers %d", len(b.last))
			}
		}
	})
}

func TestPanicsThatAreAllowedLessRememberTheLastOnes(t *testing.T) {
	var b Breaks
	for now := range fuseboard.Instant(4) {
		equal(t, "too many of 5", b.Note(now, Panics{Max: 5}), false)
	}
	equal(t, "too many of 2", b.Note(4, Panics{Max: 2}), true)
	equal(t, "after the hold", b.Note(5, Panics{Max: 2}), false)
}

func TestPanicsThatAreOffCountNothing(t *testing.T) {
	var b Breaks
	for range 100 {
		if b.Note(0, Panics{}) {
			t.Fatal("held")
		}
	}
	if b.last != nil {
		t.Error("remembers")
	}
	d := Panics{Hold: time.Second}.WithDefaults()
	equal(t, "defaults", d, Panics{Max: DefaultPanicsMax, Within: DefaultPanicsWithin, Hold: time.Second})
	if (Panics{}).WithDefaults().On() {
		t.Error("turned on by its defaults")
	}
}

func TestPanicsReportEveryProblem(t *testing.T) {
	problems := Panics{Max: -1, Within: 2 * time.Hour, Hold: 48 * time.Hour}.Validate()
	if len(problems) != 3 || problems[0].Path != "max" || problems[1].Path != "within" || problems[2].Path != "hold" {
		t.Errorf("%v", problems)
	}
}
