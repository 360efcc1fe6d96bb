// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

type charge struct{ Cents int }

type receipt struct{ Number string }

var errGateway = errors.New("gateway: 503")

// pay stands for the call that reaches the payment provider.
func pay(_ context.Context, c charge) (receipt, error) {
	if c.Cents <= 0 {
		return receipt{}, errGateway
	}
	return receipt{Number: fmt.Sprintf("r-%d", c.Cents)}, nil
}

// A driver that loses its connection is built anew; until then callers are told when.
func ExampleRebuild() {
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = sys.Shutdown(context.Background()) }()
	connections := 0
	db, err := actors.Rebuild(sys, "db", func(context.Context) (actors.Handler[string, string], error) {
		connections++
		n := connections
		return func(_ context.Context, query string) (string, error) {
			if n == 1 && query == "insert" {
				return "", actors.Broken(io.ErrUnexpectedEOF)
			}
			return fmt.Sprintf("%s over connection %d", query, n), nil
		}, nil
	}, actors.Policy{Restart: actors.Restart{Backoff: actors.Backoff{Base: time.Millisecond}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	fmt.Println(db.Ready(ctx))
	_, err = db.Call(ctx, "insert")
	fmt.Println(err)
	fmt.Println(db.Ready(ctx))
	fmt.Println(db.Call(ctx, "select"))
	// Output:
	// <nil>
	// db: failed: unexpected EOF
	// <nil>
	// select over connection 2 <nil>
}

func Example() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(ctx) }()

	payments, err := actors.Protect(sys, "payments", actors.Policy{
		Bulkhead: actors.Bulkhead{Concurrency: 32, Queue: 64},
		Deadline: actors.Deadline{Total: 2 * time.Second, Attempt: 800 * time.Millisecond},
		Retry:    actors.Retry{Attempts: 2},
		Breaker:  actors.Breaker{FailureRate: 0.5, MinCalls: 20, OpenFor: 10 * time.Second},
	})
	if err != nil {
		panic(err)
	}
	charges, err := actors.Bind(payments, "charge", pay)
	if err != nil {
		panic(err)
	}
	got, err := charges.Call(ctx, charge{Cents: 1250})
	fmt.Println(got.Number, err)
	// Output: r-1250 <nil>
}

// A handler that hangs and ignores its context cannot keep its caller.
func ExamplePolicy_workers() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(ctx) }()
	release := make(chan struct{})
	defer close(release)
	hang := func(context.Context, charge) (receipt, error) {
		<-release
		return receipt{}, nil
	}
	charges, err := actors.Spawn(sys, "payments", hang, actors.Policy{
		Deadline: actors.Deadline{Attempt: 10 * time.Millisecond},
		Workers:  actors.Workers{Max: 2, MaxAbandoned: 1},
	})
	if err != nil {
		panic(err)
	}
	_, err = charges.Call(ctx, charge{Cents: 1250})
	fmt.Println("timed out:", errors.Is(err, context.DeadlineExceeded))
	fmt.Println("still runs:", charges.Stats().Overdue)
	_, err = charges.Call(ctx, charge{Cents: 1250})
	fmt.Println(err)
	// Output:
	// timed out: true
	// still runs: 1
	// payments: refused by workers: too much abandoned work still runs: as many handlers as workers.max_abandoned allows (1) have not returned since their callers left; make them end with their context, or raise it
}

func ExampleGuard_Explain() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(ctx) }()
	payments, err := actors.Protect(sys, "payments", actors.Policy{
		Deadline: actors.Deadline{Attempt: time.Second},
		Bulkhead: actors.Bulkhead{Concurrency: 32, Queue: 64},
	})
	if err != nil {
		panic(err)
	}
	why := payments.Explain()
	fmt.Println(why.Verdict.Admitted)
	fmt.Print(why)
	// Output:
	// true
	// payments: a call now would run: the breaker is off and a permit is free
	// Policy 1; circuit closed, mode enforce, epoch 1.
	//
	// cache             off: every call asks the dependency
	// fallback          off: a failure is answered with its error
	// total deadline    off: only the caller's own deadline counts
	// retry             off: one attempt
	// hedge             off: an attempt has no copies
	// shedding          off: no call is refused because of the host's pressure
	// breaker           off: the circuit is always closed
	// workers           off: handlers run on their callers' goroutines
	// throttle          off: every call is sent that the circuit lets through
	// rate              off: no limit on how many calls come in how much time
	// bulkhead          0 of 32 permits in use; 0 of 64 places in the queue taken
	//                   given    concurrency 32, queue 64
	//                   default  max_wait 100ms, or a fifth of the call's time if
	//                            less, order fifo
	// attempt deadline  a handler has 1s from the moment it holds a permit
	//                   given    attempt 1s
}

func ExampleStart() {
	sys, err := actors.Start(actors.Options{})
	fmt.Println(err, len(sys.Guards()))
	fmt.Println(sys.Shutdown(context.Background()))
	// Output:
	// <nil> 0
	// <nil>
}

func ExampleProtect() {
	sys, _ := actors.Start(actors.Options{})
	defer func() { _ = sys.Shutdown(context.Background()) }()

	_, err := actors.Protect(sys, "payments", actors.Policy{
		Retry:   actors.Retry{Attempts: -2},
		Breaker: actors.Breaker{FailureRate: 1.5},
	})
	fmt.Println(err)
	// Output:
	// retry.attempts = -2: must not be negative (accepted: 1 to 10); 1 means: never again [negative]
	// breaker.failure_rate = 150%: is out of range (accepted: 0% to 100%); write a share such as 50% or 0.5; 50% is usual [out-of-range]
}

func ExampleBind() {
	sys, _ := actors.Start(actors.Options{})
	defer func() { _ = sys.Shutdown(context.Background()) }()
	payments, _ := actors.Protect(sys, "payments", actors.Policy{Breaker: actors.Breaker{Consecutive: 2}})

	charges, _ := actors.Bind(payments, "charge", pay)
	for range 3 {
		_, err := charges.Call(context.Background(), charge{})
		fmt.Println(errors.Is(err, actors.ErrOpen), errors.Is(err, errGateway))
	}
	// Output:
	// false true
	// false true
	// true false
}

func ExampleSpawn() {
	sys, _ := actors.Start(actors.Options{})
	defer func() { _ = sys.Shutdown(context.Background()) }()

	double, err := actors.Spawn(sys, "double",
		func(_ context.Context, n int) (int, error) { return 2 * n, nil },
		actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 4}})
	if err != nil {
		panic(err)
	}
	fmt.Println(double.Call(context.Background(), 21))
	// Output: 42 <nil>
}

func ExampleDo() {
	sys, _ := actors.Start(actors.Options{})
	defer func() { _ = sys.Shutdown(context.Background()) }()
	ledger, _ := actors.Protect(sys, "ledger", actors.Policy{Deadline: actors.Deadline{Total: time.Second}})

	balance, err := actors.Do(context.Background(), ledger, func(ctx context.Context) (int, error) {
		_, bounded := ctx.Deadline()
		fmt.Println("bounded:", bounded)
		return 1250, nil
	})
	fmt.Println(balance, err)
	// Output:
	// bounded: true
	// 1250 <nil>
}

func ExampleRef_Ask() {
	sys, _ := actors.Start(actors.Options{})
	defer func() { _ = sys.Shutdown(context.Background()) }()
	charges, _ := actors.Spawn(sys, "payments", pay, actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 2, Queue: 8}})

	ctx := context.Background()
	first, second := charges.Ask(ctx, charge{Cents: 1}), charges.Ask(ctx, charge{Cents: 2})
	fmt.Println(first.Wait(ctx))
	fmt.Println(second.Wait(ctx))
	// Output:
	// {r-1} <nil>
	// {r-2} <nil>
}

func ExampleRef_Message() {
	sys, _ := actors.Start(actors.Options{})
	defer func() { _ = sys.Shutdown(context.Background()) }()
	charges, _ := actors.Spawn(sys, "payments", pay, actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 2, Queue: 8}})

	answered := make(chan string)
	_, err := sys.SpawnActor("till", actor.PropsFromFunc(func(ctx actor.Context) {
		switch m := ctx.Message().(type) {
		case *actor.Started:
			ctx.Request(charges.PID(), charges.Message(context.Background(), charge{Cents: 500}))
		case actors.Reply[charge, receipt]:
			answered <- fmt.Sprint(m.Request.Cents, " ", m.Value.Number, " ", m.Err)
		}
	}))
	if err != nil {
		panic(err)
	}
	fmt.Println(<-answered)
	// Output: 500 r-500 <nil>
}

func ExampleRef_Message_reenterAfter() {
	sys, _ := actors.Start(actors.Options{})
	defer func() { _ = sys.Shutdown(context.Background()) }()
	charges, _ := actors.Spawn(sys, "payments", pay, actors.Policy{Deadline: actors.Deadline{Total: time.Second}})

	answered := make(chan string)
	_, err := sys.SpawnActor("till", actor.PropsFromFunc(func(ctx actor.Context) {
		if _, ok := ctx.Message().(*actor.Started); !ok {
			return
		}
		customer := "ann"
		// The guard's total deadline is shorter than the future's: the guard answers.
		future := ctx.RequestFuture(charges.PID(), charges.Message(context.Background(), charge{Cents: 500}), 2*time.Second)
		ctx.ReenterAfter(future, func(res any, err error) { // in the actor again, one at a time
			reply, ok := res.(actors.Reply[charge, receipt])
			if !ok { // the guard has stopped, or was too late
				answered <- fmt.Sprint(customer, ": ", err)
				return
			}
			answered <- fmt.Sprint(customer, ": ", reply.Value.Number, " ", reply.Err)
		})
	}))
	if err != nil {
		panic(err)
	}
	fmt.Println(<-answered)
	// Output: ann: r-500 <nil>
}

func ExampleRef_Message_priority() {
	sys, _ := actors.Start(actors.Options{})
	defer func() { _ = sys.Shutdown(context.Background()) }()
	open := make(chan struct{})
	charges, _ := actors.Spawn(sys, "payments", func(ctx context.Context, c charge) (receipt, error) {
		<-open
		fmt.Println(fuseboard.PriorityOf(ctx), c.Cents)
		return pay(ctx, c)
	}, actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 1, Queue: 8, MaxWait: time.Minute}})

	answered := make(chan struct{})
	_, err := sys.SpawnActor("till", actor.PropsFromFunc(func(ctx actor.Context) {
		switch ctx.Message().(type) {
		case *actor.Started:
			// The first takes the only permit; the others wait for it.
			ctx.Request(charges.PID(), charges.Message(context.Background(), charge{Cents: 100}))
			some := fuseboard.WithPriority(context.Background(), fuseboard.Sheddable)
			ctx.Request(charges.PID(), charges.Message(some, charge{Cents: 200}))
			first := fuseboard.WithPriority(context.Background(), fuseboard.Critical)
			ctx.Request(charges.PID(), charges.Message(first, charge{Cents: 300}))
			close(open)
		case actors.Reply[charge, receipt]:
			answered <- struct{}{}
		}
	}))
	if err != nil {
		panic(err)
	}
	for range 3 {
		<-answered
	}
	// Output:
	// normal 100
	// critical 300
	// sheddable 200
}

func ExampleForward() {
	sys, _ := actors.Start(actors.Options{})
	defer func() { _ = sys.Shutdown(context.Background()) }()

	// An actor that is there already: it answers, or replies with an error.
	ledger, _ := sys.SpawnActor("ledger", actor.PropsFromFunc(func(ctx actor.Context) {
		if c, ok := ctx.Message().(charge); ok && c.Cents > 0 {
			ctx.Respond(receipt{Number: fmt.Sprintf("l-%d", c.Cents)})
		} else if ok {
			ctx.Respond(errGateway)
		}
	}))
	book, err := actors.Spawn(sys, "ledger", actors.Forward[charge, receipt](sys, ledger), actors.Policy{
		Deadline: actors.Deadline{Attempt: time.Second},
		Breaker:  actors.Breaker{Consecutive: 5},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(book.Call(context.Background(), charge{Cents: 7}))
	_, err = book.Call(context.Background(), charge{})
	fmt.Println(err)
	// Output:
	// {l-7} <nil>
	// ledger: failed: gateway: 503
}

func ExampleSystem_SpawnActor() {
	sys, _ := actors.Start(actors.Options{})
	defer func() { _ = sys.Shutdown(context.Background()) }()

	started := make(chan string)
	pid, err := sys.SpawnActor("till", actor.PropsFromFunc(func(ctx actor.Context) {
		if _, ok := ctx.Message().(*actor.Started); ok {
			started <- ctx.Self().Id
		}
	}))
	fmt.Println(err, <-started == pid.Id)
	// Output: <nil> true
}

func ExampleNever() {
	sys, _ := actors.Start(actors.Options{})
	defer func() { _ = sys.Shutdown(context.Background()) }()
	payments, _ := actors.Protect(sys, "payments", actors.Policy{
		Deadline: actors.Deadline{Total: time.Second},
		Retry:    actors.Retry{Attempts: 2},
	})
	_, _ = actors.Bind(payments, "charge", pay) // nothing said about repeating
	fmt.Println(payments.Warnings()[0].Code)
	_, _ = actors.Bind(payments, "refund", pay, actors.With[charge, receipt]{Safe: actors.Never[charge]})
	fmt.Println(len(payments.Warnings()))
	// Output:
	// retry-without-safe
	// 1
}

func ExampleAlways() {
	sys, _ := actors.Start(actors.Options{})
	defer func() { _ = sys.Shutdown(context.Background()) }()

	attempts := 0
	status, _ := actors.Spawn(sys, "gateway",
		func(context.Context, string) (string, error) {
			if attempts++; attempts == 1 {
				return "", errGateway
			}
			return "up", nil
		},
		actors.Policy{
			Deadline: actors.Deadline{Total: time.Second},
			Retry:    actors.Retry{Attempts: 2, Backoff: actors.Backoff{Base: time.Millisecond}},
		},
		actors.With[string, string]{Safe: actors.Always[string]}) // a read: repeating is harmless
	got, err := status.Call(context.Background(), "eu")
	fmt.Println(got, err, attempts)
	// Output: up <nil> 2
}

func ExampleWith() {
	sys, _ := actors.Start(actors.Options{})
	defer func() { _ = sys.Shutdown(context.Background()) }()

	errNoRows := errors.New("no rows")
	find, _ := actors.Spawn(sys, "db",
		func(context.Context, string) (string, error) { return "", errNoRows },
		actors.Policy{Breaker: actors.Breaker{Consecutive: 1}},
		actors.With[string, string]{Classify: func(_ string, err error) fuseboard.Outcome {
			if errors.Is(err, errNoRows) { // an answer like any other
				return fuseboard.Outcome{Kind: fuseboard.Success}
			}
			return fuseboard.Outcome{} // as by default
		}})
	_, err := find.Call(context.Background(), "acme")
	fmt.Println(err, find.State())
	// Output: no rows closed
}

func ExampleGuard_Update() {
	sys, _ := actors.Start(actors.Options{})
	defer func() { _ = sys.Shutdown(context.Background()) }()
	payments, _ := actors.Protect(sys, "payments", actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 8}})

	p := payments.Policy()
	p.Bulkhead.Concurrency = 16
	change, err := payments.Update(context.Background(), p)
	fmt.Println(change.Version, change.Changed, change.Lost, err)
	// Output: 2 [bulkhead.concurrency] [] <nil>
}

func ExampleGuard_Command() {
	sys, _ := actors.Start(actors.Options{})
	defer func() { _ = sys.Shutdown(context.Background()) }()
	charges, _ := actors.Spawn(sys, "payments", pay, actors.Policy{Breaker: actors.Breaker{Consecutive: 5}})

	ctx := context.Background()
	err := charges.Command(ctx, actors.Command{
		Mode: actors.HoldOpen, Reason: "provider maintenance", By: "ann", TTL: time.Hour,
	})
	fmt.Println(err)
	_, err = charges.Call(ctx, charge{Cents: 1})
	fmt.Println(errors.Is(err, actors.ErrOpen))
	// Output:
	// <nil>
	// true
}

func ExampleSystem_Subscribe() {
	sys, _ := actors.Start(actors.Options{})
	events := sys.Subscribe(16)
	charges, _ := actors.Spawn(sys, "payments", pay, actors.Policy{Breaker: actors.Breaker{Consecutive: 1}})
	_, _ = charges.Call(context.Background(), charge{}) // fails, and opens the circuit
	_ = sys.Shutdown(context.Background())

	for e := range events.C() {
		fmt.Println(e.Seq, e.Dependency, e.Kind, e.Transition.To)
	}
	// Output:
	// 1 payments started closed
	// 2 payments transition open
	// 3 payments stopped closed
}

func ExampleCallError() {
	sys, _ := actors.Start(actors.Options{})
	defer func() { _ = sys.Shutdown(context.Background()) }()
	charges, _ := actors.Spawn(sys, "payments", pay, actors.Policy{Breaker: actors.Breaker{Consecutive: 1}})

	_, _ = charges.Call(context.Background(), charge{})
	_, err := charges.Call(context.Background(), charge{})
	if e, ok := errors.AsType[*actors.CallError](err); ok {
		fmt.Println(e.Dependency, e.RejectedBy(), e.Attempts, e.RetryAfter() > 0)
	}
	// Output: payments breaker 0 true
}

func ExamplePolicy_Validate() {
	p := actors.Policy{
		Deadline: actors.Deadline{Total: time.Second, Attempt: 800 * time.Millisecond},
		Retry:    actors.Retry{Attempts: 2},
	}
	fmt.Println(p.Validate().Err())
	fmt.Println(p.Validate().Warnings()[0].Code)
	// Output:
	// <nil>
	// attempts-exceed-total
}

func ExamplePolicy_MarshalJSON() {
	data, err := json.Marshal(actors.Policy{
		Deadline: actors.Deadline{Attempt: 800 * time.Millisecond},
		Breaker:  actors.Breaker{FailureRate: 0.5, OpenFor: 90 * time.Second},
	})
	fmt.Println(string(data), err)
	// Output: {"deadline":{"attempt":"800ms"},"breaker":{"failure_rate":"50%","open_for":"1m30s"}} <nil>
}

func ExampleMessageMeta() {
	sys, _ := actors.Start(actors.Options{})
	defer func() { _ = sys.Shutdown(context.Background()) }()

	// An actor that is there already learns whose work it is.
	ledger, _ := sys.SpawnActor("ledger", actor.PropsFromFunc(func(c actor.Context) {
		if _, ok := c.Message().(charge); ok {
			m := actors.MessageMeta(c.MessageHeader())
			c.Respond(receipt{Number: m.Tenant + "-1"})
		}
	}))
	book := actors.Forward[charge, receipt](sys, ledger)
	ctx := fuseboard.WithMeta(context.Background(), fuseboard.Meta{Tenant: "acme"})
	fmt.Println(book(ctx, charge{Cents: 7}))
	// Output: {acme-1} <nil>
}
