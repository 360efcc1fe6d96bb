// SPDX-License-Identifier: Apache-2.0

package bubble

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
)

// What a parent says to a child and is told by it: JSON values, one a line.
type (
	order struct {
		Do  string          `json:"do"`
		Job json.RawMessage `json:"job,omitempty"`
	}
	answer struct {
		Kind   string          `json:"kind"`
		Line   json.RawMessage `json:"line,omitempty"`
		Reason Reason          `json:"reason,omitempty"`
		Text   string          `json:"text,omitempty"`
	}
)

const (
	doJob    = "job"
	doStacks = "stacks" // tell the stacks of all goroutines and end

	isReady   = "ready"
	isRefused = "refused" // instead of ready
	isSaid    = "said"
	isDone    = "done"
	isStacks  = "stacks"
)

var stacksOrder = []byte(`{"do":"` + doStacks + `"}` + "\n")

const exitUnusable = 70 // EX_SOFTWARE of sysexits.h

// Work does one job in a child. say tells the parent any value that has a JSON form; it may be
// called in a bubble and by any goroutine, as long as the work has not returned; after that it does nothing. A value
// without a JSON form (a NaN, a channel) makes the job fail. An error fails the job, and ends
// the child after it, so that nothing that hangs in it disturbs the next one.
type Work func(job json.RawMessage, say func(any)) error

// Serve does the jobs of a [Crew] if this process is a child that one started, and
// ends the process when its parent needs it no more or has died. Otherwise it returns at once. Call it
// first in main, and in TestMain where tests use a Crew: whatever comes before is done in each child too.
//
// In a child os.Stdin is empty, what is printed is kept for the error, and an interrupt from the terminal
// is left to the parent.
func Serve(works map[string]Work) {
	name, child := os.LookupEnv(childEnv)
	if !child {
		return
	}
	d := &desk{out: answers(), orders: os.Stdin}
	signal.Ignore(os.Interrupt)
	if null, err := os.Open(os.DevNull); err == nil {
		os.Stdin = null
	}
	work, known := works[name]
	if !known {
		names := strings.Join(slices.Sorted(maps.Keys(works)), ", ")
		d.tell(answer{Kind: isRefused, Text: fmt.Sprintf("Crew.Work %q is unknown: Serve was given %s", name, names)})
		os.Exit(exitUnusable)
	}
	os.Exit(d.serve(work))
}

// desk is where a child takes orders and answers them.
type desk struct {
	orders io.Reader
	mu     sync.Mutex // held while a line is written
	out    io.Writer
}

func (d *desk) serve(work Work) int {
	jobs := make(chan json.RawMessage, 1) // there is never more than one
	go d.take(jobs)
	d.tell(answer{Kind: isReady})
	for job := range jobs {
		end := d.do(work, job)
		d.tell(end)
		if end.Reason != "" {
			break
		}
	}
	return 0
}

// take reads orders. It runs outside of all bubbles, so it also ends what is stuck in one.
func (d *desk) take(jobs chan<- json.RawMessage) {
	for dec := json.NewDecoder(d.orders); ; {
		var o order
		switch err := dec.Decode(&o); {
		case err != nil: // the parent has closed it, or died
			os.Exit(0)
		case o.Do == doStacks:
			d.confess()
		default:
			jobs <- o.Job
		}
	}
}

// confess tells the stacks of the goroutines in bubbles, and ends the process. Looking at
// them stops even a goroutine that spins.
func (d *desk) confess() {
	dump := stacks()
	text := shorten(dump, inAnyBubble)
	if text == "" {
		text = "no bubble was running:\n\n" + shorten(dump, func(string) bool { return true })
	}
	d.tell(answer{Kind: isStacks, Text: text})
	os.Exit(exitUnusable)
}

// tell writes one answer. Who can't be told has died.
func (d *desk) tell(a answer) {
	line, err := json.Marshal(a)
	if err != nil {
		line = []byte(`{}`) // answers have a JSON form
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, err := d.out.Write(append(line, '\n')); err != nil {
		fmt.Fprintf(os.Stderr, "bubble: %s is set, and no Crew listens: %v; unset it\n", childEnv, err)
		os.Exit(exitUnusable)
	}
}

// do runs one job and returns the answer to it.
func (d *desk) do(work Work, job json.RawMessage) answer {
	t := &talk{desk: d}
	err := error(&PanicError{Value: errGoexit}) // what is true if the work does not come back
	ended := make(chan struct{})
	go func() { // of its own, since the work may end it; what it panics with ends the process
		defer close(ended)
		err = work(job, t.say)
	}()
	<-ended
	return outcome(errors.Join(err, t.close()))
}

func outcome(err error) answer {
	if err == nil {
		return answer{Kind: isDone}
	}
	a := answer{Kind: isDone, Reason: Failed, Text: err.Error()}
	if fault, found := errors.AsType[*PanicError](err); found {
		a.Reason, a.Text = Panicked, a.Text+"\n\n"+string(fault.Stack)
	}
	a.Text = clip(strings.TrimSpace(strings.TrimPrefix(a.Text, "bubble: ")))
	return a
}

// talk is what one job says.
type talk struct {
	desk *desk
	mu   sync.Mutex
	over bool
	err  error // of the first value without a JSON form
}

func (t *talk) say(v any) {
	line, err := json.Marshal(v)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.over, t.err != nil:
	case err != nil:
		t.err = fmt.Errorf("bubble: the work said what has no JSON form: %w", err)
	default:
		t.desk.tell(answer{Kind: isSaid, Line: line})
	}
}

func (t *talk) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	return t.err
}
