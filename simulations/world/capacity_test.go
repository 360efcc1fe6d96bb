// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"math"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// erlangC is the probability that a request waits in an M/M/c queue, and how long it waits on average, in mean service times.
func erlangC(servers int, load float64) (waits, wait float64) {
	b := 1.0 // Erlang B, by its recursion
	for n := 1; n <= servers; n++ {
		b = load * b / (float64(n) + load*b)
	}
	c := float64(servers)
	waits = b / (1 - load/c*(1-b))
	return waits, waits / (c - load)
}

func TestAQueueWaitsAsErlangCSays(t *testing.T) {
	for _, c := range []struct {
		servers     int
		utilisation float64
	}{{1, 0.5}, {4, 0.7}, {20, 0.85}} {
		mean := 100 * ms
		m := Model{Latency: Latency{Kind: Exponential, Median: time.Duration(float64(mean) * math.Ln2)}, Capacity: Capacity{Concurrency: c.servers, Queue: 10_000}}
		in(t, m, func(t *testing.T, d *Dependency) {
			load := c.utilisation * float64(c.servers)
			rate := Rate(load / mean.Seconds())
			var mu sync.Mutex
			var total time.Duration
			requests := 0
			Play(t.Context(), Load{To: "payments", Rate: rate, Until: time.Duration(60_000 / float64(rate) * float64(time.Second)), Timeout: time.Hour}, 1, 1, nil,
				func(ctx context.Context, _ *Request) bool {
					begin := time.Now()
					err := d.Serve(ctx)
					mu.Lock()
					defer mu.Unlock()
					total += time.Since(begin)
					requests++
					return err == nil
				})
			_, wait := erlangC(c.servers, load)
			want := 1 + wait
			got := total.Seconds() / float64(requests) / mean.Seconds()
			if math.Abs(got/want-1) > 0.06 {
				t.Errorf("M/M/%d at %g: %d requests took %.3f service times on average, want %.3f", c.servers, c.utilisation, requests, got, want)
			}
		})
	}
}

// sent is one request of a made-up history, by when it comes, how long its work takes, and how long its caller waits.
type sent struct{ at, takes, patience time.Duration }

// told is what became of it.
type told struct {
	failed bool
	took   time.Duration
}

// foretell works out on a line of time what a dependency does whose work goes on when the caller has left. No two things happen at once.
func foretell(c Capacity, history []sent) (answers []told, wasted uint64) {
	answers = make([]told, len(history))
	var queue []int
	ends := map[int]time.Duration{}
	begin := func(i int, now time.Duration) { ends[i] = now + history[i].takes }
	step := func(now time.Duration) {
		for i, end := range ends {
			if end != now {
				continue
			}
			delete(ends, i)
			if took := now - history[i].at; took <= history[i].patience {
				answers[i] = told{false, took}
			} else {
				answers[i] = told{true, history[i].patience}
				wasted++
			}
			if len(queue) == 0 {
				return
			}
			next := 0
			if c.Order == LIFO {
				next = len(queue) - 1
			}
			begin(queue[next], now)
			queue = slices.Delete(queue, next, next+1)
			return
		}
	}
	end := func() time.Duration {
		least := time.Duration(math.MaxInt64)
		for _, e := range ends {
			least = min(least, e)
		}
		return least
	}
	for i, r := range history {
		for len(ends) > 0 && end() < r.at {
			step(end())
		}
		switch {
		case len(ends) < c.Concurrency:
			begin(i, r.at)
		case len(queue) < c.Queue:
			queue = append(queue, i)
		default:
			answers[i] = told{true, 0}
		}
	}
	for len(ends) > 0 {
		step(end())
	}
	return answers, wasted
}

func TestAQueueAgreesWithALineOfTime(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := Capacity{
			Concurrency: rapid.IntRange(1, 3).Draw(rt, "concurrency"), Queue: rapid.IntRange(0, 4).Draw(rt, "queue"),
			Order: rapid.SampledFrom([]Order{FIFO, LIFO}).Draw(rt, "order"),
		}
		var history []sent
		at := time.Duration(0)
		for i := range rapid.IntRange(1, 30).Draw(rt, "requests") {
			at += time.Duration(rapid.IntRange(1, 10).Draw(rt, "gap")) * ms
			odd := func(what uint64) time.Duration { return time.Duration(fold(uint64(i), what) % 900_000) } // no two things happen at once
			history = append(history, sent{
				at + odd(0), time.Duration(rapid.IntRange(1, 30).Draw(rt, "takes"))*ms + odd(1),
				time.Duration(rapid.IntRange(5, 100).Draw(rt, "patience"))*ms + odd(2),
			})
		}
		want, wasted := foretell(c, history)
		got, n, most := act(t, c, history)
		if !slices.Equal(got, want) || n.Wasted != wasted || most > c.Concurrency {
			rt.Fatalf("%+v\n%v\n got %v, %+v\nwant %v, %d wasted; %d at once", c, history, got, n, want, wasted, most)
		}
		if n.Arrived != uint64(len(history)) || n.Arrived != n.Refused+n.Served+n.Failed+n.Left || n.Busy != 0 || n.Waiting != 0 {
			rt.Fatalf("%+v", n)
		}
	})
}

// act plays a history with the real thing.
func act(t *testing.T, c Capacity, history []sent) (got []told, n Numbers, most int) {
	t.Helper()
	in(t, Model{Capacity: c}, func(_ *testing.T, d *Dependency) {
		got = make([]told, len(history))
		var mu sync.Mutex
		var all sync.WaitGroup
		for i, s := range history {
			all.Go(func() {
				time.Sleep(s.at)
				ctx, cancel := context.WithTimeout(WithRequest(context.Background(), &Request{Number: uint64(i), Latency: s.takes}), s.patience)
				defer cancel()
				err := d.Serve(ctx)
				got[i] = told{err != nil, time.Since(d.base) - s.at}
				mu.Lock()
				defer mu.Unlock()
				most = max(most, d.Numbers().Busy)
			})
		}
		all.Wait()
		time.Sleep(time.Hour) // until abandoned work is done
		n = d.Numbers()
	})
	return got, n, most
}

func TestAbandonedWork(t *testing.T) {
	for fate, want := range map[Abandoned]struct {
		third  time.Duration // when the third, who waits behind two who leave, has its answer
		wasted uint64
	}{
		WorksOn:   {2500 * ms, 2},
		Dropped:   {1500 * ms, 1},
		Cancelled: {1000 * ms, 0}, // the place was free at 400ms
	} {
		m := server(time.Second, 1, 5)
		m.Abandoned = fate
		in(t, m, func(t *testing.T, d *Dependency) {
			first, second := ask(d, Request{Number: 1}, 400*ms), ask(d, Request{Number: 2}, 400*ms)
			time.Sleep(500 * ms)
			third := <-ask(d, Request{Number: 3}, time.Hour)
			for _, left := range []<-chan answer{first, second} {
				if a := <-left; a.took != 400*ms || a.err != context.DeadlineExceeded { //nolint:errorlint // the cause as it is
					t.Errorf("%s: one who left: %+v", fate, a)
				}
			}
			if n := d.Numbers(); third.took != want.third || third.err != nil || n.Wasted != want.wasted || n.Left != 2 || n.Served != 1 {
				t.Errorf("%s: the third: %+v; %+v", fate, third, n)
			}
		})
	}
}

func TestAnOverloadThatHasEndedGoesOnWhereUsersAskAgainAndAbandonedWorkIsDone(t *testing.T) {
	play := func(again int, o Order, fate Abandoned) (good int) {
		m := server(20*ms, 2, 1000) // 100/s
		m.Abandoned, m.Capacity.Order = fate, o
		in(t, m, func(t *testing.T, d *Dependency) {
			l := Load{
				To: "payments", Rate: 80, Until: 2 * time.Minute, Timeout: time.Second, Again: Again{Times: again, After: 500 * ms},
				Shape: []Step{{At: 20 * time.Second, Rate: 300, For: 10 * time.Second}},
			}
			var mu sync.Mutex
			Play(t.Context(), l, 1, 1, nil, func(ctx context.Context, r *Request) bool {
				err := d.Serve(ctx)
				if err == nil && r.At > 90*time.Second {
					mu.Lock()
					good++
					mu.Unlock()
				}
				return err == nil
			})
		})
		return good
	}
	for _, c := range []struct {
		why   string
		again int
		order Order
		fate  Abandoned
		ends  bool
	}{
		{"users ask again for what is still worked on", 3, FIFO, WorksOn, false},
		{"users ask once", 0, FIFO, WorksOn, true},
		{"the newest is served first, and nobody works for who has left", 3, LIFO, Cancelled, true},
	} {
		if good := play(c.again, c.order, c.fate); c.ends && good < 2200 || !c.ends && good > 200 {
			t.Errorf("where %s, %d of about 2400 requests of the time from a minute after the overload are answered", c.why, good)
		}
	}
}

func TestWhoIsRefusedIsToldWhenToComeBack(t *testing.T) {
	m := server(time.Second, 1, 0)
	m.Capacity.RetryAfter = 3 * time.Second
	in(t, m, func(t *testing.T, d *Dependency) {
		ask(d, Request{}, time.Hour)
		if a := <-ask(d, Request{}, time.Hour); a.took != 0 || a.err == nil || a.err.Error() != "payments: throttled, retry after 3s" {
			t.Errorf("%+v", a)
		}
	})
}

func TestAQuotaIsForWindowsOfItsOwn(t *testing.T) {
	in(t, Model{Quota: Quota{Limit: 2, Per: time.Second}}, func(t *testing.T, d *Dependency) {
		time.Sleep(2300 * ms)
		for i, want := range []string{"", "", "payments: throttled, retry after 700ms"} {
			if a := <-ask(d, Request{}, time.Hour); (a.err == nil) != (want == "") || want != "" && a.err.Error() != want {
				t.Errorf("request %d: %v", i, a.err)
			}
		}
		time.Sleep(700 * ms)
		if a := <-ask(d, Request{}, time.Hour); a.err != nil {
			t.Error(a.err)
		}
	})
}

func TestCloseEndsAllWorkAndWaitsForIt(t *testing.T) {
	in(t, server(time.Hour, 2, 2), func(t *testing.T, d *Dependency) {
		left := ask(d, Request{Number: 1}, ms) // its work goes on
		<-left
		answers := []<-chan answer{ask(d, Request{Number: 2}, time.Minute), ask(d, Request{Number: 3}, time.Minute)}
		ended := false
		go func() {
			_ = d.ServeThen(context.Background(), func(ctx context.Context) error {
				<-ctx.Done()
				ended = true
				return nil
			})
		}()
		synctest.Wait()
		d.Close()
		if n := d.Numbers(); n.Busy != 0 || n.Waiting != 0 {
			t.Errorf("%+v", n)
		}
		for _, c := range answers {
			if a := <-c; a.err == nil || a.err.Error() != "payments: reset" {
				t.Errorf("%+v", a)
			}
		}
		if a := <-ask(d, Request{}, time.Minute); a.err == nil || a.err.Error() != "payments: refused" || ended {
			t.Errorf("%+v, %t", a, ended)
		}
		d.Close() // once more
	})
}
