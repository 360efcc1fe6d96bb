// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// stepOf is how long a step of p is.
func stepOf(p pace) *big.Rat {
	return new(big.Rat).SetFrac(new(big.Int).SetUint64(p.span), new(big.Int).SetUint64(p.span+p.extra))
}

func ratOf(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

func TestUnitIsAWholeNumberOfStepsAndNoneIsLongerThanANanosecond(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit, per := aPace(t)
		p := paceOf(uint64(limit), uint64(per))
		unit := new(big.Rat).Mul(ratOf(p.unit), stepOf(p))
		if want := big.NewRat(int64(per), int64(limit)); unit.Cmp(want) != 0 {
			t.Fatalf("a unit takes %s ns, want %s", unit, want)
		}
		if stepOf(p).Cmp(ratOf(1)) > 0 || stepOf(p).Cmp(big.NewRat(1, 2)) < 0 {
			t.Fatalf("a step is %s ns", stepOf(p))
		}
	})
}

func TestStepsAndInstantsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit, per := aPace(t)
		p := paceOf(uint64(limit), uint64(per))
		if rapid.Bool().Draw(t, "fraction") {
			p = paceAt(float64(limit)*rapid.Float64Range(0.001, 1).Draw(t, "part"), per)
		}
		if p.unit == 0 {
			t.Skip("never")
		}
		step := stepOf(p)
		now := rapid.Int64Range(0, int64(horizon)-1).Draw(t, "now")
		begun, next := p.steps(fuseboard.Instant(now))
		start := func(n int64) *big.Rat { return new(big.Rat).Mul(ratOf(n), step) }
		if start(begun).Cmp(ratOf(now)) > 0 || start(begun+1).Cmp(ratOf(now)) <= 0 {
			t.Fatalf("at %d step %d has not begun last", now, begun)
		}
		if start(next).Cmp(ratOf(now)) < 0 || start(next-1).Cmp(ratOf(now)) >= 0 {
			t.Fatalf("at %d step %d is not the next", now, next)
		}
		for _, n := range []int64{begun, next, next + p.unit} {
			first := int64(p.instant(n))
			if start(n).Cmp(ratOf(first)) > 0 || first > 0 && start(n).Cmp(ratOf(first-1)) <= 0 {
				t.Fatalf("step %d begins first at %d", n, first)
			}
		}
	})
}

func TestRateThatIsNoWholeNumberIsNeverFaster(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit, per := aPace(t)
		rate := float64(limit) * rapid.Float64Range(1e-9, 1).Draw(t, "part")
		p := paceAt(rate, per)
		if p.unit == 0 {
			if float64(per)/rate < float64(longestFill)*0.99 {
				t.Fatalf("%v in %v never come", rate, per)
			}
			return
		}
		got := float64(per) / (float64(p.unit) * float64(p.span) / float64(p.span+p.extra))
		if got > rate*(1+1e-12) || got < rate-max(1./16000, rate/(1<<28)) {
			t.Fatalf("%v units come in %v, want %v", got, per, rate)
		}
	})
}
