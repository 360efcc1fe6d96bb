// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func voices(t *rapid.T, least int) []voice {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) voice {
		v := voice{weight: float64(rapid.Uint32Range(1, 1<<rapid.IntRange(0, 31).Draw(t, "size")).Draw(t, "weight"))}
		v.fails = rapid.IntRange(0, 3).Draw(t, "fails") > 0
		if v.fails {
			v.ratio = rapid.Float64Range(0.5, 1).Draw(t, "ratio")
		} else {
			v.ratio = rapid.Float64Range(0, 0.6).Draw(t, "ratio")
		}
		return v
	}), least, 12).Draw(t, "voices")
}

// plainly caps by halving the distance: slow, and the definition.
func plainly(vs []voice) (attempts, failures float64) {
	weight := func(limit float64) (w, f float64) {
		for _, v := range vs {
			w += min(v.weight, limit)
			f += min(v.weight, limit) * v.ratio
		}
		return w, f
	}
	lo, hi := 0.0, 0.0
	for _, v := range vs {
		hi = max(hi, v.weight)
	}
	if w, f := weight(hi); hi <= w/3 {
		return w, f / w
	}
	for range 200 {
		mid := (lo + hi) / 2
		if w, _ := weight(mid); mid <= w/3 {
			lo = mid
		} else {
			hi = mid
		}
	}
	w, f := weight(hi)
	return w, f / w
}

func TestNoVoiceHasMoreThanAThirdOfThePool(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := pool{voices: voices(t, 4)}
		s := p.sums()
		for i := range p.voices {
			rest := slices.Delete(slices.Clone(p.voices), i, i+1)
			attempts, failures := p.without(i, &s)
			wantA, wantF := plainly(rest)
			if math.Abs(attempts-wantA) > 1e-6*wantA+1e-6 || math.Abs(failures-wantF) > 1e-3 {
				t.Fatalf("without %d of %v: %v, %v; want %v, %v", i, p.voices, attempts, failures, wantA, wantF)
			}
		}
	})
}

// Whichever voice falls silent, or says the contrary, what is left would have entered too.
func TestNoSingleVoiceDecidesAnEntry(t *testing.T) {
	entered := 0
	rapid.Check(t, func(t *rapid.T) {
		p := pool{voices: voices(t, 3)}
		if _, _, ok := p.entry(20, 0.5); !ok {
			return
		}
		entered++
		for i := range p.voices {
			rest := slices.Delete(slices.Clone(p.voices), i, i+1)
			fails, honest := 0, 0.0
			for _, v := range rest {
				if v.fails {
					fails++
				}
				honest = max(honest, v.ratio)
			}
			if fails < 2 || honest < 0.5 {
				t.Fatalf("entered by %v, but without %d there are %d failing, %.2f at most", p.voices, i, fails, honest)
			}
		}
	})
	if entered == 0 && !testing.Short() {
		t.Error("never put to the test")
	}
}

func TestTheOrderOfVoicesChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vs := voices(t, 0)
		p, q := pool{voices: vs}, pool{voices: rapid.Permutation(vs).Draw(t, "shuffled")}
		a, f, _ := p.entry(20, 0.5)
		b, g, _ := q.entry(20, 0.5)
		if math.Abs(a-b) > 1e-6*a+1e-6 || math.Abs(f-g) > 1e-6 {
			t.Fatalf("%v, %v became %v, %v", a, f, b, g)
		}
	})
}
