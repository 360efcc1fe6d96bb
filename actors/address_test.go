// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

func TestRestartMeantForABuilderThatIsGoneDoesNotFindItsSuccessor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &driver{}
		d.fails.Store(1)
		r, err := Rebuild(start(t), "db", d.build, Policy{Restart: steady})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		gone := r.generations.pid.Load() // it waits a second for its restart
		r.sys.root.Stop(gone)
		synctest.Wait()
		if got, err := r.Call(t.Context(), ""); got != 2 || err != nil {
			t.Fatalf("the successor made generation %d, %v", got, err)
		}
		time.Sleep(time.Minute)
		if got, err := r.Call(t.Context(), ""); got != 2 || err != nil {
			t.Errorf("after the restart that was due: generation %d, %v", got, err)
		}
		if next := r.generations.pid.Load(); next.Equal(gone) {
			t.Errorf("%s is the address of two builders", next.Id)
		}
	})
}

// The actor library's mailbox ends the process of whoever writes to it before its
// actor has begun: see docs/adr/0002-protoactor.md.
func TestStorm_FaultsOfAHandlerThatIsGoneFindNoBuilderThatIsBeingMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := rebuild(t, start(t), &driver{}, Policy{Restart: steady})
		for range 300 {
			gone := r.generations.pid.Load()
			r.sys.root.Stop(gone)
			var both sync.WaitGroup
			for range 2 {
				both.Go(func() {
					for range 100 {
						r.sys.root.Send(gone, &fault{cause: errTorn})
					}
				})
			}
			both.Wait()
			synctest.Wait()
		}
		if _, err := r.Call(t.Context(), ""); err != nil {
			t.Error(err)
		}
	})
}

func TestReplyToAnActorThatIsGoneDoesNotFindTheNextOfItsName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		got := make(chan any, 10)
		receive := func(ctx actor.Context) {
			if reply, ok := ctx.Message().(Reply[int, int]); ok {
				got <- reply
			}
		}
		gone, err := sys.SpawnActor("client", actor.PropsFromFunc(receive))
		if err != nil {
			t.Fatal(err)
		}
		sys.root.Stop(gone)
		synctest.Wait()
		late := func(actor.Context) { sys.root.Send(gone, Reply[int, int]{}) } // while the next is being made
		next, err := sys.SpawnActor("client", actor.PropsFromFunc(receive, actor.WithOnInit(late)))
		if err != nil {
			t.Fatal(err)
		}
		sys.root.Send(gone, Reply[int, int]{})
		synctest.Wait()
		if len(got) != 0 {
			t.Error("the next of its name got a reply that was not meant for it")
		}
		sys.root.Send(next, Reply[int, int]{})
		synctest.Wait()
		if len(got) != 1 {
			t.Errorf("its own reply came %d times", len(got))
		}
	})
}

// shatters is a mailbox that breaks whoever brings it a reply.
type shatters struct{}

func (shatters) MailboxStarted()     {}
func (shatters) MessageReceived(any) {}
func (shatters) MailboxEmpty()       {}
func (shatters) MessagePosted(message any) {
	if envelope, ok := message.(*actor.MessageEnvelope); ok {
		message = envelope.Message
	}
	if _, isReply := message.(Reply[int, int]); isReply {
		panic("shatters")
	}
}

func TestMailboxThatPanicsOnAReplyBreaksNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		sys := startWith(t, Options{Seed: 1, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		client, err := sys.SpawnActor("client", actor.PropsFromFunc(func(actor.Context) {}, actor.WithMailbox(actor.Unbounded(shatters{}))))
		if err != nil {
			t.Fatal(err)
		}
		r := spawn(t, sys, Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Second}}, func(_ context.Context, n int) (int, error) {
			<-time.After(time.Minute)
			return n, nil
		})
		running := r.Ask(t.Context(), 1)
		synctest.Wait()
		sys.root.RequestWithCustomSender(r.PID(), r.Message(t.Context(), 2), client)
		time.Sleep(2 * time.Second) // refused by a timer
		sys.root.RequestWithCustomSender(r.PID(), "no request", client)
		_, _ = running.Wait(t.Context())
		sys.root.RequestWithCustomSender(r.PID(), r.Message(t.Context(), 3), client)
		time.Sleep(2 * time.Minute) // answered by a worker
		if s := r.Stats(); s.Gate.InUse != 0 || r.posted.count() != 0 {
			t.Errorf("%+v, %d posted", s.Gate, r.posted.count())
		}
		if err := sys.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if n := strings.Count(log.String(), "answer was lost"); n != 2 {
			t.Errorf("logged %d times:\n%s", n, log.String())
		}
	})
}
