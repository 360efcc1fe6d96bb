// SPDX-License-Identifier: Apache-2.0

package bubble

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// linger is how long virtual time goes on after f has returned: goroutines that only
// wait for a timer come to their end in it.
const linger = time.Minute

// Run runs f in a bubble of virtual time and returns when f and all goroutines that it
// started have ended. In the bubble it is midnight UTC of 2000-01-01, and time moves on
// as soon as every goroutine of the bubble waits for a channel of the bubble, a timer,
// a sync.Cond or a sync.WaitGroup. After f has returned time goes on for one more
// minute, so that timers which are due come to their end.
//
// The error is a [*PanicError] where f panicked or ended its goroutine, and a [*StuckError] where all goroutines
// waited for each other, or some were left that never end. Such goroutines stay in
// memory as long as the process; the next Run is not disturbed by them.
//
// Nothing can be done here about a panic in a goroutine that f started, nor about a goroutine that
// waits outside the bubble: the first ends the process, the second lets Run wait for ever.
// A [Crew] can. Built with -race, a data race in the bubble ends the process too, after its report.
//
// Bubbles may run side by side, not within each other: that is an error.
func Run(f func()) (err error) {
	var fault *PanicError
	var id string
	defer func() {
		if v := recover(); v != nil {
			err = collapsed(v, id)
		}
		if fault != nil { // whatever was left is left because of it
			err = fault
		}
	}()
	synctest.Test(new(testing.T), func(*testing.T) { // a zero T: t.Fatal and t.Log of it crash, so f doesn't get it
		id = bubbleOf()
		ended := make(chan struct{})
		go func() { // of its own, since f may end it: the T's own ends the process then
			defer close(ended)
			how := &PanicError{Value: errGoexit} // what is true if f does not come back
			defer func() { fault = how }()
			how = guarded(f)
		}()
		<-ended
		if fault == nil {
			time.Sleep(linger)
		}
	})
	return nil
}

// guarded runs f and returns how it panicked.
func guarded(f func()) (fault *PanicError) {
	defer func() {
		if v := recover(); v != nil {
			fault = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	f()
	return nil
}

// collapsed turns what synctest panics with into an error.
func collapsed(v any, id string) error {
	text := fmt.Sprint(v)
	switch {
	case strings.Contains(text, "blocked goroutines remain"):
		text += "\nwhat was run has returned, but goroutines that it started never end:" +
			" close what it starts before it returns"
	case strings.Contains(text, "deadlock"):
		text += "\nnobody of them can go on, however much time passes:" +
			" look for a channel that nobody sends to or closes"
	case strings.Contains(text, "within a synctest bubble"):
		return errors.New("bubble: a bubble can't be run within a bubble: call Run from a goroutine outside")
	default:
		return fmt.Errorf("bubble: testing/synctest of %s runs no bubble: %s", runtime.Version(), text)
	}
	return &StuckError{Text: text + "\n\n" + shorten(stacks(), func(header string) bool { return inBubble(header, id) })}
}

var errGoexit = errors.New("runtime.Goexit: it ended its goroutine, as t.Fatal and t.FailNow do; return an error instead")

// PanicError says that the function given to [Run] panicked, or ended its goroutine.
type PanicError struct {
	// Value is what it panicked with.
	Value any
	// Stack is the stack of the panic, as debug.Stack writes it; empty where the goroutine was ended.
	Stack []byte
}

// Error names the value. The stack is left to Stack.
func (e *PanicError) Error() string { return fmt.Sprintf("bubble: panicked: %v", e.Value) }

// Unwrap returns the value where it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// StuckError says that goroutines of a bubble wait and nothing will ever wake them.
type StuckError struct {
	// Text is what happened, what to do, and, after an empty line, where the goroutines wait.
	Text string
}

// Error returns the text, which has several lines.
func (e *StuckError) Error() string { return "bubble: " + e.Text }
