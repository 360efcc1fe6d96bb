// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"fmt"
	"slices"
	"time"
)

// How much is run for each scenario.
const (
	realRuns       = 9
	simulatedSeeds = 100                  // at least, over all tapes
	mostLate       = 5 * time.Millisecond // the probe's 99th percentile, beyond which a real run is void
	mostVoid       = realRuns / 3
)

// take is a real run.
type take struct {
	written *tape
	real    outcome
	late    time.Duration // the probe's 99th percentile
}

func (t take) void() bool { return t.late > mostLate }

// session is the real runs of a kind.
type session struct {
	kind  kind
	takes []take
	void  []take
}

// noisy reports whether so many were void that nothing can be said.
func (s *session) noisy() bool { return len(s.void) > mostVoid }

func (s *session) done() bool { return s.noisy() || len(s.takes) == realRuns }

// why says what is wrong with the machine.
func (s *session) why() string {
	return fmt.Sprintf("%s: %d real runs of %d were void: one of a hundred timers of 1ms was later than %v, %v at worst; run it again when the machine is quiet",
		s.kind.name, len(s.void), len(s.void)+len(s.takes), mostLate, s.worst())
}

func (s *session) worst() (late time.Duration) {
	for _, v := range s.void {
		late = max(late, v.late)
	}
	return late
}

// gather makes the real runs of all kinds in turn, each round in the other order: what a machine does in some minutes
// concerns all of them. A void run is made anew, with another seed.
func gather(kinds []kind, run func(k kind, seed uint64) (take, error)) ([]*session, error) {
	sessions := make([]*session, len(kinds))
	for i, k := range kinds {
		sessions[i] = &session{kind: k}
	}
	for seed := uint64(1); ; seed++ {
		turn := slices.DeleteFunc(slices.Clone(sessions), (*session).done)
		if len(turn) == 0 {
			return sessions, nil
		}
		if seed%2 == 0 {
			slices.Reverse(turn)
		}
		for _, s := range turn {
			t, err := run(s.kind, seed)
			if err != nil {
				return nil, fmt.Errorf("%s, seed %d: %w", s.kind.name, seed, err)
			}
			if t.void() {
				s.void = append(s.void, t)
			} else {
				s.takes = append(s.takes, t)
			}
		}
	}
}

func voids(sessions []*session) (n int) {
	for _, s := range sessions {
		n += len(s.void)
	}
	return n
}

// pairs simulates the tapes with as many seeds as the method asks for.
func (s *session) pairs() ([]pair, error) {
	return pairsOf(s.kind, s.takes, (simulatedSeeds+len(s.takes)-1)/len(s.takes), nil)
}

// pairsOf simulates each tape with seeds of its own, with policies changed as set says.
func pairsOf(k kind, takes []take, seeds int, set []string) (pairs []pair, err error) {
	for i, t := range takes {
		simulated, err := replayed(k, t.written, set, uint64(1000*(i+1)), seeds)
		if err != nil {
			return nil, fmt.Errorf("%s, tape %d: %w", k.name, i+1, err)
		}
		pairs = append(pairs, pair{t.real, simulated})
	}
	return pairs, nil
}

// really runs a kind in real time, with a probe beside it.
func really(k kind, seed uint64) (take, error) {
	p := newProbe()
	written, found, err := recorded(k, seed, false)
	return take{written, found, p.p99()}, err
}

// virtually runs it in virtual time, as if that were real.
func virtually(k kind, seed uint64) (take, error) {
	written, found, err := recorded(k, seed, true)
	return take{written: written, real: found}, err
}

// probe measures, beside a real run, how late timers are that ring after a millisecond.
type probe struct {
	stop  chan struct{}
	ended chan struct{}
	late  []time.Duration
}

func newProbe() *probe {
	p := &probe{stop: make(chan struct{}), ended: make(chan struct{})}
	go p.run()
	return p
}

func (p *probe) run() {
	defer close(p.ended)
	timer := time.NewTimer(time.Hour)
	for {
		began := time.Now()
		timer.Reset(time.Millisecond)
		select {
		case <-timer.C:
			p.late = append(p.late, time.Since(began)-time.Millisecond)
		case <-p.stop:
			timer.Stop()
			return
		}
	}
}

// p99 ends the probe and returns how late one timer of a hundred was.
func (p *probe) p99() time.Duration {
	close(p.stop)
	<-p.ended
	if len(p.late) == 0 {
		return time.Hour
	}
	slices.Sort(p.late)
	return p.late[len(p.late)*99/100]
}
