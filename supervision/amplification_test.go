// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// ledger is the naive account: all that happened, with its instant.
type ledger struct {
	budget  supervision.Budget
	entries []entry
}

type entry struct {
	at    fuseboard.Instant
	what  string // "call", "inner", "suppressed", or the class of a repetition
	count int
	cost  int64 // of a repetition, in hundredths
}

func (l *ledger) tick(at fuseboard.Instant) int64 { return int64(at) / (int64(l.budget.Window) / 10) }

func (l *ledger) cost(class fuseboard.Class) int64 {
	if weight, given := l.budget.Weights[class]; given {
		return int64(math.Round(weight * 100))
	}
	return 100
}

// allows is what the budget says about one more repetition of the class.
func (l *ledger) allows(now fuseboard.Instant, class fuseboard.Class) bool {
	calls, taken := 0, l.cost(class)
	for _, e := range l.entries {
		if l.tick(e.at) > l.tick(now)-10 {
			taken += e.cost
			if e.what == "call" {
				calls++
			}
		}
	}
	perWindow := float64(l.budget.MinPerSecond) * l.budget.Window.Seconds()
	return taken <= 100*(int64(perWindow+1e-9)+int64(l.budget.Ratio*float64(calls)+1e-9))
}

// amplification counts what happened since the beginning of the half window before the present one.
func (l *ledger) amplification(now fuseboard.Instant) supervision.Amplification {
	from := max(l.tick(now)/5-1, 0) * 5
	a := supervision.Amplification{Ratio: 1, Within: time.Duration(int64(now) - from*(int64(l.budget.Window)/10))}
	causes := map[fuseboard.Class]int{}
	for _, e := range l.entries {
		switch {
		case l.tick(e.at) < from:
		case e.what == "call":
			a.Calls++
		case e.what == "inner":
			a.Inner += e.count
		case e.what == "suppressed":
			a.Suppressed++
		default:
			a.Repeats++
			causes[fuseboard.Class(e.what)]++
		}
	}
	for class, count := range causes {
		a.Causes = append(a.Causes, supervision.Repeats{Class: class, Count: count})
	}
	slices.SortFunc(a.Causes, func(x, y supervision.Repeats) int {
		return cmp.Or(cmp.Compare(y.Count, x.Count), cmp.Compare(x.Class, y.Class))
	})
	if a.Calls > 0 {
		a.Ratio = float64(a.Calls+a.Repeats+a.Inner) / float64(a.Calls)
	}
	return a
}

func TestTheAccountAgreesWithALedgerOfAllThatHappened(t *testing.T) {
	kinds := []fuseboard.Class{"error", "timeout", "reset", "own", "another"}
	rapid.Check(t, func(t *rapid.T) {
		window := time.Duration(rapid.Int64Range(1e8, 3e8).Draw(t, "tenth")) * 10
		l := &ledger{budget: supervision.Budget{
			Ratio: rapid.Float64Range(0.01, 1).Draw(t, "ratio"), MinPerSecond: rapid.IntRange(1, 3).Draw(t, "min"), Window: window,
			Weights: map[fuseboard.Class]float64{"timeout": 2, "reset": 0.1, "own": rapid.SampledFrom([]float64{0.33, 1, 1.07}).Draw(t, "own")},
		}}
		account := supervision.NewSpending(l.budget)
		if lanes := rapid.SampledFrom([]int{0, 1, 4}).Draw(t, "lanes"); lanes > 0 {
			account.Spread(lanes)
		}
		now := fuseboard.Instant(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "start"))
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(window)/4).Draw(t, "pause")))
			switch rapid.SampledFrom([]string{"call", "repeat", "repeat", "inner"}).Draw(t, "step") {
			case "call":
				account.DepositAt(rapid.IntRange(-1, 4).Draw(t, "lane"), now)
				l.entries = append(l.entries, entry{at: now, what: "call"})
			case "inner":
				n := rapid.IntRange(-1, 3).Draw(t, "inner")
				account.Inner(now, n)
				l.entries = append(l.entries, entry{at: now, what: "inner", count: max(n, 0)})
			case "repeat":
				class := rapid.SampledFrom(kinds).Draw(t, "class")
				want := l.allows(now, class)
				if got := account.WithdrawFor(now, class); got != want {
					t.Fatalf("at %d: %s granted: %v, the ledger says %v", now, class, got, want)
				}
				if want {
					l.entries = append(l.entries, entry{at: now, what: string(class), cost: l.cost(class)})
				} else {
					l.entries = append(l.entries, entry{at: now, what: "suppressed"})
				}
			}
			if got, want := account.Amplification(now), l.amplification(now); !reflect.DeepEqual(got, want) {
				t.Fatalf("at %d:\n%+v, the ledger says\n%+v", now, got, want)
			}
		}
	})
}

// A hundred times a tenth is ten, whatever the order: floating point would be off.
func TestFractionsOfTheBudgetAddUpExactly(t *testing.T) {
	account := supervision.NewSpending(supervision.Budget{
		MinPerSecond: 10, Window: time.Second, Weights: map[fuseboard.Class]float64{"reset": 0.1, "timeout": 0.7},
	})
	for i := range 93 {
		if !account.WithdrawFor(0, "reset") {
			t.Fatalf("repetition %d was refused", i+1)
		}
	}
	if !account.WithdrawFor(0, "timeout") || account.WithdrawFor(0, "reset") {
		t.Error("93 tenths and seven tenths are not ten")
	}
}

func TestAHopFurtherInThatClaimsTheSkyIsHeardUpToABound(t *testing.T) {
	account := supervision.NewSpending(supervision.Budget{})
	account.Deposit(0)
	account.Inner(0, math.MaxInt)
	account.Inner(0, math.MinInt)
	if a := account.Amplification(0); a.Inner != 1000 || a.Ratio != 1001 {
		t.Errorf("%+v", a)
	}
}

func TestReshapeKeepsWhatIsKnownOfCausesWhileTheWindowStays(t *testing.T) {
	account := supervision.NewSpending(supervision.Budget{Window: time.Second})
	account.Deposit(0)
	account.WithdrawFor(0, "timeout")
	if account.Reshape(supervision.Budget{Window: time.Second, Ratio: 1}); len(account.Amplification(0).Causes) != 1 {
		t.Error("the same window forgets")
	}
	account.Reshape(supervision.Budget{Window: time.Minute})
	account.WithdrawFor(fuseboard.Instant(time.Hour), "reset")
	if a := account.Amplification(fuseboard.Instant(time.Hour)); len(a.Causes) != 1 || a.Causes[0].Class != "reset" || a.Calls != 0 {
		t.Errorf("another window: %+v", a)
	}
}

func TestCausesAreBoundedAndKeepTheirPlaces(t *testing.T) {
	var causes supervision.Causes
	places := map[int]fuseboard.Class{}
	known := []fuseboard.Class{"error", "timeout", "refused", "reset", "throttled", "panicked"}
	for i := range 100 {
		known = append(known, fuseboard.Class(fmt.Sprintf("own-%d", i)))
	}
	for range 2 {
		for i, class := range known {
			place := causes.Place(class)
			want := class
			if i >= 12 {
				want = supervision.ClassOther
			}
			if places[place] = causes.Class(place); place < 0 || place >= supervision.CausePlaces || places[place] != want {
				t.Fatalf("%s has place %d of %q", class, place, causes.Class(place))
			}
		}
	}
	if len(places) != supervision.CausePlaces || causes.Place("") != causes.Place("error") || causes.Class(-1) != "" || causes.Class(99) != "" {
		t.Errorf("%d places: %v", len(places), places)
	}
	if (&supervision.Causes{}).Class(7) != "" {
		t.Error("a place that nobody has has a name")
	}
}

func TestStorm_CausesOfACrowdGetOnePlaceEach(t *testing.T) {
	for range 50 {
		var causes supervision.Causes
		account := supervision.NewSpendingBy(supervision.Budget{MinPerSecond: 10_000, Window: time.Minute}, &causes)
		crowd(8, func(worker int) {
			for i := range 40 {
				account.WithdrawFor(0, fuseboard.Class(fmt.Sprintf("own-%d", (worker+i)%8)))
			}
		})
		a, sum := account.Amplification(0), 0
		for _, c := range a.Causes {
			sum += c.Count
		}
		if sum != 320 || a.Repeats != 320 || len(a.Causes) != 7 || slices.IndexFunc(a.Causes, func(r supervision.Repeats) bool {
			return r.Class == supervision.ClassOther && r.Count == 80
		}) < 0 {
			t.Fatalf("%+v", a)
		}
	}
}

func TestAmplificationsAddUp(t *testing.T) {
	a := supervision.Amplification{Calls: 10, Repeats: 3, Within: 4 * time.Second, Causes: []supervision.Repeats{{Class: "reset", Count: 3}}}
	b := supervision.Amplification{
		Calls: 10, Repeats: 5, Inner: 2, Suppressed: 1, Within: 9 * time.Second,
		Causes: []supervision.Repeats{{Class: "timeout", Count: 4}, {Class: "reset", Count: 1}},
	}
	want := supervision.Amplification{
		Ratio: 1.5, Calls: 20, Repeats: 8, Inner: 2, Suppressed: 1, Within: 9 * time.Second,
		Causes: []supervision.Repeats{{Class: "reset", Count: 4}, {Class: "timeout", Count: 4}},
	}
	if got := a.Plus(b); !reflect.DeepEqual(got, want) || a.Causes[0].Count != 3 {
		t.Errorf("%+v", got)
	}
	if none := (supervision.Amplification{}).Plus(supervision.Amplification{}); none.Ratio != 1 {
		t.Errorf("%+v", none)
	}
}

func TestAmplificationSaysItselfInWords(t *testing.T) {
	a := supervision.Amplification{
		Calls: 100, Repeats: 40, Suppressed: 12, Within: 10 * time.Second,
		Causes: []supervision.Repeats{{Class: "timeout", Count: 38}, {Class: "reset", Count: 2}},
	}
	const want = "amplification 1.4 within 10s: 40 repetitions for 100 calls, 38 after timeout, 2 after reset; 12 suppressed by the budget"
	if got := a.String(); got != want {
		t.Errorf("%s\n%s", got, want)
	}
}

func TestWeightsReportEveryProblemAtOnce(t *testing.T) {
	b := supervision.Budget{MinPerSecond: 1, Window: time.Second, Weights: map[fuseboard.Class]float64{
		"Bad": 1, "zero": 0, "below": 0.01, "above": 11, "nan": math.NaN(), "negative": -1, "heavy": 5, "fine": 1,
	}}
	wantProblems(t, b.Validate(),
		"weights.Bad class-name", "weights.above out-of-range", "weights.below out-of-range", "weights.heavy weight-above-floor warning",
		"weights.nan out-of-range", "weights.negative negative", "weights.zero out-of-range")
	if !(supervision.Budget{Weights: map[fuseboard.Class]float64{"timeout": 2}}).On() || (supervision.Budget{Weights: map[fuseboard.Class]float64{}}).On() {
		t.Error("On does not mean: any field is set")
	}
}

func TestAnAccountKeepsToTheRangesOfWeightsThatNobodyValidated(t *testing.T) {
	for weight, want := range map[float64]int{math.NaN(): 100, -1: 100, 0: 100, math.Inf(1): 1, 10: 1} {
		account := supervision.NewSpending(supervision.Budget{MinPerSecond: 10, Window: time.Second, Weights: map[fuseboard.Class]float64{"timeout": weight}})
		granted := 0
		for account.WithdrawFor(0, "timeout") {
			granted++
		}
		if granted != want {
			t.Errorf("weight %v: %d granted, want %d", weight, granted, want)
		}
	}
}
