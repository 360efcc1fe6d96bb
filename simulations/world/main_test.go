// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ms = time.Millisecond

// in runs a test of one dependency in a bubble, and closes it.
func in(t *testing.T, m Model, f func(t *testing.T, d *Dependency)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d, err := NewDependency("payments", m, 1)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		f(t, d)
	})
}

// answer is what became of a request.
type answer struct {
	err  error
	took time.Duration
}

// ask lets a request arrive, which its caller waits for so long; the answer comes on the channel.
func ask(d *Dependency, r Request, patience time.Duration) <-chan answer {
	c := make(chan answer, 1)
	go func() {
		ctx, cancel := context.WithTimeout(WithRequest(context.Background(), &r), patience)
		defer cancel()
		begin := time.Now()
		err := d.Serve(ctx)
		c <- answer{err, time.Since(begin)}
	}()
	synctest.Wait()
	return c
}

// constant is a model whose work takes so long.
func constant(d time.Duration) Model { return Model{Latency: Latency{Kind: Constant, Median: d}} }

// server is one of so many places, and a queue.
func server(work time.Duration, places, queue int) Model {
	m := constant(work)
	m.Capacity = Capacity{Concurrency: places, Queue: queue}
	return m
}
