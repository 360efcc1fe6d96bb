// SPDX-License-Identifier: Apache-2.0

package text

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard/simulations"
)

var update = flag.Bool("update", false, "write testdata from what is written")

// pages are texts that stand in testdata, under their names.
var pages = map[string]func(t *testing.T) string{
	"baselines": func(t *testing.T) string {
		return written(t, sample(5, 5), Options{Repeat: "fuseboard simulate brownout.yaml --seed 1 --runs 5"})
	},
	"one-baseline": func(t *testing.T) string { return written(t, sample(5, 1), Options{}) },
	"narrow":       func(t *testing.T) string { return written(t, sample(5, 2), Options{Width: 80}) },
	"wide":         func(t *testing.T) string { return written(t, sample(5, 2), Options{Width: 120, Color: true}) },
	"ascii":        func(t *testing.T) string { return written(t, sample(5, 1), Options{ASCII: true, Width: 80}) },
	"brief":        func(t *testing.T) string { return written(t, sample(5, 1), Options{Brief: true}) },
	"sweep": func(t *testing.T) string {
		r := sample(5, 3)
		for i := range 3 {
			r.Variants[i+1].Name = fmt.Sprintf("payments.retry.attempts=%d", i+1)
		}
		return written(t, r, Options{Sweep: simulations.Sweep{Path: "payments.retry.attempts", Values: []string{"1", "2", "3"}}})
	},
	"compared": func(t *testing.T) string {
		c := Compare("base.json", earlier(), sample(5, 0))
		return written(t, sample(5, 0), Options{Compared: &c})
	},
	"broken": func(t *testing.T) string {
		r := sample(2, 1)
		r.Verdict, r.Expectations[2].Verdict, r.Expectations[2].Unsettled = simulations.Broken, simulations.Unsettled, []uint64{1, 2}
		r.Broken = []simulations.BrokenRun{{Variant: "no policy", Seed: 2, Why: "virtual time stood still for 60s of real time\n" + strings.Repeat("goroutine 7 [semacquire]:\n\tsync.(*Mutex).Lock\n", 20)}}
		return written(t, r, Options{})
	},
}

// earlier is a result before a change: worse, of fewer seeds, and with an expectation that is gone.
func earlier() *simulations.Result {
	r := sample(4, 0)
	for i := range r.Variants[0].Runs {
		run := &r.Variants[0].Runs[i]
		run.Measured[0].Value, run.Measured[0].Held = 0.55+float64(i)/100, false
		run.Summary["goodput"] = run.Measured[0].Value
	}
	r.Expectations[0].Held, r.Expectations[2].Text = false, "payments never open"
	return r
}

func TestPagesAreAsWrittenDown(t *testing.T) {
	for name, page := range pages {
		t.Run(name, func(t *testing.T) {
			at, got := filepath.Join("testdata", name+".txt"), page(t)
			if *update {
				if err := os.WriteFile(at, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(at)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nand %s has\n%s\nIf that is meant: go test ./simulations/report/text -update", got, at, want)
			}
		})
	}
}

func TestNoLineIsWiderThanItWasTold(t *testing.T) {
	for _, width := range []int{60, 72, 80, 100, 133, 250} {
		for _, baselines := range []int{0, 1, 2, 5} {
			r := sample(3, baselines)
			r.Expectations[1].Text = strings.Repeat("amplification ", 30)
			r.Variants[0].Name = strings.Repeat("as written ", 12)
			r.Faults[1].Name = strings.Repeat("slow ", 50)
			c := Compare("base.json", earlier(), r)
			for line := range strings.Lines(written(t, r, Options{Width: width, Compared: &c})) {
				// a single word, or a fault's sentence in the timeline, may be longer than a line
				if n := utf8.RuneCountInString(line) - 1; n > width && !strings.Contains(line, "slow slow") {
					t.Errorf("%d baselines in %d columns: %d in %s", baselines, width, n, line)
				}
			}
		}
	}
}

func TestHostileNamesDoNotSteerATerminal(t *testing.T) {
	const evil = "x\x1b[2J\x07\u202e\u2028\x00\r\ny\xff"
	r := sample(2, 2)
	r.Simulation, r.File, r.Faults[0].Name, r.Faults[0].Text = evil, evil, evil, evil
	r.Expectations[1].Text, r.Expectations[1].Found, r.Expectations[1].Why = evil, evil, evil
	r.Variants[0].Name, r.Variants[1].Name, r.Variants[0].Summary[0].Name = evil, evil, evil
	r.Variants[0].Runs[0].Events[1].Dependency, r.Variants[0].Runs[0].Events[0] = evil, simulations.Event{Kind: "command", Text: evil}
	r.Broken = []simulations.BrokenRun{{Variant: evil, Why: evil}}
	c := Compare(evil, r, r)
	for _, o := range []Options{{}, {Brief: true}, {Compared: &c, Repeat: evil}, {Sweep: simulations.Sweep{Path: evil, Values: []string{evil, evil}}}} {
		got := written(t, r, o)
		if i := strings.IndexAny(got, "\x1b\x07\u202e\u2028\x00\r"); i >= 0 || !utf8.ValidString(got) {
			t.Errorf("%+v: it steers: %q", o, got[max(i-30, 0):])
		}
	}
}

func TestAllThatASCIIHasIsWrittenWithoutColours(t *testing.T) {
	for _, r := range []*simulations.Result{sample(1, 0), sample(3, 2), sample(2, 5)} {
		r.Expectations[0].Found = "84,2 % – gut"
		if got := written(t, r, Options{ASCII: true}); strings.ContainsFunc(got, func(r rune) bool { return r > 126 || r < ' ' && r != '\n' }) {
			t.Errorf("not ASCII:\n%s", got)
		}
	}
}

func TestTheSameResultGivesTheSameText(t *testing.T) {
	for name, page := range pages {
		if a, b := page(t), page(t); a != b {
			t.Errorf("%s: once\n%s\nand then\n%s", name, a, b)
		}
	}
}

func TestAResultIsWrittenByManyAtOnce(t *testing.T) {
	r := sample(3, 2)
	before := written(t, r, Options{})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			var b bytes.Buffer
			if err := errors.Join(Text(&b, r, Options{}), JUnit(&b, []*simulations.Result{r}), Events(&b, r), Series(&b, r)); err != nil {
				t.Error(err)
			}
			Compare("x", r, r)
		})
	}
	all.Wait()
	if after := written(t, r, Options{}); after != before {
		t.Errorf("the result was changed:\n%s", after)
	}
}

func TestExpectationsComeInTheirOrder(t *testing.T) {
	r := sample(2, 1)
	got, at := written(t, r, Options{}), 0
	for _, e := range r.Expectations {
		i := strings.Index(got[at:], e.Text)
		if i < 0 {
			t.Fatalf("%q does not come after what stands before it:\n%s", e.Text, got)
		}
		at += i
	}
}

func TestAResultWithNextToNothingIsWritten(t *testing.T) {
	for _, r := range []*simulations.Result{
		{},
		{Verdict: simulations.Passed, Simulation: "x", Duration: time.Second, Seeds: []uint64{7}},
		{Verdict: simulations.Broken, Duration: time.Minute, Variants: []simulations.Variant{{Name: "as written"}, {Name: "no policy"}}},
		{Verdict: simulations.Failed, Duration: time.Minute, Expectations: []simulations.Judgement{{Text: "goodput >= 1%"}}, Variants: []simulations.Variant{{Runs: []simulations.Trial{{All: simulations.Track{Offered: []uint32{0, 0}, Good: []uint32{0, 0}}}}}}},
	} {
		var b bytes.Buffer
		c := Compare("x", r, r)
		if err := errors.Join(Text(&b, r, Options{Compared: &c, Width: 3}), Text(&b, r, Options{Sweep: simulations.Sweep{Path: "x"}}), JUnit(&b, []*simulations.Result{r}), Events(&b, r), Series(&b, r)); err != nil {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

func TestTheSentenceSaysWhatTheVerdictIs(t *testing.T) {
	one := []simulations.Judgement{{Held: true}}
	two := []simulations.Judgement{{Held: true}, {}}
	for _, c := range []struct {
		verdict simulations.Verdict
		of      []simulations.Judgement
		want    string
	}{
		{simulations.Passed, nil, "passed: nothing was expected"},
		{simulations.Passed, one, "passed: the one expectation holds"},
		{simulations.Passed, slices.Concat(one, one), "passed: all 2 expectations hold"},
		{simulations.Failed, two, "failed: 1 of 2 expectations does not hold"},
		{simulations.Failed, []simulations.Judgement{{}, {}, {Verdict: simulations.Unsettled}}, "failed: 2 of 3 expectations do not hold, 1 unsettled"},
		{simulations.Unsettled, []simulations.Judgement{{Held: true}, {Verdict: simulations.Unsettled}}, "unsettled: 1 of 2 expectations holds or not by how goroutines interleave, with one and the same seed"},
		{simulations.Broken, two, "broken: 1 run did not come to the end, so nothing is proved"},
	} {
		r := &simulations.Result{Verdict: c.verdict, Expectations: c.of, Broken: make([]simulations.BrokenRun, 1)}
		if got := Sentence(r); got != c.want {
			t.Errorf("%s of %+v: got %q, want %q", c.verdict, c.of, got, c.want)
		}
	}
}

func TestAnErrorOfTheWriterIsReturned(t *testing.T) {
	r := sample(1, 1)
	for name, err := range map[string]error{
		"Text": Text(full{}, r, Options{}), "JUnit": JUnit(full{}, []*simulations.Result{r}), "Events": Events(full{}, r), "Series": Series(full{}, r),
	} {
		if !errors.Is(err, errFull) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

var errFull = errors.New("full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestTheBarSaysHowFarItIs(t *testing.T) {
	for _, c := range []struct {
		p     simulations.Progress
		taken time.Duration
		o     Options
		want  string
	}{
		{simulations.Progress{Runs: 20}, 0, Options{}, strings.Repeat("·", 40) + "   0 %  0 of 20 runs"},
		{simulations.Progress{Done: 5, Runs: 20, Share: 0.25}, 2 * time.Second, Options{}, strings.Repeat("█", 10) + strings.Repeat("·", 30) + "  25 %  5 of 20 runs  300×  6s left"},
		{simulations.Progress{Done: 1, Runs: 1, Share: 1}, time.Second, Options{ASCII: true, Width: 60}, strings.Repeat("#", 35) + " 100 %  1 of 1 run  120x"},
	} {
		if got := Bar(c.p, 2*time.Minute, c.taken, c.o); got != c.want {
			t.Errorf("%+v after %s: got %q, want %q", c.p, c.taken, got, c.want)
		}
	}
}

func TestNumbersAreWrittenAsPeopleSayThem(t *testing.T) {
	for _, c := range []struct {
		v              float64
		unit           string
		shown, signed_ string
	}{
		{0.972, "%", "97.2 %", "+97.2 pp"},
		{-0.0342, "%", "-3.4 %", "−3.4 pp"},
		{0, "%", "0.0 %", "±0.0 pp"},
		{0.143, "s", "143 ms", "+143 ms"},
		{0.0004, "s", "0.40 ms", "+0.40 ms"},
		{1.4, "s", "1.40 s", "+1.40 s"},
		{59.96, "s", "1m", "+1m"},
		{125, "s", "2m5s", "+2m5s"},
		{0, "s", "0 s", "±0 s"},
		{199.6, "/s", "200 /s", "+200 /s"},
		{2.31, "", "2.31", "+2.31"},
		{12345.6, "", "12 346", "+12 346"},
		{0.0012, "", "0.0012", "+0.0012"},
	} {
		if got := shown(c.v, c.unit); got != c.shown {
			t.Errorf("%v in %q: shown as %q, want %q", c.v, c.unit, got, c.shown)
		}
		if got := signed(c.v, c.unit); got != c.signed_ {
			t.Errorf("%v in %q: signed as %q, want %q", c.v, c.unit, got, c.signed_)
		}
	}
}

func TestOneNodeThatMovesTwiceIsNoTwoNodes(t *testing.T) {
	move := func(at time.Duration, node int, from, to string) simulations.Event {
		return simulations.Event{At: at, Kind: "transition", Node: node, Dependency: "orders", From: from, To: to}
	}
	run := &simulations.Trial{Events: []simulations.Event{
		move(time.Second, 1, "open", "half-open"), move(2*time.Second, 1, "half-open", "open"),
		move(3*time.Second, 1, "open", "half-open"), move(3*time.Second, 2, "open", "half-open"),
	}}
	var said []string
	for _, h := range told(&simulations.Result{}, run) {
		said = append(said, h.said())
	}
	if got := strings.Join(said, ", "); got != "orders HALF-OPEN, orders OPEN, orders HALF-OPEN (2 nodes)" {
		t.Errorf("%s", got)
	}
}
