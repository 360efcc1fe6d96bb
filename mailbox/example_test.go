// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

func ExampleNewGate() {
	gate := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1}, fuseboard.NewClock())

	fmt.Println("first:", gate.Enter(context.Background(), fuseboard.Never))
	fmt.Println("second:", gate.Enter(context.Background(), fuseboard.Never))
	gate.Leave()
	fmt.Println("third:", gate.Enter(context.Background(), fuseboard.Never))
	// Output:
	// first: <nil>
	// second: the gate is full
	// third: <nil>
}

func ExampleNewGateUnder() {
	clock := fuseboard.NewClock()
	shared := &mailbox.Quotas{Queued: mailbox.NewQuota(1)}
	a := mailbox.NewGateUnder(mailbox.Bulkhead{Concurrency: 1, Queue: 8}, clock, shared)
	b := mailbox.NewGateUnder(mailbox.Bulkhead{Concurrency: 1, Queue: 8}, clock, shared)
	a.TryEnter()
	b.TryEnter()

	done := make(chan struct{})
	a.Post(context.Background(), fuseboard.Never, printJob{a, "waiting at a", done})
	fmt.Println("b:", b.Enter(context.Background(), fuseboard.Never))
	a.Leave()
	<-done
	// Output:
	// b: a shared limit is reached
	// waiting at a runs
}

func ExampleNewOverruns() {
	gate := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 1}, fuseboard.NewClock())
	overruns := mailbox.NewOverruns(gate)
	for range 3 {
		if err := overruns.Enter(); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(overruns.Claim(context.Background()))
	}
	fmt.Println("in use:", gate.Depth().InUse)
	// Output:
	// false <nil>
	// true <nil>
	// false the gate is full
	// in use: 3
}

func ExampleNewQuota() {
	quota := mailbox.NewQuota(10)
	fmt.Println(quota.Take(8), quota.Take(3), quota.Used())
	quota.Give(8)
	fmt.Println(quota.Take(3), quota.Used(), quota.Most())
	// Output:
	// true false 8
	// true 3 8
}

func ExampleGate_TryEnter() {
	gate := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1}, fuseboard.NewClock())
	if gate.TryEnter() {
		defer gate.Leave()
		fmt.Println("inside:", gate.Depth().InUse)
	}
	// Output: inside: 1
}

// download is work that may take longer than its caller waits.
type download struct{ result string }

func (d *download) Run()  { d.result = "done" }
func (d *download) Late() { fmt.Println("nobody wants", d.result) }

func ExampleNewPool() {
	workers := mailbox.Workers{Max: 4}
	clock := fuseboard.NewClock()
	gate := mailbox.NewGate(workers.Bound(mailbox.Bulkhead{}), clock)
	pool := mailbox.NewPool(gate, workers)

	if err := gate.Enter(context.Background(), fuseboard.Never); err != nil {
		fmt.Println(err)
		return
	}
	now := clock.Now()
	d := &download{}
	seat := pool.Start(d)
	if seat.Wait(nil, now, now.Add(time.Minute)) == mailbox.Answered {
		fmt.Println(d.result)
		seat.Free()
		gate.Leave()
	} else { // d is not ours any more
		fmt.Println("left")
		seat.Settle()
	}

	pool.Close()
	fmt.Println(pool.Wait(context.Background()))
	// Output:
	// done
	// <nil>
}

func ExampleWorkers_Bound() {
	workers := mailbox.Workers{Max: 8}
	for _, b := range []mailbox.Bulkhead{{Concurrency: 32, Queue: 64}, {}} {
		bound := workers.Bound(b)
		fmt.Printf("%d permits, %d places\n", bound.Concurrency, bound.Queue)
	}
	// Output:
	// 8 permits, 64 places
	// 8 permits, 0 places
}

func ExampleBulkhead_Validate() {
	b := mailbox.Bulkhead{Concurrency: -3, MaxWait: time.Hour}
	for _, p := range b.Validate() {
		fmt.Println(p.Path, p.Code, p.Accepted)
	}
	// Output:
	// concurrency negative 1 to 1000000
	// max_wait out-of-range 1µs to 1m
	// max_wait wait-without-queue
}

func ExampleBulkhead_WaitUntil() {
	b := mailbox.Bulkhead{Concurrency: 8, Queue: 8}
	now := fuseboard.Instant(0)
	fmt.Println(b.WaitUntil(now, fuseboard.Never).Sub(now))
	fmt.Println(b.WaitUntil(now, now.Add(50*time.Millisecond)).Sub(now))
	// Output:
	// 100ms
	// 10ms
}

func ExampleBulkhead_WithDefaults() {
	fmt.Println(mailbox.Bulkhead{Queue: 64}.WithDefaults().Concurrency)
	// Output: 16
}

func ExampleGate_Resize() {
	gate := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 2}, fuseboard.NewClock())
	gate.TryEnter()
	gate.TryEnter()
	gate.Resize(mailbox.Bulkhead{Concurrency: 1})
	depth := gate.Depth()
	fmt.Println("in use:", depth.InUse, "limit:", depth.Limit)
	// Output: in use: 2 limit: 1
}

type printJob struct {
	gate *mailbox.Gate
	name string
	done chan<- struct{}
}

func (j printJob) Run() {
	defer close(j.done)
	defer j.gate.Leave()
	fmt.Println(j.name, "runs")
}

func (j printJob) Refuse(why error) {
	defer close(j.done)
	fmt.Println(j.name, "refused:", why)
}

func ExampleGate_Post() {
	gate := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1}, fuseboard.NewClock())
	for _, name := range []string{"a", "b"} {
		done := make(chan struct{})
		gate.Post(context.Background(), fuseboard.Never, printJob{gate, name, done})
		<-done
		gate.Close()
	}
	fmt.Println("idle:", gate.Idle(context.Background()))
	// Output:
	// a runs
	// b refused: the gate is closed
	// idle: <nil>
}

func ExampleGate_Mailbox() {
	gate := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1}, fuseboard.NewClock())
	logger := func(*actor.ActorSystem) *slog.Logger { return slog.New(slog.DiscardHandler) }
	system := actor.NewActorSystem(actor.WithLoggerFactory(logger))

	done := make(chan struct{})
	requests := func(message any, _ *actor.PID) bool {
		name, ok := message.(string)
		if ok {
			gate.Post(context.Background(), fuseboard.Never, printJob{gate, name, done})
		}
		return ok
	}
	nothing := func(actor.Context) {}
	pid := system.Root.Spawn(actor.PropsFromFunc(nothing, actor.WithMailbox(gate.Mailbox(requests))))

	system.Root.Send(pid, "request")
	<-done
	stopped := system.Root.PoisonFuture(pid)
	fmt.Println("stopped:", stopped.Wait())
	fmt.Println(errors.Is(gate.Enter(context.Background(), fuseboard.Never), mailbox.ErrStopped))
	// Output:
	// request runs
	// stopped: <nil>
	// true
}
