// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// TestProperty_TheHighWaterMarkIsTheMostOfADay: of the last 24 hours, or a bit more, whatever came before.
func TestProperty_TheHighWaterMarkIsTheMostOfADay(t *testing.T) {
	type look struct {
		at fuseboard.Instant
		n  int
	}
	rapid.Check(t, func(t *rapid.T) {
		var m mark
		var looks []look
		now := fuseboard.Instant(0)
		for range rapid.IntRange(1, 60).Draw(t, "looks") {
			now = now.Add(time.Duration(rapid.IntRange(0, 200).Draw(t, "minutes")) * time.Minute)
			n := rapid.IntRange(1, 100).Draw(t, "n")
			m.see(now, n)
			looks = append(looks, look{now, n})
			least, most := 0, 0 // of 24 hours, and of 25
			for _, l := range looks {
				if now.Sub(l.at) <= 24*time.Hour {
					least = max(least, l.n)
				}
				if now.Sub(l.at) <= 25*time.Hour {
					most = max(most, l.n)
				}
			}
			if h := m.high(now); h < least || h > most {
				t.Fatalf("the mark is %d, want %d to %d", h, least, most)
			}
		}
	})
}

func TestWhoLeavesIsTakenFromTheHighWaterMark(t *testing.T) {
	var m mark
	m.see(0, 10)
	m.see(0, 8) // two have failed
	if m.high(0) != 10 {
		t.Error(m.high(0))
	}
	for n := 7; n >= 5; n-- {
		m.left(0, 1, n)
	}
	if m.high(0) != 7 { // the two are still missed
		t.Error(m.high(0))
	}
	m.settle(0, 5)
	if m.high(0) != 5 {
		t.Error(m.high(0))
	}
}

func TestCutOffIsWhoSeesLessThanHalf(t *testing.T) {
	for _, c := range []struct {
		here, high int
		silent, is bool
	}{
		{1, 1, false, false}, // the first node of a fleet
		{1, 1, true, false},
		{1, 2, false, true},
		{2, 4, false, false},
		{2, 5, false, true},
		{3, 5, false, false},
		{5, 5, true, true},
	} {
		if is := cutOff(view{here: c.here, high: c.high}, c.silent); is != c.is {
			t.Errorf("%+v: %v", c, is)
		}
	}
}
