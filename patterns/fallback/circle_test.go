// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// town is dependencies that all fail, each with a chain that asks others.
type town struct {
	chains []*Chain[int, int]
	asked  int
}

func (w *town) call(ctx context.Context, i int) (int, error) {
	if w.asked++; w.asked > 10_000 {
		panic("it goes round and round")
	}
	v, _, err := w.chains[i].Answer(ctx, 0, failed)
	return v, err
}

// build makes n dependencies; asks says whom each of them asks, in this order.
func build(t testing.TB, n int, named bool, asks func(i int) []int) *town {
	w := &town{}
	for i := range n {
		s := Sources[int, int]{Guard: func(name string) (func(context.Context, int) (int, error), error) {
			var to int
			_, err := fmt.Sscanf(name, "d%d", &to)
			return func(ctx context.Context, _ int) (int, error) { return w.call(ctx, to) }, err
		}}
		if named {
			s.Name = fmt.Sprintf("d%d", i)
		}
		p := Policy{Concurrency: 100}
		for _, to := range asks(i) {
			p.Steps = append(p.Steps, Step{Guard: fmt.Sprintf("d%d", to)})
		}
		w.chains = append(w.chains, made(t, p, s))
	}
	return w
}

func TestACircleOfGuardsEnds(t *testing.T) {
	for named, most := range map[bool]int{true: 2, false: 3} {
		w := build(t, 2, named, func(i int) []int { return []int{1 - i} })
		_, err := w.call(t.Context(), 0)
		if missed, ok := errors.AsType[*Error](err); !ok || w.asked > most {
			t.Errorf("named %v: asked %d times: %v", named, w.asked, missed)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(r, "dependencies")
		ways := make([][]int, n)
		for i := range ways {
			ways[i] = rapid.SliceOfN(rapid.IntRange(0, n-1), 1, 3).Draw(r, "asks")
		}
		w := build(t, n, rapid.Bool().Draw(r, "named"), func(i int) []int { return ways[i] })
		if _, err := w.call(t.Context(), 0); !errors.Is(err, errCall) {
			r.Fatal(err)
		}
	})
}

func TestTheSameGuardMayBeAskedForTwoAnswers(t *testing.T) {
	asked := 0
	c := made(t, Policy{Steps: []Step{{Guard: "eu"}}}, Sources[int, int]{
		Name: "us",
		Guard: func(string) (func(context.Context, int) (int, error), error) {
			return func(context.Context, int) (int, error) { asked++; return 1, nil }, nil
		},
	})
	for range 2 {
		if _, _, err := c.Answer(t.Context(), 0, failed); err != nil {
			t.Error(err)
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
}

func TestAMarkPrintsWithoutReadingWhatChanges(t *testing.T) {
	if s := fmt.Sprint(&mark{Context: t.Context()}); s != "fallback.mark" {
		t.Error(s)
	}
}
