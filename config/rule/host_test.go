// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

// used is a shedding policy in use that watches the CPU.
func used(at fuseboard.Instant, level shedding.Level, read, smoothed float64) actors.SheddingUse {
	return actors.SheddingUse{
		SheddingStats: actors.SheddingStats{Level: level}, At: at, Signals: shedding.Signals{CPU: read, Memory: read / 2, GC: shedding.Unknown, RunQueue: 20 * time.Millisecond},
		Watches: []shedding.Watch{{Signal: shedding.CPU, Value: read, Smoothed: smoothed}, {Signal: shedding.GC, Smoothed: shedding.Unknown}},
	}
}

func TestTheHostIsWhatTheFreshestReadingSays(t *testing.T) {
	now := instantOf(100)
	two := actors.SystemStats{Shedding: []actors.SheddingUse{
		used(instantOf(99), shedding.ShedNormal, 0.6, 0.7), used(instantOf(98), shedding.AdmitAll, 0.2, 0.3),
	}}
	wantValues(t, ReadHost(now, two), map[string]float64{"cpu": 0.7, "memory": 0.3, "gc": -1, "run_queue": 0.02, "shedding": 2})
	two.Shedding[0].Level, two.Shedding[1].Level = shedding.AdmitAll, shedding.ShedHigh // the older one admits less
	wantValues(t, ReadHost(now, two), map[string]float64{"cpu": 0.7, "shedding": 3})
	two.Shedding[1].Level = shedding.AdmitAll
	two.Shedding[0].Watches = nil
	wantValues(t, ReadHost(now, two), map[string]float64{"cpu": 0.3, "memory": 0.3})
	two.Shedding[0].At = 0 // not read yet
	wantValues(t, ReadHost(now, two), map[string]float64{"cpu": 0.3, "memory": 0.1, "shedding": 0})
	young := actors.SystemStats{Shedding: []actors.SheddingUse{used(0, shedding.ShedHigh, 0.9, 0.9)}}
	if got := ReadHost(1, young); got != (Sample{}) {
		t.Errorf("before the first reading it tells %s", got)
	}
	two.Shedding[1].At = now.Add(-Gap)
	wantValues(t, ReadHost(now, two), map[string]float64{"cpu": 0.3})
	two.Shedding[1].At--
	if got := ReadHost(now, two); got != (Sample{}) {
		t.Errorf("an old reading tells %s", got)
	}
	two.Shedding[1].Policy.Every = 2 * time.Second
	wantValues(t, ReadHost(now, two), map[string]float64{"cpu": 0.3})
	if got := ReadHost(now, actors.SystemStats{}); got != (Sample{}) {
		t.Error(got)
	}
}

func TestWhatAReaderDoesNotKnowIsNotKnown(t *testing.T) {
	if got := OfHost(shedding.NotKnown("")); got != (Sample{}) {
		t.Error(got)
	}
	want := sampleOf("cpu=50%,memory=25%,gc=1%,run_queue=3ms")
	if got := OfHost(shedding.Signals{CPU: 0.5, Memory: 0.25, GC: 0.01, RunQueue: 3 * time.Millisecond}); got != want {
		t.Error(got)
	}
}

func TestTheWordsOfTheTableAreThoseOfTheLevels(t *testing.T) {
	for i, w := range levelWords {
		if got := shedding.Level(i).String(); got != w { //nolint:gosec // four
			t.Errorf("%s is %s", got, w)
		}
	}
	if shedding.Level(len(levelWords)).String() != "unknown" { //nolint:gosec // four
		t.Error("there is a level more")
	}
}

func TestTheHostOfARealSystemIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		sys, err := actors.Start(actors.Options{
			Host:     func(fuseboard.Instant) shedding.Signals { return shedding.Signals{CPU: 0.95, Memory: 0.4} },
			Shedding: actors.Shedding{CPU: 0.85, Smoothing: time.Millisecond},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = sys.Shutdown(context.Background()) }()
		if got := ReadHost(0, sys.Stats()); got != (Sample{}) {
			t.Errorf("nobody obeys the policy: %s", got)
		}
		if _, err := actors.Protect(sys, "payments", actors.Policy{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		s := ReadHost(fuseboard.Instant(time.Since(start)), sys.Stats())
		wantValues(t, s, map[string]float64{"cpu": 0.95, "memory": 0.4, "shedding": 2})
	})
}
