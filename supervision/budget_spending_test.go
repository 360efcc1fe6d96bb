// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// spendingList is the naive account: everything booked, with the tenth of the
// window it was booked in.
type spendingList struct {
	budget  supervision.Budget
	calls   []int64
	repeats []int64
}

func (l *spendingList) tick(now fuseboard.Instant) int64 {
	return int64(now) / (int64(l.budget.Window) / 10)
}

func (l *spendingList) balance(now fuseboard.Instant) (calls, repeats, allowed int) {
	count := func(ticks []int64) (n int) {
		for _, tick := range ticks {
			if tick > l.tick(now)-10 {
				n++
			}
		}
		return n
	}
	calls, repeats = count(l.calls), count(l.repeats)
	perWindow := float64(l.budget.MinPerSecond) * l.budget.Window.Seconds()
	return calls, repeats, int(math.Floor(perWindow+1e-9)) + int(math.Floor(l.budget.Ratio*float64(calls)+1e-9))
}

func (l *spendingList) withdraw(now fuseboard.Instant) bool {
	if _, repeats, allowed := l.balance(now); repeats >= allowed {
		return false
	}
	l.repeats = append(l.repeats, l.tick(now))
	return true
}

func TestSpendingAgreesWithAListOfEverythingBooked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		window := time.Duration(rapid.Int64Range(int64(time.Second), int64(3*time.Second)).Draw(t, "window"))
		list := &spendingList{budget: supervision.Budget{
			Ratio: rapid.Float64Range(0.01, 1).Draw(t, "ratio"), MinPerSecond: rapid.IntRange(1, 3).Draw(t, "min"), Window: window,
		}}
		account := supervision.NewSpending(list.budget)
		if lanes := rapid.SampledFrom([]int{0, 1, 4}).Draw(t, "lanes"); lanes > 0 {
			account.Spread(lanes)
		}
		now := fuseboard.Instant(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "start"))
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(window)/4).Draw(t, "pause")))
			switch rapid.SampledFrom([]string{"deposit", "withdraw", "look"}).Draw(t, "step") {
			case "withdraw":
				if got, want := account.Withdraw(now), list.withdraw(now); got != want {
					t.Fatalf("at %d: withdraw %v, the list says %v", now, got, want)
				}
			case "deposit":
				account.DepositAt(rapid.IntRange(-1, 4).Draw(t, "lane"), now)
				list.calls = append(list.calls, list.tick(now))
			}
			calls, repeats, allowed := account.Balance(now)
			wantCalls, wantRepeats, wantAllowed := list.balance(now)
			if calls != wantCalls || repeats != wantRepeats || allowed != wantAllowed {
				t.Fatalf("at %d: balance %d, %d, %d; the list says %d, %d, %d", now, calls, repeats, allowed, wantCalls, wantRepeats, wantAllowed)
			}
		}
	})
}

func TestWhatIsBookedLeavesTheWindowAfterTenTenths(t *testing.T) {
	s := supervision.NewSpending(supervision.Budget{MinPerSecond: 1, Window: time.Second})
	s.Deposit(0)
	s.Withdraw(0)
	for now, want := range map[time.Duration]int{0: 1, time.Second - 1: 1, time.Second: 0} {
		if calls, repeats, _ := s.Balance(fuseboard.Instant(now)); calls != want || repeats != want {
			t.Errorf("after %s: %d calls, %d repeats, want %d each", now, calls, repeats, want)
		}
	}
}

func TestAQuietDependencyMayStillBeRetried(t *testing.T) {
	s := supervision.NewSpending(supervision.Budget{MinPerSecond: 2, Window: time.Second})
	if got := []bool{s.Withdraw(0), s.Withdraw(0), s.Withdraw(0)}; !got[0] || !got[1] || got[2] {
		t.Errorf("two a second are allowed without any call, got %v", got)
	}
}

func TestALateCallerIsBookedWhereItBelongsOrNotAtAll(t *testing.T) {
	s := supervision.NewSpending(supervision.Budget{Window: 10 * time.Second})
	at := func(seconds int) fuseboard.Instant { return fuseboard.Instant(time.Duration(seconds) * time.Second) }
	s.Deposit(at(20))
	s.Deposit(at(15)) // late, but inside the window
	s.Deposit(at(10)) // its bucket has become that of 20
	if calls, _, _ := s.Balance(at(20)); calls != 2 {
		t.Errorf("%d calls booked, want 2", calls)
	}
	if s.Withdraw(at(10)) {
		t.Error("a repetition older than the window was granted")
	}
	if calls, _, _ := s.Balance(at(25)); calls != 1 {
		t.Errorf("%d calls in the window of second 25, want the one of second 20", calls)
	}
}

func TestReshapeKeepsTheAccountWhileTheWindowStays(t *testing.T) {
	s := supervision.NewSpending(supervision.Budget{Ratio: 0.2, MinPerSecond: 1, Window: time.Second})
	for range 10 {
		s.Deposit(0)
	}
	s.Withdraw(0)
	if !s.Reshape(supervision.Budget{Ratio: 1, MinPerSecond: 5, Window: time.Second}) {
		t.Error("the same window loses the account")
	}
	if calls, repeats, allowed := s.Balance(0); calls != 10 || repeats != 1 || allowed != 15 {
		t.Errorf("after a new ratio: %d calls, %d repeats, %d allowed", calls, repeats, allowed)
	}
	if s.Reshape(supervision.Budget{Ratio: 1, MinPerSecond: 5, Window: 2 * time.Second}) {
		t.Error("another window keeps the account")
	}
	if calls, repeats, allowed := s.Balance(0); calls != 0 || repeats != 0 || allowed != 10 {
		t.Errorf("after a new window: %d calls, %d repeats, %d allowed", calls, repeats, allowed)
	}
}

// crowd runs the work on as many goroutines as asked, at once, and waits for them.
func crowd(goroutines int, work func(worker int)) {
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range goroutines {
		all.Go(func() {
			<-begin
			work(i)
		})
	}
	close(begin)
	all.Wait()
}

func TestP11_NeverMoreThanTheBudgetHoweverManyWithdrawAtOnce(t *testing.T) {
	for round := range 50 {
		s := supervision.NewSpending(supervision.Budget{Ratio: 0.5, MinPerSecond: 3, Window: time.Second})
		start := fuseboard.Instant(round) * 37_000_000
		for range 40 {
			s.Deposit(start)
		}
		var granted atomic.Int64
		crowd(8, func(worker int) {
			for range 20 { // neighbouring buckets, so that sums race with bookings elsewhere
				if s.Withdraw(start.Add(time.Duration(worker%3) * 100 * time.Millisecond)) {
					granted.Add(1)
				}
			}
		})
		if got := granted.Load(); got > 23 || got == 0 {
			t.Fatalf("%d repetitions granted, at most 23 are allowed", got)
		}
		if _, repeats, _ := s.Balance(start.Add(200 * time.Millisecond)); int64(repeats) != granted.Load() {
			t.Fatalf("%d booked, %d granted: a refusal was not undone", repeats, granted.Load())
		}
	}
}

// failsafe-go#139 and #141: a spent budget killed the original call too.
func TestP11_ASpentBudgetDoesNotConcernFirstAttempts(t *testing.T) {
	s := supervision.NewSpending(supervision.Budget{Ratio: 0.5, MinPerSecond: 1, Window: time.Second})
	for s.Withdraw(0) {
	}
	s.Deposit(0)
	s.Deposit(0)
	if calls, _, allowed := s.Balance(0); calls != 2 || allowed != 2 || !s.Withdraw(0) {
		t.Errorf("two calls after the budget was spent: %d booked, %d allowed", calls, allowed)
	}
}

// pubky/pubky-nexus#947: two budgets shared one counter.
func TestP11_TwoAccountsShareNothing(t *testing.T) {
	one := supervision.NewSpending(supervision.Budget{MinPerSecond: 1, Window: time.Second})
	other := supervision.NewSpending(supervision.Budget{MinPerSecond: 1, Window: time.Second})
	one.Deposit(0)
	one.Withdraw(0)
	if calls, repeats, _ := other.Balance(0); calls != 0 || repeats != 0 {
		t.Errorf("the other account holds %d calls, %d repeats", calls, repeats)
	}
}

// finagle#956 deposited twice; here a repetition must not pay for the next one.
func TestP11_RepetitionsDoNotPayForRepetitions(t *testing.T) {
	s := supervision.NewSpending(supervision.Budget{Ratio: 1, MinPerSecond: 1, Window: time.Second})
	s.Deposit(0)
	granted := 0
	for range 100 {
		if s.Withdraw(0) {
			granted++
		}
	}
	if calls, repeats, _ := s.Balance(0); granted != 2 || repeats != 2 || calls != 1 {
		t.Errorf("one call and one a second gave %d repetitions (%d calls, %d repeats booked)", granted, calls, repeats)
	}
}

// envoy#30205: retries in backoff were not counted, so all were released at once.
func TestP11_ARepetitionIsBookedBeforeItsBackoff(t *testing.T) {
	s := supervision.NewSpending(supervision.Budget{Ratio: 0.01, MinPerSecond: 1, Window: time.Second})
	decided := 0
	for range 50 { // fifty calls fail together; none of their backoffs has ended
		s.Deposit(0)
		if s.Withdraw(0) {
			decided++
		}
	}
	if decided != 1 {
		t.Errorf("%d repetitions wait for their backoff, the budget allows 1", decided)
	}
}

func TestSpendingCountsEveryDepositOfACrowd(t *testing.T) {
	s := supervision.NewSpending(supervision.Budget{Window: 10 * time.Second})
	crowd(8, func(worker int) {
		for i := range 1000 {
			s.Deposit(fuseboard.Instant(i/100) * fuseboard.Instant(time.Second))
		}
	})
	if calls, _, _ := s.Balance(fuseboard.Instant(9 * time.Second)); calls != 8000 {
		t.Errorf("%d of 8000 deposits counted", calls)
	}
}

func BenchmarkSpendingDeposit(b *testing.B) {
	s := supervision.NewSpending(supervision.Budget{})
	b.ReportAllocs()
	now := fuseboard.Instant(0)
	for b.Loop() {
		now += 1000
		s.Deposit(now)
	}
}

func BenchmarkSpendingDepositParallel(b *testing.B) {
	s := supervision.NewSpending(supervision.Budget{})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		now := fuseboard.Instant(0)
		for pb.Next() {
			now += 1000
			s.Deposit(now)
		}
	})
}

func BenchmarkSpendingWithdraw(b *testing.B) {
	s := supervision.NewSpending(supervision.Budget{MinPerSecond: 10_000, Window: time.Minute})
	b.ReportAllocs()
	for b.Loop() {
		s.Withdraw(1)
	}
}
