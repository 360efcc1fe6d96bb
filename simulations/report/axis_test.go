// SPDX-License-Identifier: Apache-2.0

package report

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTicksAreFewEvenAndCoverWhatIsDrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.Float64Range(0, 1e6).Draw(t, "low")
		high := low + math.Pow(10, rapid.Float64Range(-4, 7).Draw(t, "span"))
		n := rapid.IntRange(2, 8).Draw(t, "steps")
		a := linear(low, high, n, "")
		if a.low > low+1e-6*high || a.high < high-1e-6*high {
			t.Fatalf("the axis is from %v to %v, and does not cover %v to %v", a.low, a.high, low, high)
		}
		if len(a.ticks) < 2 || len(a.ticks) > n+2 {
			t.Fatalf("%d ticks from %v to %v, want 2 to %d", len(a.ticks), low, high, n+2)
		}
		step := a.ticks[1].at - a.ticks[0].at
		mantissa := step / math.Pow(10, math.Floor(math.Log10(step)+1e-4)) // ticks far from zero are rounded
		if near := math.Round(mantissa); math.Abs(mantissa-near) > 1e-3 || near != 1 && near != 2 && near != 5 {
			t.Fatalf("a step of %v is none that people count in", step)
		}
		seen := map[string]bool{}
		for _, k := range a.ticks {
			if seen[k.text] {
				t.Fatalf("two ticks are labelled %q", k.text)
			}
			seen[k.text] = true
		}
	})
}

func TestALogarithmicAxisCoversWhatIsDrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := math.Pow(10, rapid.Float64Range(-5, 3).Draw(t, "low"))
		high := low * math.Pow(10, rapid.Float64Range(0.1, 6).Draw(t, "decades"))
		a := logarithmic(low, high, "s")
		if a.low > low*(1+1e-6) || a.high < high*(1-1e-6) || len(a.ticks) < 2 || len(a.ticks) > 12 {
			t.Fatalf("from %v to %v: the axis is from %v to %v with %d ticks", low, high, a.low, a.high, len(a.ticks))
		}
		if at := a.place(math.Sqrt(a.low * a.high)); math.Abs(at-0.5) > 1e-9 {
			t.Fatalf("the geometric middle is at %v", at)
		}
	})
}

func TestTimeIsLabelledInWhatPeopleCountIn(t *testing.T) {
	for _, c := range []struct {
		d              time.Duration
		unit, one, two string
	}{
		{time.Second, "s", "0.0", "0.2"},
		{20 * time.Second, "s", "0", "5"},
		{2 * time.Minute, "s", "0", "20"},
		{10 * time.Minute, "min:s", "0:00", "2:00"},
		{time.Hour, "min:s", "0:00", "10:00"},
		{24 * time.Hour, "h:min", "0:00", "6:00"},
	} {
		a, unit := overTime(c.d)
		if unit != c.unit || a.ticks[0].text != c.one || a.ticks[1].text != c.two || len(a.ticks) > 8 {
			t.Errorf("%v: %d ticks, %q and %q in %s, want %q and %q in %s", c.d, len(a.ticks), a.ticks[0].text, a.ticks[1].text, unit, c.one, c.two, c.unit)
		}
		if last := a.ticks[len(a.ticks)-1]; last.at > c.d.Seconds() {
			t.Errorf("%v: the last tick is at %v s", c.d, last.at)
		}
	}
}

func TestNumbersReadAsPeopleWriteThem(t *testing.T) {
	for want, have := range map[string]string{
		"97.2 %":         amount(0.972, "%"),
		"100 %":          amount(1, "%"),
		"250 ms":         amount(0.25, "s"),
		"1.43 s":         amount(1.4312, "s"),
		"12 min 30 s":    amount(750, "s"),
		"5 h 12 min":     clock(5*3600 + 12*60),
		"40 µs":          amount(0.00004, "s"),
		"2.31":           amount(2.31, ""),
		"24 000/s":       amount(24000, "/s"),
		"−3.7 points":    difference(-0.037, "%"),
		"+281 ms":        difference(0.281, "s"),
		"1.62 to 1.79 s": between(1.62, 1.79, "s", " to ", figure),
		"900 to 990 ms":  between(0.9, 0.99, "s", " to ", figure),
		"−0.1, +0.2 %":   between(-0.001, 0.002, "%", ", ", delta),
		"5 %":            between(0.05, 0.05, "%", " to ", figure),
		"–":              amount(math.NaN(), "s"),
		"1 run":          count(1, "run", "runs"),
		"12 000 runs":    count(12000, "run", "runs"),
		"3 bananas":      amount(3, "bananas"),
		"1 to 20":        seeds([]uint64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}),
		"4 and 2 others": seeds([]uint64{4, 7, 8}),
		"a long na…":     cut("a long name", 10),
		"ten letter":     cut("ten letter", 10),
		"1.015":          label(1.015, 0.005, 1.04, ""),
		"1.020":          label(1.02, 0.005, 1.04, ""),
		"6.5 %":          label(0.065, 0.005, 0.09, "%"),
		"200 ms":         label(0.2, 0.1, 0.6, "s"),
		"0.0 s":          label(0, 0.5, 2, "s"),
		"1234":           label(1234, 1, 2000, ""),
		"−2":             figure(-2),
		"0.0986":         figure(0.0986),
		"120 s":          clock(120),
		"3 min":          clock(180),
	} {
		if spaced(have) != want {
			t.Errorf("have %q, want %q", have, want)
		}
	}
}

func spaced(s string) string {
	text := ""
	for _, r := range s {
		if string(r) == nobr {
			r = ' '
		}
		text += string(r)
	}
	return text
}
