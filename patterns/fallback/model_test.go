// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// naive is the answer as the documentation has it: results by step, and how it ended.
type naive struct {
	results []Result
	resp    string
	left    bool // the caller gets the bare cause
}

func (w world) naive() (n naive) {
	if w.fault.Class == fuseboard.ClassCancelled || w.caller == "left" {
		return naive{left: true}
	}
	over, meant := w.caller == "late", false
	for _, s := range w.policy.WithDefaults().Steps {
		r, resp, waited := w.naiveStep(s, over)
		n.results = append(n.results, r)
		meant = meant || r != NotFor
		if r == Answered {
			n.resp = resp
			return n
		}
		if waited && w.caller == "leaves soon" {
			n.left = true
			return n
		}
		over = over || waited && w.caller == "soon late"
	}
	n.left = !meant
	return n
}

func (w world) naiveStep(s Step, over bool) (r Result, resp string, waited bool) {
	switch {
	case !naiveMatch(s.On, w.fault):
		return NotFor, "", false
	case s.Use == Value:
		return Answered, "static", false
	case slices.Contains(w.missing, s.Use):
		return NoSource, "", false
	case s.Use == LastGood:
		return map[string]Result{"none": NothingKept, "old": NothingKept, "young": Answered, "panics": Failed}[w.kept], "young", false
	case over:
		return NoTime, "", false
	case s.Guard == "self":
		return Circle, "", false
	case w.busy >= w.policy.WithDefaults().Concurrency:
		return Full, "", false
	}
	what := w.computes
	if s.Use == Guard {
		what = w.guards[s.Guard]
	}
	switch what {
	case "answers":
		return Answered, what, false
	case "answers late":
		return Answered, what, true
	case "declines", "wraps":
		return Declined, "", false
	case "hangs":
		if w.caller != "waits" {
			return NoTime, "", true
		}
		return TimedOut, "", true
	}
	return Failed, "", false
}

func naiveMatch(on []fuseboard.Class, f Fault) bool {
	if len(on) == 0 {
		return true
	}
	for _, class := range on {
		switch {
		case class == Refusal && f.Refused != "", class == Failure && f.Refused == "":
			return true
		case class == f.Class && f.Class != "", class == fuseboard.Class(f.Refused):
			return true
		case class == "error" && f.Class == "" && f.Refused == "":
			return true
		}
	}
	return false
}

func TestChainAgreesWithTheNaiveModel(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := drawWorld(r)
		var err error
		synctest.Test(t, func(t *testing.T) { err = w.compare(t) })
		if err != nil {
			r.Fatal(err)
		}
	})
}

func (w world) compare(t *testing.T) error {
	busy := &Slots{}
	busy.running.Store(int64(w.busy))
	c, err := New(w.policy, w.sources(busy))
	if err != nil {
		return err
	}
	ctx, want := w.context(t), w.naive()
	began := time.Now()
	resp, given, err := c.Answer(ctx, 1, w.fault)
	if took, most := time.Since(began), time.Duration(len(w.policy.Steps)+1)*w.policy.Timeout; took > most {
		return fmt.Errorf("it took %v", took)
	}
	if busy.Running() != w.busy {
		return fmt.Errorf("%d slots are held, of which others hold %d", busy.Running(), w.busy)
	}
	if n := len(want.results); n > 0 && want.results[n-1] == Answered {
		if err != nil || resp != want.resp || given.Step != n || given.Use != w.policy.WithDefaults().Steps[n-1].Use {
			return fmt.Errorf("got %q, %+v, %w; want %q by step %d", resp, given, err, want.resp, n)
		}
	} else if wrong := want.compare(resp, given, err); wrong != nil {
		return wrong
	}
	return want.compareCounts(c.View())
}

// compare judges an answer that is none.
func (n naive) compare(resp string, given Given, err error) error {
	missed, told := errors.AsType[*Error](err)
	switch {
	case resp != "" || given != (Given{}) || !errors.Is(err, errCall) || errors.Is(err, errMade):
		return fmt.Errorf("got %q, %+v, %w", resp, given, err)
	case told == n.left:
		return fmt.Errorf("told of the steps: %v, with %w", told, err)
	case !told:
		return nil
	case len(missed.Steps) != len(n.results):
		return fmt.Errorf("want %v, got %w", n.results, err)
	}
	for i, s := range missed.Steps {
		ran := s.Result == Failed || s.Result == TimedOut || s.Result == Declined
		if s.Result != n.results[i] || s.Step != i+1 || (s.Err != nil) != ran && s.Result != NoTime {
			return fmt.Errorf("want %v, got %w", n.results, err)
		}
		if text := s.Error(); strings.Contains(text, "%!") || strings.Contains(text, "nil") {
			return fmt.Errorf("step %d tells %q", i+1, text)
		}
	}
	return nil
}

func (n naive) compareCounts(v View) error {
	for i, s := range v.Steps {
		for result := range Results {
			want := uint64(0)
			if i < len(n.results) && n.results[i] == Result(result) {
				want = 1
			}
			if got := s.Count(Result(result)); got != want {
				return fmt.Errorf("step %d: %s %d times, want %d", i+1, Result(result), got, want)
			}
		}
	}
	return nil
}
