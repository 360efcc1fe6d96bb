// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"bufio"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// child is a node process from outside.
type child struct {
	spec  spec
	relay *lossy
	cmd   *exec.Cmd
	input io.WriteCloser
	read  sync.WaitGroup
	mu    sync.Mutex
	last  report
}

func (c *child) start(t *testing.T) {
	t.Helper()
	text, err := json.Marshal(c.spec)
	if err != nil {
		t.Fatal(err)
	}
	c.cmd = exec.Command(os.Args[0])
	c.cmd.Env = append(os.Environ(), nodeSpec+"="+string(text))
	c.cmd.Stderr = os.Stderr
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if c.input, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.read.Go(func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var r report
			if json.Unmarshal(lines.Bytes(), &r) == nil {
				c.mu.Lock()
				c.last = r
				c.mu.Unlock()
			}
		}
	})
}

// kill ends it as kill -9 does.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	c.read.Wait()
	_ = c.cmd.Wait()
	c.mu.Lock()
	c.last = report{}
	c.mu.Unlock()
}

// says is its last report, if that is not old.
func (c *child) says() (report, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last, time.Since(c.last.At) < 2*time.Second
}

// crowd is some children.
type crowd []*child

// within waits until all say what is wanted.
func (all crowd) within(t *testing.T, what string, most time.Duration, is func(report) bool) {
	t.Helper()
	before := time.Now()
	for !all.say(is) {
		if time.Since(before) > most {
			for _, c := range all {
				r, fresh := c.says()
				t.Logf("%s: %v %+v", c.spec.Name, fresh, r)
			}
			t.Fatalf("%s: not within %v", what, most)
		}
		<-time.After(50 * time.Millisecond)
	}
	t.Logf("%s after %v", what, time.Since(before).Round(10*time.Millisecond))
}

func (all crowd) say(is func(report) bool) bool {
	return !slices.ContainsFunc(all, func(c *child) bool {
		r, fresh := c.says()
		return !fresh || !is(r)
	})
}

// freeAddr is an address that was free just now, for packets and streams.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return addr
}

func newCrowd(t *testing.T, n int, dependency string) (all crowd) {
	t.Helper()
	s, _ := signer(t)
	keyFile := filepath.Join(t.TempDir(), "ann")
	if err := s.WriteFiles(keyFile, "ann"); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		bind := freeAddr(t)
		relay := newLossy(t, bind, 0.2, uint64(i))
		all = append(all, &child{relay: relay, spec: spec{
			Name: "n" + string(rune('0'+i)), Bind: bind, Advertise: relay.addr, Dir: t.TempDir(), Key: keyFile, Dependency: dependency,
			Seeds: []string{all.first(relay.addr)},
		}})
	}
	for _, c := range all {
		c.start(t)
		t.Cleanup(c.kill)
	}
	return all
}

func (all crowd) first(or string) string {
	if len(all) > 0 {
		return all[0].relay.addr
	}
	return or
}

// hurt kills one and starts it again, and stops another for a while, again and again.
func (all crowd) hurt(t *testing.T, rounds int, draw *rand.Rand) {
	t.Helper()
	for range rounds {
		i := draw.IntN(len(all))
		killed, stopped := all[i], all[(i+1+draw.IntN(len(all)-1))%len(all)]
		killed.kill()
		_ = stopped.cmd.Process.Signal(syscall.SIGSTOP)
		<-time.After(time.Duration(500+draw.IntN(2500)) * time.Millisecond)
		_ = stopped.cmd.Process.Signal(syscall.SIGCONT)
		killed.start(t)
		<-time.After(time.Duration(draw.IntN(2000)) * time.Millisecond)
	}
}

// againWithin bounds how long after the last start all hold again: it runs and has joined (3 s on a busy machine), it may vote after
// a window (10 s), its vote is there with the next exchange (2 s), must stand for 0.4 s and is reported after 0.2 s. What is stopped
// when the last starts runs again before.
const againWithin = 16 * time.Second

// TestRealProcesses runs five processes that are killed and stopped under load, behind relays that lose a fifth of all packets: they
// come to the same verdicts, and nothing is lost that was promised.
func TestRealProcesses(t *testing.T) {
	if os.Getenv("FUSEBOARD_CHAOS") == "" {
		t.Skip("takes a minute of real time; FUSEBOARD_CHAOS=1, or make chaos")
	}
	var down atomic.Bool
	dependency := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer dependency.Close()
	all := newCrowd(t, 5, dependency.URL)
	draw := rand.New(rand.NewPCG(1, 1))
	whole := func(r report) bool { return r.Alive == 5 && !r.Isolated && r.Callers == 5 }
	ordered := func(r report) bool {
		return slices.Equal(r.Orders, []string{"hold-open refunds"}) && r.Durability == "disk"
	}
	all.within(t, "all see all", 30*time.Second, whole)
	if _, err := io.WriteString(all[2].input, "order\n"); err != nil {
		t.Fatal(err)
	}
	all.within(t, "all have the order", 10*time.Second, ordered)
	all.hurt(t, 5, draw)
	all.within(t, "all see all again", 30*time.Second, func(r report) bool { return whole(r) && ordered(r) && r.Phase == "clear" })

	down.Store(true)
	all.within(t, "all hold", 30*time.Second, func(r report) bool { return r.Phase == "hold" })
	all.hurt(t, 3, draw)
	all.within(t, "all hold again", againWithin, func(r report) bool {
		return r.Alive == 5 && !r.Isolated && r.Phase == "hold" && r.Scope == "dependency"
	})
	down.Store(false)
	all.within(t, "all are clear", 2*time.Minute, func(r report) bool { return r.Phase == "clear" && r.Circuit == "closed" })

	for _, c := range all { // all die at one time: the order is on their disks
		c.kill()
	}
	for _, c := range all {
		c.start(t)
	}
	// Some have begun more than three times by now, which outlives them, too: they are members, and no callers.
	all.within(t, "all have the order after all died", 30*time.Second, func(r report) bool { return r.Alive == 5 && !r.Isolated && ordered(r) })
}
