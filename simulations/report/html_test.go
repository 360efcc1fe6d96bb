// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/simulations"
)

// reportOf returns the report of a result.
func reportOf(t testing.TB, r *simulations.Result) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTheSameResultMakesTheSameBytes(t *testing.T) {
	r := resultForTest(7, usual)
	once := reportOf(t, r)
	for range 3 {
		if !bytes.Equal(once, reportOf(t, r)) {
			t.Fatal("a second report of the same result differs")
		}
	}
}

func TestAResultIsOnlyRead(t *testing.T) {
	r := resultForTest(7, usual)
	before, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	reportOf(t, r)
	after, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, after) {
		t.Error("the report changed its result")
	}
}

func TestAResultThatIsTooLargeWritesNothing(t *testing.T) {
	r := resultForTest(1, usual)
	r.Set = slices.Repeat([]string{strings.Repeat("x", 10_000)}, 100)
	var b bytes.Buffer
	if err := HTML(&b, r); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a command of a megabyte: %v, want ErrTooLarge", err)
	}
	if b.Len() > 0 {
		t.Errorf("%d bytes were written", b.Len())
	}
}

func TestNoResultIsAnErrorAndNoPanic(t *testing.T) {
	var b bytes.Buffer
	if err := HTML(&b, nil); err == nil || b.Len() > 0 {
		t.Errorf("HTML of nil: %v and %d bytes, want an error and none", err, b.Len())
	}
}

type fullDisk struct{}

var errFull = errors.New("disk full")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestTheErrorOfTheWriterComesBack(t *testing.T) {
	if err := HTML(fullDisk{}, resultForTest(1, usual)); !errors.Is(err, errFull) {
		t.Errorf("have %v, want the writer's error", err)
	}
}

func TestThePartsStandInTheOrderOfQuestions(t *testing.T) {
	page := parse(t, reportOf(t, resultForTest(1, usual)))
	var have []string
	for _, s := range page.named("section") {
		have = append(have, s.attrs["aria-labelledby"])
	}
	want := []string{"verdict-h", "expected-h", "requests-h", "dependencies-h", "compared-h", "spread-h", "events-h", "policies-h", "simulated-h"}
	if !slices.Equal(have, want) {
		t.Errorf("parts are %v, want %v", have, want)
	}
	for _, link := range page.named("nav")[0].named("a") {
		page.byID(t, strings.TrimPrefix(link.attrs["href"], "#"))
	}
}

// TestTheLargestResultFits draws what the bounds of scenarios allow: a day, a hundred seeds, forty baselines.
func TestTheLargestResultFits(t *testing.T) {
	for name, s := range map[string]shape{
		"20 dependencies":  {duration: 24 * time.Hour, buckets: 240, seeds: 100, dependent: 20, nodes: 5},
		"100 dependencies": {duration: 24 * time.Hour, buckets: 240, seeds: 5, dependent: 100, nodes: 5},
	} {
		t.Run(name, func(t *testing.T) {
			r := resultForTest(1, s)
			r.Variants[0].Name = "as written"
			for i := range 40 { // baselines share the tracks of the policies under test: memory is not what is tested
				v := r.Variants[0]
				v.Name = "without " + r.Dependencies[i%len(r.Dependencies)] + strings.Repeat(".long", i%4)
				r.Variants = append(r.Variants, v)
			}
			for i := range 1000 {
				at := time.Duration(i) * r.Duration / 1000
				r.Faults = append(r.Faults, simulations.Span{Name: "flap", From: at, To: at + r.Duration/3000})
			}
			r.Expectations = slices.Repeat(r.Expectations, 80)
			for i := range r.Variants[0].Runs {
				r.Variants[0].Runs[i].Measured = slices.Repeat(r.Variants[0].Runs[i].Measured, 80)
				r.Variants[0].Runs[i].Events = slices.Repeat(r.Variants[0].Runs[i].Events, 400)
			}
			text := reportOf(t, r)
			page := parse(t, text)
			charts := page.all(func(e *element) bool { return e.attrs["role"] == "img" })
			t.Logf("%d bytes, %d charts", len(text), len(charts))
			if len(text) > MaxBytes {
				t.Errorf("the report has %d bytes, at most %d are allowed", len(text), MaxBytes)
			}
			if len(charts) < 60 {
				t.Errorf("only %d charts are left", len(charts))
			}
		})
	}
}
