// SPDX-License-Identifier: Apache-2.0

package limits

import (
	"math"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// Between any two moments, at most burst and what came in that time: counted here from each taken token to each later one,
// in whole numbers of any size.
func TestProperty_ABucketLetsNoMorePassThanRateAndBurst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rate{rapid.IntRange(1, mostBytes).Draw(t, "rate"), rapid.IntRange(1, 100).Draw(t, "burst")}
		type taken struct {
			at fuseboard.Instant
			n  int
		}
		var all []taken
		var b bucket
		now := fuseboard.Instant(0)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(3*time.Second)/int64(r.perSecond)+10).Draw(t, "pause")))
			n := rapid.IntRange(0, r.burst+1).Draw(t, "tokens")
			if b.take(now, r, n) {
				all = append(all, taken{now, n})
			}
		}
		for i := range all {
			sum := 0
			for _, later := range all[i:] {
				sum += later.n
				came := new(big.Int).Mul(big.NewInt(int64(later.at-all[i].at)), big.NewInt(int64(r.perSecond)))
				most := came.Add(came, big.NewInt(int64(r.burst)*billionths))
				if big.NewInt(int64(sum)*billionths).Cmp(most) > 0 {
					t.Fatalf("%d tokens in %v, with a rate of %d and a burst of %d", sum, later.at.Sub(all[i].at), r.perSecond, r.burst)
				}
			}
		}
	})
}

// It is the ideal bucket to a billionth of a token: it gives what is due, and refuses what is not.
func TestProperty_ABucketGivesWhatIsDueAndNoMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rate{rapid.IntRange(1, mostBytes).Draw(t, "rate"), rapid.IntRange(1, mostBytes).Draw(t, "burst")}
		var b bucket
		have, full := big.NewInt(0), new(big.Int).Mul(big.NewInt(int64(r.burst)), big.NewInt(billionths))
		have.Set(full)
		now := fuseboard.Instant(0)
		for range 50 {
			pause := rapid.Int64Range(0, int64(time.Minute)).Draw(t, "pause")
			now = now.Add(time.Duration(pause))
			have.Add(have, new(big.Int).Mul(big.NewInt(pause), big.NewInt(int64(r.perSecond))))
			if have.Cmp(full) > 0 {
				have.Set(full)
			}
			n := rapid.IntRange(0, r.burst).Draw(t, "tokens")
			rest := new(big.Int).Sub(have, new(big.Int).Mul(big.NewInt(int64(n)), big.NewInt(billionths)))
			if got, want := b.take(now, r, n), rest.Sign() >= 0; got != want {
				t.Fatalf("at %v, %d tokens: %v, and %s billionths are there", now, n, got, have)
			}
			if rest.Sign() >= 0 {
				have = rest
			}
		}
	})
}

func TestABucketIsFullAfterAnyTime(t *testing.T) {
	r := rate{mostBytes, mostBytes}
	var b bucket
	for _, now := range []fuseboard.Instant{0, math.MaxInt64 / 2, math.MaxInt64} {
		if !b.take(now, r, mostBytes) || b.take(now, r, 1) {
			t.Errorf("at %d: %+v", now, b)
		}
	}
	if b.take(0, r, 1) {
		t.Error("a clock that goes back brings tokens")
	}
	for _, n := range []int{-1, mostBytes + 1, math.MaxInt} {
		if (&bucket{}).take(0, r, n) {
			t.Errorf("%d tokens were there", n)
		}
	}
}
