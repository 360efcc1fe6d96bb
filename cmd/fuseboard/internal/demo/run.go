// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// Options are what a user of the demo chooses.
type Options struct {
	// For is how long calls are made.
	For time.Duration
	// Seed makes arrivals and dice.
	Seed uint64
	// Progress receives lines as it goes; io.Discard for none. Its errors are not
	// reported: what counts is the Report.
	Progress io.Writer
}

// Run plays the script to its end, or until ctx ends, and reports what was
// measured until then. The end of ctx is no error. Calls under way are waited
// for, which takes no longer than Deadline.
func Run(ctx context.Context, o Options) (report Report, err error) {
	start := time.Now()
	elapsed := func() time.Duration { return time.Since(start) }
	script := NewScript(o.For)

	sys, err := actors.Start(actors.Options{Seed: max(o.Seed, 1)}) // 0 would draw one
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, stop(sys)) }()
	bare, err := newSide(script, o.Seed, elapsed)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, bare.close()) }()
	guarded, err := newSide(script, o.Seed, elapsed)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, guarded.close()) }()
	guard, err := guarded.protect(sys, Policy(o.For))
	if err != nil {
		return Report{}, err
	}
	answering, err := newSide(script, o.Seed, elapsed)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, answering.close()) }()
	if err := answering.answer(sys, withAnswers(Policy(o.For), o.For)); err != nil {
		return Report{}, err
	}

	seen, err := openWindow(sys)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, seen.close()) }()

	p := newProgress(o.Progress, script, [3]*Recorder{&bare.record, &guarded.record, &answering.record}, guard.State)
	p.header(o.Seed, seen.address)
	told := narrate(p, sys, elapsed)
	report = Report{Total: o.For, Return: script.Return(), Seed: o.Seed}
	report.Ran, report.Late = drive(ctx, o.Seed, o.For, []*side{bare, guarded, answering}, elapsed)
	told()
	report.Unprotected = bare.sum(report, script)
	report.Protected = guarded.sum(report, script)
	report.WithAnswers = answering.sum(report, script)
	return report, nil
}

// narrate writes progress on a goroutine of its own until the returned function
// is called, which waits for it.
func narrate(p *progress, sys *actors.System, elapsed func() time.Duration) (end func()) {
	events := sys.Subscribe(64)
	done := make(chan struct{})
	var narrator sync.WaitGroup
	narrator.Go(func() {
		timer := time.NewTimer(0)
		defer timer.Stop()
		for {
			select {
			case <-timer.C:
				p.catchUp(elapsed())
			case e := <-events.C():
				p.event(elapsed(), e)
			case <-done:
				p.catchUp(elapsed())
				return
			}
			timer.Reset(max(p.due()-elapsed(), 0))
		}
	})
	return func() {
		close(done)
		narrator.Wait()
		events.Close()
	}
}

func (s *side) sum(r Report, script Script) Numbers {
	samples := s.record.After(0)
	n := Sum(samples, s.upstream.Requests(), r.Return, r.Ran)
	n.Shares = sharesOf(script.during("slow", samples))
	return n
}

// stop ends the System; its handlers end by their deadline.
func stop(sys *actors.System) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*Deadline)
	defer cancel()
	return sys.Shutdown(ctx)
}
