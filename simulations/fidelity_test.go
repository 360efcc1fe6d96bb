// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

var fidelityTable = flag.String("fidelity-table", "", "write the table of fidelity into this file, after its mark <!-- fidelity -->")

// TestFidelity runs scenarios in real time and simulates what they met.
func TestFidelity(t *testing.T) {
	list := kinds(t)
	switch which := os.Getenv("FUSEBOARD_FIDELITY"); which {
	case "all":
	case "some":
		list = slices.DeleteFunc(list, func(k kind) bool { return !k.quick })
	default:
		t.Skip("simulated runs are compared with real ones where FUSEBOARD_FIDELITY is some or all: `.ci/run fidelity`, `make fidelity`")
	}
	runtime.GC()
	sessions, err := gather(list, really)
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	noisy := 0
	for _, s := range sessions {
		t.Run(s.kind.name, func(t *testing.T) {
			if s.noisy() {
				noisy++
				t.Skip(s.why())
			}
			rows = append(rows, s.compared(t)...)
		})
	}
	if len(rows) > 0 {
		t.Logf("%d real runs of each, beside %d void ones in all; %d or more simulated ones:\n%s", realRuns, voids(sessions), simulatedSeeds, table(rows))
	}
	if *fidelityTable != "" && !t.Failed() && noisy == 0 {
		if err := writeTable(*fidelityTable, table(rows)); err != nil {
			t.Error(err)
		}
	}
	if noisy > 0 {
		t.Skipf("%d of %d scenarios could not be compared: the machine is too noisy", noisy, len(sessions))
	}
}

// compared compares a session, and then with a policy that is mis-set in the simulation alone, which must not agree.
func (s *session) compared(t *testing.T) []row {
	t.Helper()
	pairs, err := s.pairs()
	if err != nil {
		t.Fatal(err)
	}
	rows := compare(s.kind, pairs)
	if !agree(rows) {
		t.Errorf("the simulation differs from the real runs:\n%s", table(rows))
	}
	wrong, err := pairsOf(s.kind, s.takes, 3, []string{s.kind.misset})
	if err != nil {
		t.Fatal(err)
	}
	if missed := compare(s.kind, wrong); agree(missed) {
		t.Errorf("with %s in the simulation alone nothing differs:\n%s", s.kind.misset, table(missed))
	}
	return rows
}

// writeTable puts the table after the mark, in the place of the one that is there.
func writeTable(name, table string) error {
	const mark = "<!-- fidelity -->\n"
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before, after, found := bytes.Cut(text, []byte(mark))
	if !found {
		return fmt.Errorf("%s has no mark %s", name, strings.TrimSpace(mark))
	}
	rest := strings.TrimLeft(string(after), "\n")
	for strings.HasPrefix(rest, "|") {
		_, rest, _ = strings.Cut(rest, "\n")
	}
	return os.WriteFile(name, []byte(string(before)+mark+"\n"+table+"\n"+strings.TrimLeft(rest, "\n")), 0o644) //nolint:gosec // a page of the documentation
}

// The machinery itself is tested in virtual time: runs of a bubble as if they were real.
func TestRunsAgreeWithWhatTheirTapesDriveAndNotWithAMisSetPolicy(t *testing.T) {
	const runs, seeds = 3, 2
	for _, k := range kinds(t) {
		t.Run(k.name, func(t *testing.T) {
			var takes []take
			for seed := range uint64(runs) {
				v, err := virtually(k, seed+1)
				if err != nil {
					t.Fatal(err)
				}
				takes = append(takes, v)
			}
			for _, set := range [][]string{nil, {k.misset}} {
				pairs, err := pairsOf(k, takes, seeds, set)
				if err != nil {
					t.Fatal(err)
				}
				rows := compare(k, pairs)
				t.Logf("set %v:\n%s", set, table(rows))
				if agree(rows) != (set == nil) {
					t.Errorf("with %v set in the simulation alone, that it agrees is %v", set, agree(rows))
				}
			}
		})
	}
}

func TestATapeGivesAttemptsWhatTheyFound(t *testing.T) {
	k := kinds(t)[0]
	v, err := virtually(k, 1)
	if err != nil {
		t.Fatal(err)
	}
	p := v.written
	if len(p.arrivals) != 550 || len(p.attempts) < 300 {
		t.Fatalf("%d arrivals and %d attempts were recorded", len(p.arrivals), len(p.attempts))
	}
	if s := p.spans[0]; s.From != 1500*time.Millisecond || s.To != 3500*time.Millisecond {
		t.Errorf("the outage was from %v to %v", s.From, s.To)
	}
	for i, a := range p.arrivals {
		f, made := p.attempts[visitOf{a.number, 1}]
		if made && p.find(visitOf{uint64(i), 1}, f.at, 1) != f {
			t.Fatalf("attempt 1 of request %d finds something else than it did", a.number)
		}
		if outage := p.phase(a.at) != 0; made && (f.err != nil) != (p.phase(f.at) != 0) {
			t.Errorf("request %d in an outage (%v) found %v", a.number, outage, f.err)
		}
		// What was not made is drawn from what was amid the same faults.
		if other := p.find(visitOf{uint64(i), 7}, a.at, uint64(i)<<32); (other.err != nil) != (p.phase(a.at) != 0) {
			t.Errorf("an attempt at %v that was not made finds %v", a.at, other.err)
		}
	}
}

func TestVoidRunsAreMadeAnewAndTooManySayNothing(t *testing.T) {
	var order []string
	lates := map[string][]time.Duration{"calm": {6 * time.Millisecond}, "noisy": {1, 9 * time.Millisecond, 9 * time.Millisecond, 1, 9 * time.Millisecond, 9 * time.Millisecond}}
	sessions, err := gather([]kind{{name: "calm"}, {name: "noisy"}}, func(k kind, _ uint64) (take, error) {
		order = append(order, k.name)
		var late time.Duration
		if list := lates[k.name]; len(list) > 0 {
			late, lates[k.name] = list[0], list[1:]
		}
		return take{late: late}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	calm, noisy := sessions[0], sessions[1]
	if calm.noisy() || len(calm.takes) != realRuns || len(calm.void) != 1 {
		t.Errorf("calm: %d runs, %d void", len(calm.takes), len(calm.void))
	}
	if !noisy.noisy() || len(noisy.takes) != 2 || len(noisy.void) != 4 {
		t.Errorf("noisy: %d runs, %d void", len(noisy.takes), len(noisy.void))
	}
	if why := noisy.why(); !strings.Contains(why, "4 real runs of 6 were void") || !strings.Contains(why, "9ms at worst") {
		t.Errorf("it says %q", why)
	}
	if want := []string{"calm", "noisy", "noisy", "calm", "calm", "noisy"}; !slices.Equal(order[:6], want) {
		t.Errorf("the order was %v", order[:6])
	}
}

// like makes pairs whose measures are the given ones.
func like(reals []float64, simulated ...float64) (pairs []pair) {
	for _, r := range reals {
		p := pair{real: outcome{goodput: r, recovery: r}}
		for _, s := range simulated {
			p.simulated = append(p.simulated, outcome{goodput: s, recovery: s})
		}
		pairs = append(pairs, p)
	}
	return pairs
}

func TestTheIntervalMustLieWithinTheBound(t *testing.T) {
	g := gates(kind{bucket: 100 * time.Millisecond})
	goodput, recovery := g[0], g[len(g)-1]
	even := []float64{0.9, 0.9, 0.9, 0.9, 0.9}
	never := math.Inf(1)
	for _, c := range []struct {
		name  string
		gate  gate
		pairs []pair
		ok    bool
	}{
		{"equal", goodput, like(even, 0.9), true},
		{"2 points off", goodput, like(even, 0.88), true},
		{"4 points more", goodput, like(even, 0.94), false},
		{"4 points less", goodput, like(even, 0.86), false},
		{"medians equal, but nothing is known", goodput, like([]float64{0.5, 0.6, 0.9, 0.95, 0.99}, 0.9), false},
		{"90ms off", recovery, like([]float64{0.2, 0.2, 0.2}, 0.29), true},
		{"110ms off", recovery, like([]float64{0.2, 0.2, 0.2}, 0.31), false},
		{"14% off", recovery, like([]float64{2, 2, 2}, 2.28), true},
		{"16% off", recovery, like([]float64{2, 2, 2}, 2.32), false},
		{"neither ever", recovery, like([]float64{never, never}, never), true},
		{"one never", recovery, like([]float64{1, 1}, never), false},
		{"the other never", recovery, like([]float64{never, never}, 1), false},
	} {
		if r := c.gate.judge("", c.pairs); r.ok != c.ok {
			t.Errorf("%s: that it agrees is %v: %+v", c.name, r.ok, r)
		}
	}
}

func TestWhatIsExactIsTheSameInNineOfTen(t *testing.T) {
	order := func(o outcome) string { return o.order }
	of := func(actual string, simulated ...string) pair {
		p := pair{real: outcome{order: actual}}
		for _, s := range simulated {
			p.simulated = append(p.simulated, outcome{order: s})
		}
		return p
	}
	nine := strings.Split("a a a a a a a a a", " ")
	for _, c := range []struct {
		name  string
		pairs []pair
		ok    bool
	}{
		{"all", []pair{of("a", nine...)}, true},
		{"nine of ten", []pair{of("a", append(nine, "b")...)}, true},
		{"nine of eleven", []pair{of("a", append(nine, "b", "b")...)}, false},
		{"each by its tape", []pair{of("a", nine...), of("b", "b", "b"), of("c", "c")}, true},
		{"crossed", []pair{of("a", "b"), of("b", "a")}, false},
	} {
		if r := exact("", "", c.pairs, order); r.ok != c.ok {
			t.Errorf("%s: that it agrees is %v: %+v", c.name, r.ok, r)
		}
	}
}

func TestDifferencesAreShownWithTheirSigns(t *testing.T) {
	for _, c := range []struct {
		value float64
		unit  string
		want  string
	}{
		{0.021, "%", "+2.1%"},
		{-0.021, "%", "-2.1%"},
		{-0.0001, "%", "0.0%"},
		{0.004, "", "0.00"},
		{-0.25, "", "-0.25"},
		{-0.0123, "s", "-12.3ms"},
		{1.5, "s", "+1.5s"},
		{math.Inf(1), "s", "+never"},
	} {
		if got := signed(c.value, c.unit); got != c.want {
			t.Errorf("%v %s is shown as %s, want %s", c.value, c.unit, got, c.want)
		}
	}
}

func TestTheTableReplacesTheOneAfterTheMark(t *testing.T) {
	name := t.TempDir() + "/page.md"
	if err := os.WriteFile(name, []byte("# Page\n\n<!-- fidelity -->\n\nAfter.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"| a |\n|---|\n| 1 |\n", "| b |\n|---|\n"} {
		if err := writeTable(name, text); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if want := "# Page\n\n<!-- fidelity -->\n\n| b |\n|---|\n\nAfter.\n"; err != nil || string(got) != want {
		t.Errorf("%q (%v), want %q", got, err, want)
	}
}
