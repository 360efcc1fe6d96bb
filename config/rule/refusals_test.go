// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// refusals are bad conditions, each with "column+length code fix" of what is wrong.
var refusals = []struct{ text, want string }{
	{"", "1+1 empty-condition write one, for example: cpu > 85% for 10s"},
	{" \n\t", "1+1 empty-condition write one, for example: cpu > 85% for 10s"},
	// Units.
	{"cpu > 85", "7+2 unit write cpu > 85%"},
	{"cpu > 0.85", "7+4 unit write cpu > 85%"},
	{"cpu > 85 %", "7+4 unit write 85%"},
	{"amplification > 150%", "17+4 unit write amplification > 1.5"},
	{"run_queue > 20", "13+2 unit write run_queue > 20ms"},
	{"run_queue > 20 ms", "13+5 unit write 20ms"},
	{"cpu > 85% for 10", "15+2 unit write 10s"},
	{"cpu > 85% for 10 s", "15+4 unit write 10s"},
	{"cpu > 85% for 10 seconds", "15+10 unit write 10s"},
	{"cpu > 85% for 10sec", "15+5 unit write 10s"},
	{"cpu > 85% for 2hours", "15+6 unit write 2h"},
	{"cpu > 85% for ever", "15+4 unit write 10s"},
	// Values and ranges.
	{"cpu > 850%", "7+4 out-of-range "},
	{"cpu > -5%", "7+3 out-of-range "},
	{"amplification > 0.5", "17+3 out-of-range "},
	{"latency_p99 > 20h", "15+3 out-of-range "},
	{"cpu > NaN%", "7+4 value write cpu > 85%"},
	{"cpu > 85%%", "7+4 value write cpu > 85%"},
	{"cpu > high", "7+4 value write cpu > 85%"},
	{"amplification > Inf", "17+3 value write amplification > 1.5"},
	{"latency_p99 > 1e3ms", "15+5 value write latency_p99 > 800ms"},
	{"cpu > 85% for 48h", "15+3 out-of-range leave the for out to act at once"},
	{"cpu > 85% for 1ms", "15+3 out-of-range leave the for out to act at once"},
	{"cpu > 85% for -1s", "15+3 out-of-range leave the for out to act at once"},
	{"cpu >", "6+1 value write cpu > 85% for 10s"},
	{"cpu > and memory > 90%", "7+3 value write cpu > 85% for 10s"},
	{"cpu > memory", "7+6 value write cpu > 85% for 10s"},
	{"cpu > memory > 9", "7+6 value write cpu > 85% for 10s|7+6 condition-syntax write \"and\" or \"or\" before it|16+1 unit write memory > 9%"},
	// Constant.
	{"cpu >= 0%", "8+2 constant-condition write > 0%"},
	{"cpu < 0%", "7+2 constant-condition write <= 0%"},
	{"cpu > 100%", "7+4 constant-condition write >= 100%"},
	{"cpu <= 100%", "8+4 constant-condition write < 100%"},
	{"amplification < 1", "17+1 constant-condition write <= 1"},
	{"circuit is closed,open,half-open,ramping", "12+29 constant-condition leave at least one of them out"},
	{"time 22:00-22:00", "6+11 constant-condition leave it out for the whole day"},
	{"time 00:00-24:00", "6+11 constant-condition leave it out for the whole day"},
	{"weekday mon-sun", "9+7 constant-condition leave it out"},
	// Operators.
	{"cpu 85%", "5+3 operator write cpu > 85%"},
	{"cpu = 85%", "5+1 operator write cpu >= 85%"},
	{"cpu ≥ 85%", "5+1 operator write cpu >= 85%"},
	{"cpu => 85%", "5+2 operator write cpu >= 85%"},
	{"cpu is 85%", "5+2 operator write cpu > 85%"},
	{"cpu is high", "5+2 operator write cpu > 85%"},
	{"cpu over 85%", "5+4 operator write cpu > 85% for 10s"},
	{"cpu", "4+1 condition-syntax write cpu > 85% for 10s"},
	{"circuit > open", "9+1 operator write circuit is open"},
	{"circuit == open", "9+2 operator write circuit is open"},
	{"circuit != open", "9+2 operator write circuit is not open"},
	{"circuit open", "9+4 operator write circuit is open"},
	{"circuit", "8+1 condition-syntax write circuit is open"},
	{"time > 22:00", "6+1 operator write time 22:00-06:00"},
	// Words and names.
	{"cpo > 85%", "1+3 unknown-signal did you mean cpu?"},
	{"failureRate > 5%", "1+11 unknown-signal did you mean failure_rate?"},
	{"CPU > 85%", "1+3 unknown-signal did you mean cpu?"},
	{"foo > 3 and cpu > 85", "1+3 unknown-signal |19+2 unit write cpu > 85%"},
	{"circuit is opened", "12+6 value did you mean open?"},
	{"circuit is half_open", "12+9 value did you mean half-open?"},
	{"circuit is not", "15+1 value write circuit is open"},
	{"85% < cpu", "1+3 condition-syntax write cpu > 85%"},
	// Windows.
	{"time", "1+4 value write time 22:00-06:00"},
	{"time 22:00", "6+5 value write time 22:00-06:00"},
	{"time 22:00 - 06:00", "6+5 value write it without spaces: time 22:00-06:00"},
	{"time 25:00-06:00", "6+11 value write time 22:00-06:00"},
	{"time 22:60-06:00", "6+11 value write time 22:00-06:00"},
	{"time 22-6", "6+4 value write time 22:00-06:00"},
	{"22:00-06:00", "1+11 condition-syntax write time 22:00-06:00"},
	{"weekday saturday", "9+8 value days have three small letters: write sat"},
	{"weekday Sat", "9+3 value days have three small letters: write sat"},
	{"weekday", "1+7 value write weekday sat,sun"},
	{"weekday is sat", "9+2 operator write weekday sat"},
	{"sat,sun", "1+7 condition-syntax write weekday sat,sun"},
	{"time 22:00-06:00 Europe/Berln", "18+12 unknown-zone did you mean Europe/Berlin?"},
	{"time 22:00-06:00 europe/berlin", "18+13 unknown-zone did you mean Europe/Berlin?"},
	{"weekday sat Berlin", "13+6 unknown-zone write a name such as Europe/Berlin"},
	{"time 22:00-06:00 Local", "18+5 unknown-zone name the zone, for example Europe/Berlin"},
	{"time 22:00-06:00 ../../etc/passwd", "18+16 unknown-zone write a name such as Europe/Berlin"},
	{"time 22:00-06:00 for 10m", "18+3 condition-syntax leave it out, and write the times that are meant"},
	{"(weekday sat and time 08:00-09:00) for 10m", "36+3 condition-syntax leave it out, and write the times that are meant"},
	// Syntax.
	{"cpu > 85% 10s", "11+3 condition-syntax write for 10s"},
	{"cpu > 85% for", "11+3 condition-syntax write for 10s"},
	{"cpu > 85% for 10s for 20s", "19+3 condition-syntax leave one of them out"},
	{"for 10s", "1+3 condition-syntax write cpu > 85% for 10s"},
	{"cpu > 85% memory > 90%", "11+6 condition-syntax write \"and\" or \"or\" before it"},
	{"cpu > 85% please", "11+6 condition-syntax write \"and\" or \"or\" before it, or leave it out"},
	{"cpu > 85% && memory > 90%", "11+2 condition-syntax write and"},
	{"cpu > 85% || memory > 90%", "11+2 condition-syntax write or"},
	{"cpu > 85%, memory > 90%", "10+1 condition-syntax write and"},
	{"cpu > 85% AND memory > 90%", "11+3 condition-syntax write and"},
	{"! cpu > 85%", "1+1 condition-syntax write not"},
	{"not", "4+1 condition-syntax write one, for example cpu > 85% for 10s"},
	{"cpu > 85% and", "14+1 condition-syntax write one, for example cpu > 85% for 10s"},
	{"and cpu > 85%", "1+3 condition-syntax write one, or leave and out"},
	{"cpu > 85% or or memory > 90%", "14+2 condition-syntax write one, or leave or out"},
	{"(cpu > 85%", "1+1 condition-syntax write ) where it ends"},
	{"cpu > 85%)", "10+1 condition-syntax leave it out, or open it before"},
	{"cpu > 85%) and memory > 9", "10+1 condition-syntax leave it out, or open it before|25+1 unit write memory > 9%"},
	{"()", "2+1 condition-syntax write one, or leave ) out"},
	// Columns are runes.
	{"cpü > 85% and memory > 9", "1+3 unknown-signal |24+1 unit write memory > 9%"},
}

func TestABadConditionSaysWhereAndWhatToWrite(t *testing.T) {
	for _, c := range refusals {
		read, err := Parse(c.text)
		var flaws Flaws
		if !errors.As(err, &flaws) || !read.IsZero() {
			t.Errorf("%q is read as %s, %v", c.text, read, err)
			continue
		}
		var got []string
		for _, f := range flaws {
			got = append(got, fmt.Sprintf("%d+%d %s %s", f.Column, f.Length, f.Code, f.Fix))
			if f.Message == "" || f.Warning || f.Path != "" || f.Fix == "" && f.Accepted == "" {
				t.Errorf("%q: %+v", c.text, f)
			}
		}
		if joined := strings.Join(got, "|"); joined != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.text, joined, c.want)
		}
	}
}

// What a fix says to write can be written: nobody must be sent from one error to the next.
func TestWhatAFixSaysToWriteIsACondition(t *testing.T) {
	for _, c := range refusals {
		_, err := Parse(c.text)
		var flaws Flaws
		errors.As(err, &flaws)
		for _, f := range flaws {
			write, found := strings.CutPrefix(f.Fix, "write ")
			first, _, _ := strings.Cut(write, " ")
			if !found || !isLeaf(first) {
				continue
			}
			if _, err := Parse(write); err != nil {
				t.Errorf("%q: %s: %v", c.text, f.Fix, err)
			}
		}
	}
}

func TestAllFlawsAreReportedInTheOrderOfTheText(t *testing.T) {
	const text = "cpo > 85% and (memory > 90 or circuit is opn for 10) and time 9-17 Europe/Berln and queue > 200%"
	_, err := Parse(text)
	var flaws Flaws
	if !errors.As(err, &flaws) {
		t.Fatal(err)
	}
	var at []string
	for _, f := range flaws {
		at = append(at, text[f.Column-1:f.Column-1+f.Length])
	}
	if want := []string{"cpo", "90", "opn", "10", "9-17", "Europe/Berln", "200%"}; !slices.Equal(at, want) {
		t.Errorf("%q", at)
	}
	if ps := flaws.Problems(); len(ps) != len(flaws) || ps[1].Value != "90" || ps.Under("rules.busy.when")[1].Path != "rules.busy.when" {
		t.Errorf("%v", ps)
	}
	const line = "column 25: 90: has no unit: memory is a share, in percent (accepted: 0% to 100%); write memory > 90% [unit]"
	if lines := strings.Split(err.Error(), "\n"); len(lines) != len(flaws) || lines[1] != line {
		t.Errorf("%s", err)
	}
}

func TestHugeConditionsAreRefusedEarly(t *testing.T) {
	for text, code := range map[string]string{
		strings.Repeat("cpu > 85% and ", 80) + "cpu > 85%":    CodeTooLong,
		strings.Repeat("(", 40) + "cpu > 85%":                 CodeTooLong,
		strings.Repeat("not ", 40) + "cpu > 85%":              CodeTooLong,
		strings.Repeat("gc > 1% or ", broadest) + "cpu > 85%": CodeTooLong,
		strings.Repeat("x", 900):                              CodeUnknownSignal,
		strings.Repeat("ü", 2000):                             CodeTooLong,
		"cpu > " + strings.Repeat("9", 900) + "%":             CodeValue,
		"cpu > 85% for " + strings.Repeat("9", 900) + "h":     CodeUnit,
		"cpu > 85% \x00\xff and memory > 1%":                  CodeSyntax,
		strings.Repeat("or ", 300):                            CodeSyntax,
		strings.Repeat("((cpu > 1%) or ", 4) + "gc > 1":       CodeSyntax,
	} {
		_, err := Parse(text)
		var flaws Flaws
		if !errors.As(err, &flaws) || flaws[0].Code != code || len(flaws) > mostSaid || len(flaws[0].Value) > 100 {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	fits := strings.Repeat("(", deepest) + "cpu > 85%" + strings.Repeat(")", deepest) + strings.Repeat(" or gc > 1%", broadest-1)
	if _, err := Parse(fits); err != nil {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range refusals {
		f.Add(c.text)
	}
	for _, s := range Signals() {
		f.Add("not (" + s.Example + " or time 22:00-06:00 Europe/Berlin) for 1h and weekday fri-mon")
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(text)
		if err != nil {
			var flaws Flaws
			if !errors.As(err, &flaws) || len(flaws) == 0 || !c.IsZero() {
				t.Fatalf("%v", err)
			}
			n := len([]rune(text))
			for _, f := range flaws {
				if f.Column < 1 || f.Length < 1 || f.Column > n+1 {
					t.Fatalf("%+v is outside of %d runes", f, n)
				}
			}
			return
		}
		for _, c := range []Condition{c, c.Opposite(), c.Opposite().Opposite()} {
			back, err := Parse(c.String())
			if err != nil && len(c.String()) > longest {
				return // an opposite may need more parentheses and figures
			}
			if err != nil || back.String() != c.String() {
				t.Fatalf("%q from %q reads back as %q: %v", c, text, back, err)
			}
		}
	})
}
