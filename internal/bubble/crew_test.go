// SPDX-License-Identifier: Apache-2.0

package bubble_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fuseboard/fuseboard/internal/bubble"
)

// ears keep what was heard, by job.
type ears map[int][]string

func (e ears) hear(job int, line json.RawMessage) { e[job] = append(e[job], string(line)) }

// crew runs deeds and returns what was heard and what failed, by job.
func crew(t *testing.T, c bubble.Crew, deeds ...string) (ears, map[int]*bubble.ChildError) {
	t.Helper()
	heard := ears{}
	c.Work, c.Hear = "deed", heard.hear
	list, err := c.Run(t.Context(), jobs(deeds...))
	if err != nil {
		t.Fatal(err)
	}
	failed := map[int]*bubble.ChildError{}
	for _, f := range list {
		if failed[f.Job] != nil {
			t.Errorf("job %d failed twice", f.Job)
		}
		failed[f.Job] = f
	}
	if !slices.IsSortedFunc(list, func(a, b *bubble.ChildError) int { return a.Job - b.Job }) {
		t.Error("the errors are not in the order of the jobs")
	}
	return heard, failed
}

// says fails unless the job failed for the reason and its text holds all words.
func says(t *testing.T, f *bubble.ChildError, reason bubble.Reason, words ...string) {
	t.Helper()
	if f == nil {
		t.Errorf("nothing failed, want it to be %s", reason)
		return
	}
	if f.Reason != reason {
		t.Errorf("the reason is %s, want %s", f.Reason, reason)
	}
	for _, w := range words {
		if !strings.Contains(f.Error(), w) {
			t.Errorf("the error does not say %q:\n%v", w, f)
		}
	}
}

func TestEachOfManyJobsIsAnsweredOnce(t *testing.T) {
	var deeds []string
	for i := range 100 {
		deeds = append(deeds, fmt.Sprint("say ", i))
	}
	heard, failed := crew(t, bubble.Crew{Children: 2}, deeds...)
	if len(failed) > 0 || len(heard) != 100 {
		t.Errorf("%d failed, %d were heard", len(failed), len(heard))
	}
	for i, lines := range heard {
		if want := fmt.Sprintf("%q", fmt.Sprint(i)); len(lines) != 1 || lines[0] != want {
			t.Errorf("job %d said %s, want %s once", i, lines, want)
		}
	}
}

func TestAChildDoesOneJobAfterTheOther(t *testing.T) {
	heard, failed := crew(t, bubble.Crew{Children: 1}, "pid", "pid", "fail why", "pid", "pid")
	says(t, failed[2], bubble.Failed, "why")
	if heard[0][0] != heard[1][0] || heard[3][0] != heard[4][0] {
		t.Errorf("children were changed without a failure: %v", heard)
	}
	if heard[0][0] == heard[3][0] {
		t.Errorf("a child went on after a failure: %v", heard)
	}
}

func TestChildrenHaveOneProcessor(t *testing.T) {
	heard, _ := crew(t, bubble.Crew{Children: 1}, "procs")
	if heard[0][0] != "1" {
		t.Errorf("GOMAXPROCS is %s, want 1", heard[0][0])
	}
}

func TestSayWorksInABubble(t *testing.T) {
	heard, failed := crew(t, bubble.Crew{Children: 1}, "hours")
	if got := strings.Join(heard[0], " "); got != "0 1 2" || len(failed) > 0 {
		t.Errorf("heard %s, failed %v", got, failed)
	}
}

func TestAFailureCostsOneJob(t *testing.T) {
	for _, tc := range []struct {
		deed   string
		reason bubble.Reason
		words  []string
	}{
		{"foreign", bubble.Panicked, []string{"job 1 panicked", "panic: in a goroutine", "bubble_test.foreignPanic()"}},
		{"panic", bubble.Panicked, []string{"panicked: in f", "bubble_test.init"}},
		{"goexit", bubble.Panicked, []string{"runtime.Goexit"}},
		{"deadend", bubble.Failed, []string{"all goroutines in bubble are blocked", "bubble_test.forever(...)"}},
		{"exit", bubble.Ended, []string{"exit status 3", "last words"}},
		{"nan", bubble.Failed, []string{"no JSON form", "chan int"}},
	} {
		t.Run(tc.deed, func(t *testing.T) {
			heard, failed := crew(t, bubble.Crew{Children: 1}, "say before", tc.deed, "say after")
			if len(failed) != 1 {
				t.Errorf("%d jobs failed, want one", len(failed))
			}
			says(t, failed[1], tc.reason, tc.words...)
			if len(heard[0]) != 1 || len(heard[1]) != 0 || len(heard[2]) != 1 {
				t.Errorf("heard %v", heard)
			}
		})
	}
}

func TestAChildThatHangsIsKilledAndShowsWhere(t *testing.T) {
	const plain = "virtual time stood still for 1s of real time: something waits outside the bubble (a socket, a lock) or spins"
	for deed, where := range map[string]string{"spin": "bubble_test.spinning(", "socket": "bubble_test.listening("} {
		t.Run(deed, func(t *testing.T) {
			t.Parallel()
			heard, failed := crew(t, bubble.Crew{Children: 1, Silence: time.Second}, deed, "say after")
			says(t, failed[0], bubble.Silent, plain, where)
			if failed[0] != nil {
				shown := failed[0].Text
				if at := strings.Index(shown, "(durable)"); at >= 0 && at < strings.Index(shown, where) {
					t.Errorf("who lets time pass is shown before who does not:\n%s", shown)
				}
				if strings.Contains(shown, "TestMain") || strings.Contains(shown, "tRunner") {
					t.Errorf("goroutines outside are shown:\n%s", shown)
				}
			}
			if len(heard[1]) != 1 {
				t.Errorf("the next job said %v", heard[1])
			}
		})
	}
}

func TestAChildThatAnswersNothingAtAllIsKilledToo(t *testing.T) {
	t.Setenv("GODEBUG", "asyncpreemptoff=1") // so what spins can't be stopped to look at it
	heard, failed := crew(t, bubble.Crew{Children: 1, Silence: time.Second}, "spin", "say after")
	says(t, failed[0], bubble.Silent, "virtual time stood still for 1s")
	if len(heard[1]) != 1 {
		t.Errorf("the next job said %v", heard[1])
	}
}

func TestStrayPrintsDoNoHarm(t *testing.T) {
	heard, failed := crew(t, bubble.Crew{Children: 1}, "prints", "say after")
	if len(failed) > 0 || len(heard[0]) != 1 || len(heard[1]) != 1 {
		t.Errorf("heard %v, failed %v", heard, failed)
	}
}

func TestWhatIsSaidAfterTheJobIsDropped(t *testing.T) {
	heard, failed := crew(t, bubble.Crew{Children: 1}, "late", "say after", "say more")
	if len(failed) > 0 || len(heard[1]) != 1 || len(heard[2]) != 1 {
		t.Errorf("heard %v, failed %v", heard, failed)
	}
}

func TestHearIsCalledFromOneGoroutineAtATime(t *testing.T) {
	var within atomic.Int32
	c := bubble.Crew{Work: "deed", Children: 2, Hear: func(int, json.RawMessage) {
		if within.Add(1) != 1 {
			t.Error("Hear is called while it runs")
		}
		runtime.Gosched()
		within.Add(-1)
	}}
	if failed, err := c.Run(t.Context(), jobs(slices.Repeat([]string{"hours"}, 20)...)); err != nil || len(failed) > 0 {
		t.Error(failed, err)
	}
}

func TestTheEndOfTheContextKillsAllChildren(t *testing.T) {
	l, address := listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	type result struct {
		failed []*bubble.ChildError
		err    error
	}
	results := make(chan result, 1)
	go func() {
		failed, err := bubble.Crew{Work: "deed", Children: 2}.Run(ctx, jobs("call "+address, "call "+address, "say never"))
		results <- result{failed, err}
	}()
	calls := []net.Conn{accept(t, l), accept(t, l)}
	cancel()
	if r := <-results; !errors.Is(r.err, context.Canceled) || len(r.failed) > 0 {
		t.Errorf("got %v, %v", r.failed, r.err)
	}
	for _, c := range calls {
		hungUp(t, c)
	}
}

func TestTheDeathOfTheParentEndsItsChildren(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	l, address := listen(t)
	parent := exec.CommandContext(t.Context(), exe)
	parent.Env = append(os.Environ(), asParent+"="+address)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	child := accept(t, l)
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	hungUp(t, child)
}

func TestWhatMakesNoSenseIsToldAtOnceAndStartsNothing(t *testing.T) {
	_, err := bubble.Crew{Children: -1, Silence: -1}.Run(t.Context(), []json.RawMessage{[]byte(`1`), []byte(`{`)})
	for _, want := range []string{"Crew.Work is empty", "Crew.Children is -1", "Crew.Silence is -1ns", "job 1 is no JSON"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
	failed, err := bubble.Crew{Work: "dead"}.Run(t.Context(), jobs("say x", "say y"))
	if err == nil || !strings.Contains(err.Error(), `Crew.Work "dead" is unknown: Serve was given deed`) || len(failed) > 0 {
		t.Errorf("an unknown work: %v, %v", failed, err)
	}
	if failed, err := (bubble.Crew{Work: "deed"}).Run(t.Context(), nil); err != nil || len(failed) > 0 {
		t.Errorf("no jobs: %v, %v", failed, err)
	}
	t.Setenv("FUSEBOARD_BUBBLE_CHILD", "deed")
	if _, err := (bubble.Crew{Work: "deed"}).Run(t.Context(), jobs("say x")); err == nil || !strings.Contains(err.Error(), "call bubble.Serve first") {
		t.Errorf("a child that does not serve: %v", err)
	}
}

func TestACrewLeavesNothingBehind(t *testing.T) {
	before := goleak.IgnoreCurrent()
	crew(t, bubble.Crew{Children: 2}, "say x", "foreign", "exit", "say y")
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}

func listen(t *testing.T) (net.Listener, string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l, l.Addr().String()
}

func accept(t *testing.T, l net.Listener) net.Conn {
	t.Helper()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// hungUp waits until the other side of a connection has died.
func hungUp(t *testing.T, c net.Conn) {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(c).ReadByte(); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the child still runs")
	}
}
