// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"encoding/json"
	"io"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
)

const (
	burnerEnv  = "FUSEBOARD_SHEDDING_BURNER"
	burnerMost = 40 // readings: ten seconds
)

// burned is one line that the child writes.
type burned struct {
	Signals
	Seconds, CPUSeconds float64 // gone since the line before, and used by the child as the system counts it
	Level               Level   // of a sampler
	Text                string  // its view
}

// full reports whether all of the quota was used.
func (b burned) full() bool { return b.CPU >= 0.9 && b.Throttled >= 0.5 && b.Level == ShedHigh }

// burn is what a child process does: it waits for its beginning, uses all the processor
// time that it gets, and writes a line each quarter of a second, until four in a row are
// full: on a busy machine the first are not.
func burn(begin io.Reader, out io.Writer) {
	if _, err := begin.Read(make([]byte, 1)); err != nil {
		return
	}
	var stop atomic.Bool
	for range runtime.GOMAXPROCS(0) {
		go func() {
			for !stop.Load() {
			}
		}()
	}
	clock, write := fuseboard.NewClock(), json.NewEncoder(out)
	sampler := NewSampler(Policy{CPU: 0.85, Every: 50 * time.Millisecond, Smoothing: 200 * time.Millisecond}, clock, nil)
	sampler.Start()
	reader := NewReader(nil)
	reader.Read(clock.Now())
	began := time.Now()
	before, _ := processTime()
	for lines, row := 0, 0; lines < burnerMost && row < 4; lines++ {
		<-time.After(250 * time.Millisecond)
		line := burned{Signals: reader.Read(clock.Now()), Level: sampler.Level(), Text: sampler.View().String()}
		used, _ := processTime()
		line.Seconds, line.CPUSeconds = time.Since(began).Seconds(), (used - before).Seconds()
		began, before = time.Now(), used
		if row++; !line.full() {
			row = 0
		}
		_ = write.Encode(line) // a parent that left reads nothing
	}
	sampler.Stop()
	stop.Store(true)
}
