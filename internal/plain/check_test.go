// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

func TestCheckNamesValueRangeAndFix(t *testing.T) {
	var c Check
	c.Duration("open_for", 2*time.Hour, time.Millisecond, time.Hour, "lower it")
	c.Duration("max_wait", -time.Second, 0, time.Hour, "")
	c.Int("queue", 70000, 1, 65536, "")
	c.Number("growth", 11, 1, 10, "")
	c.Rate("failure_rate", 50, 0, 1, "")
	c.Rate("fallback", 85, 0, 1, "lower it")
	c.Rate("cpu", 1.2, 0, 1, "lower it")
	want := []string{
		"open_for = 2h: is out of range (accepted: 1ms to 1h); lower it [out-of-range]",
		"max_wait = -1s: must not be negative (accepted: 0s to 1h) [negative]",
		"queue = 70000: is out of range (accepted: 1 to 65536) [out-of-range]",
		"growth = 11: is out of range (accepted: 1 to 10) [out-of-range]",
		"failure_rate = 5000%: is out of range (accepted: 0% to 100%); write 50% if that is meant [out-of-range]",
		"fallback = 8500%: is out of range (accepted: 0% to 100%); write 85% if that is meant; lower it [out-of-range]",
		"cpu = 120%: is out of range (accepted: 0% to 100%); lower it [out-of-range]",
	}
	var got []string
	for _, p := range c.Problems() {
		got = append(got, p.Error())
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestCheckAcceptsBothEndsOfARangeAndZero(t *testing.T) {
	for v, want := range map[int]bool{0: true, 4: false, 5: true, 9: true, 10: false, -5: false} {
		var d, i, n, r Check
		d.Duration("d", time.Duration(v), 5, 9, "")
		i.Int("i", v, 5, 9, "")
		n.Number("n", float64(v), 5, 9, "")
		r.Rate("r", float64(v), 5, 9, "")
		for _, c := range []Check{d, i, n, r} {
			if (len(c.Problems()) == 0) != want {
				t.Errorf("%d: %v", v, c.Problems())
			}
		}
	}
}

func TestCheckRefusesWhatIsNoNumber(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		var c Check
		c.Number("n", v, 0, 1, "")
		c.Rate("r", v, 0, 1, "")
		if len(c.Problems()) != 2 {
			t.Errorf("%v: %v", v, c.Problems())
		}
	}
}

func TestCheckKeepsTheOrderAndPutsSectionsUnderTheirPath(t *testing.T) {
	var c Check
	c.Int("b", -1, 0, 1, "")
	c.Include("retry", fuseboard.Problems{{Path: "attempts", Code: "x"}, {Code: "y"}})
	c.Add(fuseboard.Problem{Path: "a", Code: "z"})
	if got, want := lines(c.Problems()), []string{"b negative", "retry.attempts x", "retry y", "a z"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
