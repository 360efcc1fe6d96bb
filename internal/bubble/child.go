// SPDX-License-Identifier: Apache-2.0

package bubble

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// child is a process that serves, as its parent sees it. It belongs to one goroutine.
type child struct {
	cmd     *exec.Cmd
	orders  *os.File // closed, it ends
	answers *os.File
	heard   chan answer // closed when nothing more will be heard
	gone    chan struct{}
	ended   error // of cmd.Wait; read when gone is closed
	prints  *tail
}

const (
	patience = 5 * time.Second  // for each step of making an unwilling child tell its stacks
	farewell = 30 * time.Second // for a child that was dismissed: a busy machine takes its time
	straggle = time.Second      // for what it has started and left behind, and that holds its output
)

// start starts a child, which the end of ctx kills.
func start(ctx context.Context, exe, work string) (*child, error) {
	theirs, orders, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	answers, out, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, theirs.Close(), orders.Close())
	}
	c := &child{
		cmd: exec.CommandContext(ctx, exe), orders: orders, answers: answers,
		heard: make(chan answer), gone: make(chan struct{}), prints: &tail{},
	}
	// one goroutine's stack of a panic: the tail of its output must hold it
	c.cmd.Env = append(os.Environ(), childEnv+"="+work, "GOMAXPROCS=1", "GOTRACEBACK=single")
	c.cmd.Stdin, c.cmd.Stderr, c.cmd.WaitDelay = theirs, c.prints, straggle
	give(c.cmd, out)
	err = c.cmd.Start()
	err = errors.Join(err, theirs.Close(), out.Close())
	if err != nil {
		return nil, errors.Join(err, orders.Close(), answers.Close())
	}
	go func() {
		defer close(c.gone)
		c.ended = c.cmd.Wait()
	}()
	go c.listen()
	return c, nil
}

func (c *child) listen() {
	defer close(c.heard)
	defer c.answers.Close() //nolint:errcheck // it was only read
	for dec := json.NewDecoder(c.answers); ; {
		var a answer
		if err := dec.Decode(&a); err != nil {
			return
		}
		c.heard <- a
	}
}

// order sends a line. A child that does not take it in time gets no other.
func (c *child) order(line []byte, within time.Duration) error {
	if err := c.orders.SetWriteDeadline(time.Now().Add(within)); err != nil && !errors.Is(err, os.ErrNoDeadline) {
		return err
	}
	_, err := c.orders.Write(line)
	return err
}

// interrogate asks a child that says nothing for its stacks, and ends it.
func (c *child) interrogate() (stacks string) {
	if c.order(stacksOrder, patience) == nil {
		if stacks = c.confession(); stacks != "" {
			return stacks
		}
	}
	if quit(c.cmd.Process) != nil {
		c.kill()
		return ""
	}
	if !c.leaves(patience) {
		return ""
	}
	return shorten(c.prints.String(), inAnyBubble)
}

// confession waits for the stacks.
func (c *child) confession() string {
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		select {
		case a, open := <-c.heard:
			if !open || a.Kind == isStacks {
				return a.Text
			}
		case <-late.C:
			return ""
		}
	}
}

// leaves reports whether the child ends by itself in time, and kills it otherwise.
func (c *child) leaves(within time.Duration) bool {
	late := time.AfterFunc(within, c.kill)
	heard, gone := c.heard, c.gone
	for heard != nil || gone != nil {
		select {
		case _, open := <-heard: // else it would wait to be heard
			if !open {
				heard = nil
			}
		case <-gone:
			gone = nil
			_ = c.answers.SetReadDeadline(time.Now().Add(straggle)) // fails where there is none, or it is closed
		}
	}
	return late.Stop()
}

// dismiss lets the child end, and kills it if it doesn't. It may be called again.
func (c *child) dismiss() {
	_ = c.orders.Close() // twice does no harm
	c.leaves(farewell)
}

func (c *child) kill() { _ = c.cmd.Process.Kill() } // fails if it has ended by itself

// crashed reports whether the Go runtime ended the child. Call it after dismiss.
func (c *child) crashed() bool {
	text := "\n" + c.prints.String()
	return c.cmd.ProcessState.ExitCode() == 2 && (strings.Contains(text, "\npanic: ") || strings.Contains(text, "\nfatal error: "))
}

// badly reports whether the child did not end as it should. Call it after dismiss.
func (c *child) badly() bool { return c.ended != nil && !errors.Is(c.ended, exec.ErrWaitDelay) }

// obituary says how the child ended and what it printed last. Call it after dismiss.
func (c *child) obituary() string {
	text := fmt.Sprintf("the child ended with %v", c.cmd.ProcessState)
	if c.cmd.ProcessState.ExitCode() < 0 {
		text += ": if nobody killed it, look whether memory was short"
	}
	if prints := strings.TrimSpace(c.prints.String()); prints != "" {
		return clip(text + "; it printed last:\n" + prints)
	}
	return text + "; it printed nothing"
}

// tail keeps the end of what is written to it. Safe for concurrent use.
type tail struct {
	mu   sync.Mutex
	text []byte
	cut  bool
}

// Write never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if over := len(t.text) - bounded; over > 0 {
		t.text, t.cut = append(t.text[:0], t.text[over:]...), true
	}
	return len(p), nil
}

// String returns what is kept, from the beginning of a line.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := t.text
	if at := bytes.IndexByte(text, '\n'); t.cut && at >= 0 {
		text = text[at+1:]
	}
	return strings.ToValidUTF8(string(text), "�")
}

// clip keeps the beginning of a text that is too long, which says what happened.
func clip(text string) string {
	if len(text) <= bounded {
		return text
	}
	const cut = "\n… (cut)"
	return strings.ToValidUTF8(text[:bounded-len(cut)], "") + cut
}
