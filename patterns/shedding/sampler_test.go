// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

// made is a host whose pressure a test sets.
type made struct {
	mu      sync.Mutex
	in      Signals
	read    int
	panics  bool
	blocked chan struct{}
}

func (m *made) set(in Signals) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.in = in
}

func (m *made) reads() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.read
}

func (m *made) source(fuseboard.Instant) Signals {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.read++
	if m.panics {
		panic("no host")
	}
	if m.blocked != nil {
		<-m.blocked
	}
	return m.in
}

func TestTheLevelFollowsThePressureUpAndDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, clock := &made{}, fuseboard.NewClock()
		s := NewSampler(Policy{CPU: 0.85}, clock, host.source)
		s.Start()
		defer s.Stop()
		at := func(d time.Duration, in Signals) Level {
			host.set(in)
			time.Sleep(d)
			synctest.Wait()
			return s.Level()
		}
		steps := []struct {
			d    time.Duration
			cpu  float64
			want Level
		}{
			{10 * time.Second, 0.6, AdmitAll},
			{500 * time.Millisecond, 1, AdmitAll},    // a burst
			{10 * time.Second, 0.6, AdmitAll},        // is over
			{10 * time.Second, 0.88, ShedSheddable},  // the pressure rises
			{10 * time.Second, 0.93, ShedNormal},     // further
			{10 * time.Second, 1, ShedHigh},          // to all there is
			{10 * time.Second, 0.94, ShedHigh},       // within the margin
			{4500 * time.Millisecond, 0.5, ShedHigh}, // calm, but not for long enough
			{1 * time.Second, 0.5, ShedNormal},       // hold_for has gone by
			{4 * time.Second, 0.5, ShedNormal},       // and again, from there
			{1 * time.Second, 0.5, ShedSheddable},
			{4 * time.Second, 0.5, ShedSheddable},
			{1 * time.Second, 0.5, AdmitAll},
		}
		for i, step := range steps {
			if got := at(step.d, Signals{CPU: step.cpu}); got != step.want {
				t.Errorf("step %d at %v: %v, want %v: %s", i, time.Duration(clock.Now()), got, step.want, s.View().Why())
			}
			if s.View().Level != s.Level() {
				t.Errorf("step %d: the view says %v, the level is %v", i, s.View().Level, s.Level())
			}
		}
	})
}

func TestSamplesAreTakenAtOnceAndEachEvery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := &made{}
		s := NewSampler(Policy{CPU: 0.9, Every: time.Second}, fuseboard.NewClock(), host.source)
		s.Start()
		s.Start() // does nothing more
		defer s.Stop()
		synctest.Wait()
		if n := host.reads(); n != 1 {
			t.Errorf("%d readings at the start", n)
		}
		time.Sleep(10*time.Second + 1)
		synctest.Wait()
		if n := host.reads(); n != 11 {
			t.Errorf("%d readings in ten seconds", n)
		}
	})
}

func TestStopWaitsForTheReadingUnderWayAndAdmitsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := &made{in: Signals{Memory: 1}}
		s := NewSampler(Policy{Memory: 0.9}, fuseboard.NewClock(), host.source)
		s.Start()
		synctest.Wait()
		if s.Level() != ShedHigh || s.Admit(fuseboard.High) == nil || s.Admit(fuseboard.Critical) != nil {
			t.Errorf("before: %v", s.Level())
		}
		host.mu.Lock()
		host.blocked = make(chan struct{})
		host.mu.Unlock()
		time.Sleep(DefaultEvery)
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			s.Stop()
		}()
		synctest.Wait()
		select {
		case <-stopped:
			t.Error("Stop did not wait for the reading that is under way")
		default:
		}
		close(host.blocked)
		<-stopped
		s.Stop()
		s.Start()
		before := host.reads()
		time.Sleep(time.Minute)
		if s.Sample(0) != AdmitAll || s.Level() != AdmitAll || s.Admit(fuseboard.Sheddable) != nil || host.reads() != before {
			t.Errorf("after: %v, %d readings", s.Level(), host.reads()-before)
		}
	})
}

func TestStopWithoutStartAndAPolicyThatIsOffDoNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := &made{in: Signals{CPU: 1, Memory: 1}}
		s := NewSampler(Policy{}, fuseboard.NewClock(), host.source)
		s.Start()
		time.Sleep(time.Minute)
		if s.Sample(0) != AdmitAll || s.Level() != AdmitAll || host.reads() != 0 || len(s.View().Watches()) != 0 {
			t.Errorf("%v after %d readings", s.Level(), host.reads())
		}
		s.Stop()
		s = NewSampler(Policy{CPU: 0.9}, nil, host.source)
		s.Stop()
		s.Start()
		time.Sleep(time.Minute)
		if host.reads() != 0 {
			t.Errorf("a sampler that was stopped before its start reads %d times", host.reads())
		}
	})
}

func TestASourceThatPanicsHasReadNothing(t *testing.T) {
	host := &made{in: Signals{Memory: 1}}
	s := NewSampler(Policy{Memory: 0.9}, nil, host.source)
	s.Sample(0)
	host.panics = true
	now := fuseboard.Instant(0)
	for level := ShedHigh; level > AdmitAll; level-- {
		now = now.Add(DefaultHoldFor)
		if got := s.Sample(now); got != level-1 {
			t.Fatalf("%v, want %v: %s", got, level-1, s.View())
		}
	}
	if v := s.View(); v.Signals.Source != "the source panicked" || v.Watches()[0].Value != Unknown {
		t.Errorf("%+v", v)
	}
}

func TestASourceThatEndsItsGoroutineEndsTheSampler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		read := 0
		s := NewSampler(Policy{Memory: 0.9}, fuseboard.NewClock(), func(fuseboard.Instant) Signals {
			if read++; read > 1 {
				runtime.Goexit()
			}
			return Signals{Memory: 1}
		})
		s.Start()
		synctest.Wait()
		if s.Level() != ShedHigh {
			t.Errorf("before: %v", s.Level())
		}
		time.Sleep(time.Minute)
		if s.Level() != AdmitAll || read != 2 {
			t.Errorf("after %d readings: %v", read, s.Level())
		}
		s.Stop()
	})
}

func TestASamplerWithoutASourceReadsThisHostAndClosesItsFiles(t *testing.T) {
	clock := fuseboard.NewClock()
	s := NewSampler(Policy{Every: time.Minute}, clock, nil)
	s.own.root, s.own.machine.name = inV2(nil), "proc/meminfo"
	s.Sample(clock.Now())
	files := s.own.ceilings[0]
	if files.stat.open == nil {
		t.Error("the files are not held open")
	}
	s.Stop()
	if files.stat.open != nil || s.own.machine.open != nil {
		t.Error("Stop leaves files open")
	}

	s = NewSampler(Policy{Every: time.Minute}, clock, nil)
	defer s.Stop()
	s.Sample(clock.Now())
	s.Sample(clock.Now().Add(time.Second))
	v := s.View()
	t.Log(v)
	if len(v.Watches()) != 4 || v.Signals.Quota <= 0 || v.Signals.Source == "" || v.Policy().CPU != DefaultCPU {
		t.Errorf("%+v", v)
	}
}

// Levels and views are read by many while samples are taken, by the sampler and by others.
func TestStormOfReadersSeesOnlyLevelsThatWere(t *testing.T) {
	host := &made{}
	s := NewSampler(Policy{CPU: 0.8, Memory: 0.9, Every: leastEvery, HoldFor: leastHold}, nil, host.source)
	s.Start()
	var readers, writers sync.WaitGroup
	quit := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-quit:
					return
				default:
				}
				if level := s.Level(); level > ShedHigh || !level.Admits(fuseboard.Critical) {
					t.Errorf("level %d", level)
				}
				if v := s.View(); v.Level.Admits(fuseboard.Sheddable) != (v.Cause.Signal == NoSignal) {
					t.Errorf("%v without a cause, or a cause without it: %+v", v.Level, v.Cause)
				}
				if err := s.Admit(fuseboard.Critical); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for w := range 2 {
		writers.Go(func() {
			for i := range 3000 {
				host.set(Signals{CPU: float64(i%11) / 10, Memory: float64((i+w)%12) / 11})
				s.Sample(fuseboard.Instant(i) * fuseboard.Instant(5*time.Millisecond))
			}
		})
	}
	writers.Wait()
	close(quit)
	readers.Wait()
	s.Stop()
	if s.Level() != AdmitAll {
		t.Errorf("%v after Stop", s.Level())
	}
}
