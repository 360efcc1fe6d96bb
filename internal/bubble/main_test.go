// SPDX-License-Identifier: Apache-2.0

package bubble_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fuseboard/fuseboard/internal/bubble"
)

// asParent makes the test binary a parent that is to be killed: it runs a Crew whose
// child hangs, and calls at the address.
const asParent = "BUBBLE_TEST_PARENT"

func TestMain(m *testing.M) {
	bubble.Serve(map[string]bubble.Work{"deed": deed})
	if address := os.Getenv(asParent); address != "" {
		_, err := bubble.Crew{Work: "deed", Children: 1}.Run(context.Background(), jobs("call "+address))
		fmt.Println("the crew came back:", err)
		os.Exit(1)
	}
	// else each child of a test binary built with -race waits a second before it ends
	if err := os.Setenv("GORACE", strings.TrimSpace(os.Getenv("GORACE")+" atexit_sleep_ms=0")); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m, // goroutines of bubbles that are stuck can't be ended, nor can what holds them
		goleak.IgnoreAnyFunction("github.com/fuseboard/fuseboard/internal/bubble_test.forever"),
		goleak.IgnoreAnyFunction("testing/synctest.testingSynctestTest"),
		goleak.IgnoreAnyFunction("testing.tRunner"))
}

// jobs are deeds.
func jobs(deeds ...string) (jobs []json.RawMessage) {
	for _, d := range deeds {
		job, err := json.Marshal(d)
		if err != nil {
			panic(err)
		}
		jobs = append(jobs, job)
	}
	return jobs
}

// deed does in a child what the job says.
func deed(job json.RawMessage, say func(any)) error {
	var text string
	if err := json.Unmarshal(job, &text); err != nil {
		return err
	}
	verb, object, _ := strings.Cut(text, " ")
	do, known := deeds[verb]
	if !known {
		return errors.New("unknown deed " + verb)
	}
	return do(object, say)
}

var deeds = map[string]func(string, func(any)) error{
	"say":     func(what string, say func(any)) error { say(what); return nil },
	"pid":     func(_ string, say func(any)) error { say(os.Getpid()); return nil },
	"procs":   func(_ string, say func(any)) error { say(runtime.GOMAXPROCS(0)); return nil },
	"fail":    func(why string, _ func(any)) error { return errors.New(why) },
	"exit":    func(string, func(any)) error { fmt.Println("last words"); os.Exit(3); return nil },
	"goexit":  func(string, func(any)) error { runtime.Goexit(); return nil },
	"nan":     func(_ string, say func(any)) error { say(make(chan int)); say("after"); return nil },
	"panic":   func(string, func(any)) error { return bubble.Run(func() { panic("in f") }) },
	"deadend": func(string, func(any)) error { return bubble.Run(func() { forever(make(chan int)) }) },
	"foreign": func(string, func(any)) error {
		return bubble.Run(func() {
			go foreignPanic()
			time.Sleep(time.Second)
		})
	},
	"spin": func(string, func(any)) error {
		return bubble.Run(func() { go time.Sleep(time.Nanosecond); spinning() })
	},
	"socket": func(string, func(any)) error { return bubble.Run(listening) },
	"call":   call,
	"prints": prints,
	"race":   raced,
	"hours": func(_ string, say func(any)) error {
		return bubble.Run(func() {
			for hour := range 3 {
				time.Sleep(time.Hour)
				say(hour)
			}
		})
	},
	"late": func(_ string, say func(any)) error {
		go func() {
			for {
				say("late")
			}
		}()
		return nil
	},
}

// raced counts in two goroutines at once.
func raced(string, func(any)) error {
	n := 0
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() { n++ })
	}
	both.Wait()
	return nil
}

func foreignPanic() { panic("in a goroutine") }

func forever(c chan int) { <-c }

func spinning() {
	for n := 0; ; n++ { //nolint:staticcheck // it is to spin
	}
}

// listening waits for a connection, which is outside the bubble.
func listening() {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	_, err = l.Accept()
	panic(err)
}

// call calls at an address and hangs in a bubble.
func call(address string, say func(any)) error {
	c, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", address)
	if err != nil {
		return err
	}
	say("called")
	return bubble.Run(func() { _, _ = c.Read(make([]byte, 1)) })
}

// prints does what libraries do to standard output.
func prints(_ string, say func(any)) error {
	fmt.Println(`{"kind":"done"}`)
	fmt.Fprintln(os.Stderr, `{"kind":"done","reason":"failed"}`)
	println("builtin")
	fmt.Print("no end of line {")
	if n, err := os.Stdin.Read(make([]byte, 1)); n > 0 || err == nil {
		return errors.New("standard input is not empty")
	}
	say("heard")
	return nil
}
