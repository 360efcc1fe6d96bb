// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/asynkron/protoactor-go/actor"
	"pgregory.net/rapid"
)

// witness is an actor that notes what it is made to do. A message "posts" posts another
// from inside, "answers" one to its asker, "panics" does, and "hangs" waits until it is let go.
type witness struct {
	mailbox actor.Mailbox
	let     chan struct{}
	asker   *witness

	mu   sync.Mutex
	seen []string
}

func (w *witness) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, fmt.Sprintf(format, args...))
}

func (w *witness) told() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.seen)
}

func (w *witness) InvokeSystemMessage(m any) { w.note("system %v", m) }

func (w *witness) InvokeUserMessage(m any) {
	w.note("user %v", m)
	switch m {
	case "posts":
		w.mailbox.PostUserMessage("posted")
		w.mailbox.PostSystemMessage("posted")
	case "answers":
		answer := func() { w.asker.mailbox.PostUserMessage("answer") }
		if to, is := w.asker.mailbox.(*desk); is {
			w.mailbox.(*desk).carry(to, answer)
			return
		}
		answer()
	case "panics":
		panic("boom")
	case "hangs":
		<-w.let
	}
}

// EscalateFailure suspends, as an actor's does.
func (w *witness) EscalateFailure(reason, message any) {
	w.note("failure %v of %v", reason, message)
	w.mailbox.PostSystemMessage(&actor.SuspendMailbox{})
}

// batch is a message of messages.
type batch []any

func (b batch) GetMessages() []any { return b }

// begun is a witness with its mailbox.
func begun(mailbox actor.Mailbox) *witness {
	w := &witness{mailbox: mailbox, let: make(chan struct{})}
	mailbox.RegisterHandlers(w, actor.NewDefaultDispatcher(300))
	mailbox.Start()
	return w
}

func (w *witness) do(move string) {
	switch move {
	case "suspend":
		w.mailbox.PostSystemMessage(&actor.SuspendMailbox{})
	case "resume":
		w.mailbox.PostSystemMessage(&actor.ResumeMailbox{})
	case "system":
		w.mailbox.PostSystemMessage("told")
	case "batch":
		w.mailbox.PostUserMessage(batch{"one", batch{"two"}, "three"})
	case "batch in an envelope":
		w.mailbox.PostUserMessage(&actor.MessageEnvelope{Message: batch{"four"}})
	case "let go":
		select {
		case w.let <- struct{}{}:
		default:
		}
	default:
		w.mailbox.PostUserMessage(move)
	}
	synctest.Wait()
}

func TestDeskAgreesWithTheActorLibrarysMailbox(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		moves := rapid.SliceOfN(rapid.SampledFrom([]string{
			"works", "works", "posts", "panics", "hangs", "let go", "let go", "system", "suspend", "resume", "resume",
			"batch", "batch in an envelope", "answers", "answers", "answers",
		}), 1, 50).Draw(rt, "moves")
		toAsker := rapid.SliceOfN(rapid.Bool(), len(moves), len(moves)).Draw(rt, "whether to the asker")
		synctest.Test(t, func(t *testing.T) {
			var h hands
			ours, stock := pairOf(func() actor.Mailbox { return &desk{hands: &h} }), pairOf(actor.Unbounded())
			for i, move := range moves {
				who := 0
				if toAsker[i] && move != "answers" {
					who = 1
				}
				ours[who].do(move)
				stock[who].do(move)
				for who, w := range ours {
					got, want := w.told(), stock[who].told()
					n, of := w.mailbox.UserMessageCount(), stock[who].mailbox.UserMessageCount()
					if !slices.Equal(got, want) || n != of {
						rt.Errorf("actor %d after %v, to the asker %v:\n%v, %d wait\nwant %v, %d", who, moves[:i+1], toAsker[:i+1], got, n, want, of)
					}
				}
			}
			for who := range ours {
				close(ours[who].let)
				close(stock[who].let)
			}
			synctest.Wait()
			h.close()
			h.wait(t.Context())
		})
	})
}

// pairOf is one who answers, and its asker.
func pairOf(mailbox func() actor.Mailbox) [2]*witness {
	pair := [2]*witness{begun(mailbox()), begun(mailbox())}
	pair[0].asker = pair[1]
	return pair
}

func TestWhoHasAnsweredWaitsForNoAsker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h hands
		pair := pairOf(func() actor.Mailbox { return &desk{hands: &h} })
		server, asker := pair[0], pair[1]
		asker.mailbox.PostUserMessage("hangs") // runs elsewhere
		synctest.Wait()
		server.do("answers") // to one that is awake
		server.do("works")
		asker.do("let go")
		asker.mailbox.PostSystemMessage(&actor.SuspendMailbox{})
		synctest.Wait()
		asker.do("hangs") // waits behind the suspension
		server.do("answers")
		asker.do("resume") // wakes it, so that it hangs; the answer did not
		server.do("works")
		asker.do("let go")
		if got, want := server.told(), []string{"user answers", "user works", "user answers", "user works"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		if got, want := asker.told(), []string{"user hangs", "user answer", "user hangs", "user answer"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		h.close()
	})
}

// acts is an actor that is a function of what it receives.
type acts func(message any)

func (acts) InvokeSystemMessage(any)   {}
func (a acts) InvokeUserMessage(m any) { a(m) }
func (acts) EscalateFailure(any, any)  {}

func deskOf(h *hands, a acts) *desk {
	d := &desk{hands: h}
	d.RegisterHandlers(a, nil)
	return d
}

func TestWhatADeskCarriesIsReceivedWhateverComesAfterIt(t *testing.T) {
	for name, after := range map[string]struct {
		turn func(next chan struct{}) // the rest of the turn
		then func(next chan struct{}) // the next turn
	}{
		"nothing":                            {},
		"a long turn":                        {then: func(next chan struct{}) { <-next }},
		"a panic":                            {turn: func(chan struct{}) { panic("boom") }},
		"a goroutine's end":                  {turn: func(chan struct{}) { runtime.Goexit() }},
		"a goroutine's end in the next turn": {then: func(chan struct{}) { runtime.Goexit() }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var (
					h    hands
					seen [2]int // by each asker
					to   [2]*desk
					turn int
				)
				next := make(chan struct{})
				for i := range to {
					to[i] = deskOf(&h, func(any) { seen[i]++ })
				}
				var server *desk
				server = deskOf(&h, func(any) {
					if turn++; turn == 1 {
						server.PostUserMessage("again")
						for _, asker := range to { // the second is woken, one is enough
							server.carry(asker, func() { asker.PostUserMessage("answer") })
						}
						if after.turn != nil {
							after.turn(next)
						}
						return
					}
					if after.then != nil {
						after.then(next)
					}
				})
				server.PostUserMessage("request")
				synctest.Wait()
				if seen != [2]int{1, 1} || turn != 2 {
					t.Errorf("%d answers were received, %d turns taken", seen, turn)
				}
				close(next)
				synctest.Wait()
				h.close()
				h.wait(t.Context())
				if n := h.running.count(); n != 0 {
					t.Errorf("%d goroutines are left", n)
				}
			})
		})
	}
}

// What is sent may meet code of the user's, as a subscriber to dead letters. Who was woken is
// received whatever that does, now and by whoever wakes it next.
func TestWhatADeskCarriesIsReceivedWhereItsSendingBreaks(t *testing.T) {
	for name, breaks := range map[string]func(){"goroutine": runtime.Goexit, "panic": func() { panic("boom") }} {
		for _, woken := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, woken %t", name, woken), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var h hands
					seen := 0
					asker := deskOf(&h, func(any) { seen++ })
					var server *desk
					server = deskOf(&h, func(any) {
						server.carry(asker, func() {
							if woken {
								asker.PostUserMessage("answer")
							}
							breaks()
						})
					})
					server.PostUserMessage("request")
					synctest.Wait()
					asker.PostUserMessage("later")
					synctest.Wait()
					want := 1
					if woken {
						want++
					}
					if seen != want {
						t.Errorf("%d of %d were received", seen, want)
					}
					h.close()
				})
			})
		}
	}
}

func TestWhatADeskCarriesIsNotToldAsItsBearers(t *testing.T) {
	labelled := func() bool {
		var page bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&page, 1); err != nil {
			t.Error(err)
		}
		return strings.Contains(page.String(), `"bearers"`)
	}
	var h hands
	done := make(chan [2]bool)
	var bearers bool
	asker := deskOf(&h, func(any) { done <- [2]bool{bearers, labelled()} })
	var server *desk
	server = deskOf(&h, func(any) {
		pprof.SetGoroutineLabels(pprof.WithLabels(t.Context(), pprof.Labels("handler", "bearers")))
		bearers = labelled()
		server.carry(asker, func() { asker.PostUserMessage("answer") })
	})
	server.PostUserMessage("request")
	if got := <-done; got != [2]bool{true, false} {
		t.Errorf("the labels are there in the bearer's turn, and in the asker's: %v", got)
	}
	h.close()
}

// What is to run after a turn runs also where another message follows, or the turn ends its
// goroutine.
func TestStorm_WhatADeskCarriesIsReceivedOnceAndInOrder(t *testing.T) {
	const servers, askers, each = 4, 3, 3000
	var h hands
	to := make([]*counted, askers)
	for i := range to {
		to[i] = &counted{mailbox: &desk{hands: &h}, next: make([]int, servers)}
		to[i].mailbox.RegisterHandlers(to[i], nil)
	}
	var all sync.WaitGroup
	for i := range servers {
		s := &carrier{mailbox: &desk{hands: &h}, number: i, to: to}
		s.mailbox.RegisterHandlers(s, nil)
		all.Go(func() {
			for n := range each {
				s.mailbox.PostUserMessage(n)
				for n%3 == 0 && s.mailbox.UserMessageCount() > 0 { // it runs dry now and then
					runtime.Gosched()
				}
			}
		})
	}
	all.Wait()
	h.close()
	if err := h.running.wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, w := range to {
		if w.wrong != "" {
			t.Errorf("asker %d: %s", i, w.wrong)
		}
		for s, n := range w.next {
			if n != each {
				t.Errorf("asker %d received %d of %d from %d", i, n, each, s)
			}
		}
		if by := w.mailbox.bearer.Load(); by != nil {
			t.Errorf("asker %d is still borne", i)
		}
	}
}

// carrier carries the number that it receives to all, and sometimes ends its goroutine after
// it, or panics.
type carrier struct {
	mailbox *desk
	number  int
	to      []*counted
}

func (c *carrier) InvokeSystemMessage(any) {}

func (c *carrier) InvokeUserMessage(m any) {
	n := m.(int)
	for i, w := range c.to {
		post := func() { w.mailbox.PostUserMessage([2]int{c.number, n}) }
		if i == n%len(c.to) { // a turn carries one
			c.mailbox.carry(w.mailbox, post)
		} else {
			post()
		}
	}
	switch n % 101 {
	case 0:
		runtime.Goexit()
	case 1:
		panic("boom")
	}
}

func (*carrier) EscalateFailure(any, any) {}

// counted is an actor that looks at the order of what it receives.
type counted struct {
	mailbox *desk
	next    []int // of each carrier
	wrong   string
}

func (*counted) InvokeSystemMessage(any) {}

func (w *counted) InvokeUserMessage(m any) {
	from := m.([2]int)
	if w.next[from[0]] != from[1] {
		w.wrong = fmt.Sprintf("number %d of %d, want %d", from[1], from[0], w.next[from[0]])
	}
	w.next[from[0]]++
	if from[1]%103 == 0 {
		runtime.Goexit()
	}
}

func (*counted) EscalateFailure(any, any) {}

func TestDeskKeepsWhatComesWhileItsActorIsBeingMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h hands
		d := &desk{hands: &h}
		d.PostUserMessage("early")
		d.PostUserMessage(nil) // is dropped
		synctest.Wait()
		w := begun(d)
		d.PostSystemMessage("started")
		synctest.Wait()
		if got := w.told(); !slices.Equal(got, []string{"system started", "user early"}) {
			t.Errorf("%q", got)
		}
		h.close()
	})
}

func TestStorm_DeskDeliversEverythingOnceAndInOrder(t *testing.T) {
	const posters, each = 8, 3000
	var (
		h   hands
		all sync.WaitGroup
	)
	w := begun(&desk{hands: &h})
	for i := range posters {
		all.Go(func() {
			for n := range each {
				w.mailbox.PostUserMessage([2]int{i, n})
			}
		})
	}
	all.Wait()
	h.close()
	if err := h.running.wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	next := map[int]int{}
	for _, line := range w.told() {
		var i, n int
		if _, err := fmt.Sscanf(line, "user [%d %d]", &i, &n); err != nil || n != next[i] {
			t.Fatalf("%q (%v), want number %d of %d", line, err, next[i], i)
		}
		next[i]++
	}
	for i := range posters {
		if next[i] != each {
			t.Errorf("%d of %d of poster %d", next[i], each, i)
		}
	}
}
