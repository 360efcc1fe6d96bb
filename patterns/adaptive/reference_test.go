// SPDX-License-Identifier: Apache-2.0

package adaptive

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Each trace was given to the reference itself; what its limits were is in testdata, with
// how it was made.
var traces = []string{"steady", "steps", "saturation"}

// references are the policies that say what the reference's defaults say.
var references = []Policy{
	{Kind: KindGradient2, Min: 20, Max: 200, Initial: 20},
	{Kind: KindVegas, Min: 1, Max: 1000, Initial: 20},
	{Kind: KindAIMD, Min: 20, Max: 200, Initial: 20},
}

// reference is p with the tolerance of the reference: for vegas that is none.
func reference(p Policy) Policy {
	p.Tolerance = publishedTolerance
	if p.Kind == KindVegas {
		p.Tolerance = mostTolerance
	}
	return p
}

type sample struct {
	end, took time.Duration
	inFlight  int
	dropped   bool
}

// table reads the numbers of a file of testdata.
func table(t *testing.T, name string) (rows [][]int) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comment = '#'
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		row := make([]int, len(line))
		for i, field := range line {
			if row[i], err = strconv.Atoi(field); err != nil {
				t.Fatal(err)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func trace(t *testing.T, name string) (all []sample) {
	t.Helper()
	for _, r := range table(t, "trace_"+name) {
		all = append(all, sample{
			end: time.Duration(r[0]) * time.Microsecond, took: time.Duration(r[1]) * time.Microsecond,
			inFlight: r[2], dropped: r[3] == 1,
		})
	}
	return all
}

// published returns the limits that the reference of a kind had after each sample.
func published(t *testing.T, name string, kind Kind, samples int) []int {
	t.Helper()
	limits, limit := make([]int, samples), 0
	rows := table(t, "limits_"+name)
	for i := range limits {
		if len(rows) > 0 && rows[0][0] == i {
			limit, rows = rows[0][1+int(kind)], rows[1:]
		}
		limits[i] = limit
	}
	return limits
}

func replay(l *Limiter, samples []sample) (limits []int) {
	for _, s := range samples {
		limit, _ := l.Sample(-1, fuseboard.Instant(s.end), s.took, s.inFlight, s.dropped)
		limits = append(limits, limit)
	}
	return limits
}

func eachTrace(t *testing.T, do func(t *testing.T, p Policy, samples []sample, want []int)) {
	for _, name := range traces {
		for _, p := range references {
			t.Run(fmt.Sprintf("%s/%s", name, p.Kind), func(t *testing.T) {
				samples := trace(t, name)
				do(t, p, samples, published(t, name, p.Kind, len(samples)))
			})
		}
	}
}

// within5 reports whether two limits agree within 5 %.
func within5(got, want int) bool { return math.Abs(float64(got-want)) <= 0.05*float64(want) }

func TestPublishedAlgorithmsGiveTheLimitsOfTheirReferences(t *testing.T) {
	eachTrace(t, func(t *testing.T, p Policy, samples []sample, want []int) {
		p.Published = true
		apart := 0.0
		for i, got := range replay(New(p), samples) {
			apart = max(apart, math.Abs(float64(got-want[i]))/float64(want[i]))
			if !within5(got, want[i]) {
				t.Fatalf("after sample %d: limit %d, the reference's is %d", i, got, want[i])
			}
		}
		t.Logf("at most %.2f%% apart", 100*apart)
	})
}

// Up to the first move that something mended decides, ours are the reference's. In the steady
// trace, and for aimd in each, nothing is.
func TestMendedAlgorithmsGiveTheLimitsOfTheirReferencesUntilAMendActs(t *testing.T) {
	eachTrace(t, func(t *testing.T, p Policy, samples []sample, want []int) {
		published := New(Policy{Kind: p.Kind, Min: p.Min, Max: p.Max, Initial: p.Initial, Published: true})
		ours := NewAlgorithm(reference(p))
		theirs := spy{Algorithm: published.algorithm}
		published.algorithm = &theirs
		replay(published, samples)
		if len(theirs.windows) < 100 {
			t.Fatalf("%d windows", len(theirs.windows))
		}
		for i, w := range theirs.windows {
			m := ours.Next(w)
			if m.Mended {
				t.Logf("the same in %d of %d windows", i, len(theirs.windows))
				if i < 25 || samples[0].inFlight < 100 || p.Kind == KindAIMD {
					t.Errorf("a mend acts in window %d already", i)
				}
				return
			}
			if !within5(m.Limit, theirs.limits[i]) {
				t.Fatalf("window %d: limit %d, the reference's is %d, and nothing that was mended says so", i, m.Limit, theirs.limits[i])
			}
		}
		t.Logf("the same in all %d windows", len(theirs.windows))
	})
}

// spy writes down what an algorithm is given and what it answers.
type spy struct {
	Algorithm
	windows []Window
	limits  []int
}

func (s *spy) Next(w Window) Move {
	m := s.Algorithm.Next(w)
	s.windows, s.limits = append(s.windows, w), append(s.limits, m.Limit)
	return m
}
