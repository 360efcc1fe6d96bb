// SPDX-License-Identifier: Apache-2.0

package bubble_test

import (
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/internal/bubble"
)

func TestAnHourPassesAtOnce(t *testing.T) {
	began := bubble.Wall()
	var begin, end time.Time
	err := bubble.Run(func() {
		begin = time.Now()
		time.Sleep(time.Hour)
		end = time.Now()
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC); !begin.Equal(want) {
		t.Errorf("it begins at %v, want %v", begin, want)
	}
	if passed := end.Sub(begin); passed != time.Hour {
		t.Errorf("%v passed, want 1h", passed)
	}
	if took := bubble.Wall() - began; took > time.Minute {
		t.Errorf("it took %v of real time", took)
	}
}

func TestWallGoesOnInABubble(t *testing.T) {
	var first, last time.Duration
	var virtual time.Duration
	err := bubble.Run(func() {
		begin := time.Now()
		for first = bubble.Wall(); last < first+time.Millisecond; {
			at := bubble.Wall()
			if at < last {
				t.Errorf("%v after %v", at, last)
				return
			}
			last = at
		}
		virtual = time.Since(begin)
	})
	if err != nil || virtual != 0 {
		t.Errorf("while a millisecond passed on the wall, %v passed in the bubble (%v)", virtual, err)
	}
}

func TestWallAgreesWithTheStandardClock(t *testing.T) {
	const slack = time.Millisecond // of clocks that are not the same one
	outer, begin, first := bubble.Wall(), time.Now(), bubble.Wall()
	for time.Since(begin) < 20*time.Millisecond {
		runtime.Gosched()
	}
	inner, std := bubble.Wall()-first, time.Since(begin)
	if all := bubble.Wall() - outer; inner > std+slack || all < std-slack {
		t.Errorf("%v to %v on the wall while %v passed", inner, all, std)
	}
}

func TestRunWaitsForAllGoroutines(t *testing.T) {
	var mu sync.Mutex
	var ended []string
	note := func(s string) { mu.Lock(); ended = append(ended, s); mu.Unlock() }
	err := bubble.Run(func() {
		go func() { time.Sleep(time.Second); note("second") }()
		go func() { time.Sleep(50 * time.Second); note("fifty") }()
		note("f")
	})
	if got := strings.Join(ended, " "); err != nil || got != "f second fifty" {
		t.Errorf("ended: %s, %v", got, err)
	}
}

func TestAPanicIsAnErrorWithItsStack(t *testing.T) {
	err := bubble.Run(func() { panic(io.ErrUnexpectedEOF) })
	fault, ok := errors.AsType[*bubble.PanicError](err)
	if !ok || fault.Value != io.ErrUnexpectedEOF || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatalf("got %v", err)
	}
	if !strings.Contains(string(fault.Stack), "TestAPanicIsAnErrorWithItsStack") {
		t.Errorf("the stack does not show where:\n%s", fault.Stack)
	}
	err = bubble.Run(func() { go forever(make(chan int)); panic("first cause") })
	if fault, ok := errors.AsType[*bubble.PanicError](err); !ok || fault.Value != "first cause" {
		t.Errorf("what a panic leaves behind hides it: %v", err)
	}
	worksAgain(t)
}

func TestAGoroutineThatIsEndedIsAnError(t *testing.T) {
	err := bubble.Run(func() { runtime.Goexit() })
	if _, ok := errors.AsType[*bubble.PanicError](err); !ok || !strings.Contains(err.Error(), "runtime.Goexit") {
		t.Errorf("got %v", err)
	}
	err = bubble.Run(func() { new(testing.T).FailNow() })
	if _, ok := errors.AsType[*bubble.PanicError](err); !ok {
		t.Errorf("FailNow of some T: got %v", err)
	}
	worksAgain(t)
}

func TestADeadlockIsAnErrorThatShowsWhoWaits(t *testing.T) {
	err := bubble.Run(func() {
		c := make(chan int)
		for range 3 {
			go forever(c)
		}
		forever(c)
	})
	stuck, ok := errors.AsType[*bubble.StuckError](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"all goroutines in bubble are blocked", "nobody of them can go on", "bubble_test.forever(...)", "3 goroutines like this one"} {
		if !strings.Contains(stuck.Text, want) {
			t.Errorf("the error does not say %q:\n%s", want, stuck.Text)
		}
	}
	for _, noise := range []string{"synctest.Run", "tRunner", "TestMain"} {
		if strings.Contains(stuck.Text, noise+"(") {
			t.Errorf("the error shows %s:\n%s", noise, stuck.Text)
		}
	}
	worksAgain(t)
}

func TestGoroutinesThatNeverEndAreAnError(t *testing.T) {
	err := bubble.Run(func() { go forever(make(chan int)) })
	stuck, ok := errors.AsType[*bubble.StuckError](err)
	if !ok || !strings.Contains(stuck.Text, "close what it starts") || !strings.Contains(stuck.Text, "bubble_test.forever(...)") {
		t.Errorf("got %v", err)
	}
	worksAgain(t)
}

func TestABubbleInABubbleIsAnError(t *testing.T) {
	var inner, unsupported error
	var passed time.Duration
	err := bubble.Run(func() {
		inner = bubble.Run(func() {})
		unsupported = bubble.Supported()
		begin := time.Now()
		time.Sleep(time.Hour)
		passed = time.Since(begin)
	})
	if err != nil || passed != time.Hour {
		t.Errorf("the outer one is disturbed: %v, %v", passed, err)
	}
	for _, err := range []error{inner, unsupported} {
		if err == nil || !strings.Contains(err.Error(), "within a bubble") {
			t.Errorf("got %v", err)
		}
	}
}

func TestBubblesRunSideBySide(t *testing.T) {
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			stuck := bubble.Run(func() { forever(make(chan int)) })
			text := stuck.Error()
			if n := strings.Count(text, "forever(...)"); n != 1 || strings.Contains(text, "like this one") {
				t.Errorf("the error shows goroutines of other bubbles:\n%s", text)
			}
		})
	}
	all.Wait()
}

func TestThisGoIsSupported(t *testing.T) {
	if err := bubble.Supported(); err != nil {
		t.Error(err)
	}
}

func worksAgain(t *testing.T) {
	t.Helper()
	passed := false
	if err := bubble.Run(func() { time.Sleep(time.Hour); passed = true }); err != nil || !passed {
		t.Errorf("the next bubble does not work: %v", err)
	}
}

// The command ships bubbles: whoever builds with another Go learns here that they don't work.
func TestABuiltBinaryRunsBubblesAndHasNoFlagsOfTests(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "virtual.exe")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "./testdata/virtual").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), bin).CombinedOutput()
	if want := "1h0m0s <nil>\n\"01:00:00\"\n\"01:00:00\"\n0 <nil>\n"; err != nil || string(out) != want {
		t.Errorf("it ended with %v and printed\n%swant\n%s", err, out, want)
	}
	cmd := exec.CommandContext(t.Context(), bin)
	cmd.Env = append(cmd.Environ(), "GODEBUG=asynctimerchan=1")
	out, err = cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 70 || !strings.Contains(string(out), "asynctimerchan") || !strings.Contains(string(out), runtime.Version()) {
		t.Errorf("where there is no virtual time: %v\n%s", err, out)
	}
}
