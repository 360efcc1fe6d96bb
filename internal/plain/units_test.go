// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDurationIsWrittenAsPeopleDo(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 1: "1ns", 800 * time.Millisecond: "800ms", 90 * time.Second: "1m30s", time.Minute: "1m",
		2 * time.Hour: "2h", 2*time.Hour + time.Minute: "2h1m", time.Hour + time.Second: "1h0m1s",
		10 * time.Minute: "10m", -time.Hour: "-1h", 1500 * time.Microsecond: "1.5ms",
	} {
		if got := Duration(d); got != want {
			t.Errorf("%d: %s, want %s", d, got, want)
		}
	}
}

func TestDurationReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64().Draw(t, "d"))
		if got, err := time.ParseDuration(Duration(d)); got != d || err != nil {
			t.Fatalf("%d: %s reads as %d, %v", d, Duration(d), got, err)
		}
		if !wholeNanoseconds(Duration(d)) {
			t.Fatalf("%s is said to have digits below a nanosecond", Duration(d))
		}
	})
}

func TestDigitsBelowANanosecondAreNoticed(t *testing.T) {
	for s, want := range map[string]bool{
		"1s": true, "1.5s": true, "0.000000001s": true, "0.0000000001s": false, "1ns": true, "1.0ns": true,
		"0.1ns": false, "1.5us": true, "1.0005µs": false, "1h0.5ns": false, "-0.5ns": false, ".5s": true,
		"1.s": true, "1.5h2.25m3.125s": true, "0": true,
	} {
		if _, err := time.ParseDuration(s); err != nil {
			t.Fatal(err)
		}
		if got := wholeNanoseconds(s); got != want {
			t.Errorf("%s: %v", s, got)
		}
	}
}

func TestRateIsAPercentage(t *testing.T) {
	for share, want := range map[float64]string{
		0: "0%", 0.5: "50%", 1: "100%", 0.07: "7%", 0.001: "0.1%", 0.125: "12.5%", 2.5: "250%", 50: "5000%",
		-0.1: "-10%", 1e-9: "0.0000001%", 0.29: "29%", math.Inf(1): "+Inf",
	} {
		if got := Rate(share); got != want {
			t.Errorf("%g: %s, want %s", share, got, want)
		}
	}
	if Rate(math.NaN()) != "NaN" {
		t.Error("NaN is written as a share")
	}
}

func TestParseRateReadsSharesAndPercentages(t *testing.T) {
	for s, want := range map[string]float64{
		"50%": 0.5, "0.5": 0.5, " 7 % ": 0.07, "100%": 1, "1e-3%": 1e-5, "5E1%": 0.5, "-5%": -0.05, "0%": 0, "0e5": 0, ".5": 0.5,
	} {
		if got, err := ParseRate(s); got != want || err != nil {
			t.Errorf("%q: %g, %v, want %g", s, got, err, want)
		}
	}
	for _, s := range []string{
		"", "%", "half", "NaN", "Inf%", "0x1p-2", "1_0%", "1e400%", "1e-400%", "1e-400", "5%%", "1e%", "1e99999999999999999999%", "e5", "50 percent",
	} {
		if got, err := ParseRate(s); err == nil {
			t.Errorf("%q is read as %g", s, got)
		}
	}
}

func TestRateReadsBackToTheLastDigit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		share := rapid.OneOf(rapid.Float64(), rapid.Float64Range(0, 1)).Draw(t, "share")
		if got, err := ParseRate(Rate(share)); got != share || err != nil {
			t.Fatalf("%g: %s reads as %g, %v", share, Rate(share), got, err)
		}
	})
}

func TestNumberHasNoTrailingZero(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 2: "2", 1.5: "1.5", 1e6: "1000000", -0.25: "-0.25"} {
		if got := Number(v); got != want {
			t.Errorf("%g: %s, want %s", v, got, want)
		}
	}
}

func TestCountAgreesWithItsNoun(t *testing.T) {
	for n, want := range map[int]string{0: "0 calls wait", 1: "1 call waits", 2: "2 calls wait", 1000: "1000 calls wait"} {
		if got := Count(n, "call waits", "calls wait"); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
