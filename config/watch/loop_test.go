// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// The tests of this file watch real files in virtual time, with notifications that come
// when the test says so.

func TestTheFirstSnapshotIsThereAtTheStart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(folder(t), "a.yaml")
	write(t, file, "one")
	synctest.Test(t, func(t *testing.T) {
		c := newCrier()
		begin := time.Now()
		w, err := start(t.Context(), Options{Path: file}, sources{c.open, c.read})
		must(t, err)
		defer shut(t, w)
		scene{t, c, file, w}.now("a.yaml=one")
		if waited := time.Since(begin); waited != 0 {
			t.Errorf("it came after %v", waited)
		}
	})
}

func TestAHalfWrittenFileIsNotShownWhileItsWriterPausesLessThanTheDebounce(t *testing.T) {
	stage(t, Options{}, nil, func(s scene) {
		write(t, s.file, "ha")
		s.cry(s.file)
		time.Sleep(DefaultDebounce - time.Nanosecond)
		s.nothing()
		write(t, s.file, "half")
		s.cry(s.file)
		time.Sleep(DefaultDebounce - time.Nanosecond)
		s.nothing()
		time.Sleep(time.Nanosecond)
		s.now("a.yaml=half")
	})
}

func TestWritesThatNeverPauseAreShownAfterTenTimesTheDebounce(t *testing.T) {
	stage(t, Options{}, nil, func(s scene) {
		begin := time.Now()
		for time.Since(begin) < 10*DefaultDebounce {
			s.cry(s.file)
			s.nothing()
			write(t, s.file, time.Since(begin).String())
			time.Sleep(DefaultDebounce / 2)
		}
		s.now("a.yaml=475ms")
	})
}

func TestWhoIsSlowGetsTheNewestAndHoldsNobodyUp(t *testing.T) {
	stage(t, Options{}, nil, func(s scene) {
		for _, text := range []string{"two", "three", "four"} {
			write(t, s.file, text)
			s.cry(s.file)
			time.Sleep(time.Second)
		}
		if got := s.w.Stats().Reads; got != 4 {
			s.Fatalf("%d reads", got)
		}
		s.now("a.yaml=four")
		s.nothing()
	})
}

func TestAChangeThatIsTakenBackBeforeAnybodyTookItIsNone(t *testing.T) {
	stage(t, Options{}, nil, func(s scene) {
		for _, text := range []string{"two", "one"} {
			write(t, s.file, text)
			s.cry(s.file)
			time.Sleep(time.Second)
		}
		s.nothing()
		write(t, s.file, "two")
		s.cry(s.file)
		time.Sleep(time.Second)
		s.now("a.yaml=two")
	})
}

func TestFilesThatAreWrittenAsTheyWereAreNoChange(t *testing.T) {
	stage(t, Options{}, nil, func(s scene) {
		swap(t, s.file, "one")
		s.cry(s.file)
		time.Sleep(time.Minute)
		s.nothing()
	})
}

func TestAnEndedContextEndsTheWatcherAndCloseWaitsForIt(t *testing.T) {
	t.Parallel()
	file := filepath.Join(folder(t), "a.yaml")
	write(t, file, "one")
	for _, end := range []string{"context", "close"} {
		ctx, cancel := context.WithCancel(t.Context())
		w, err := Start(ctx, Options{Path: file})
		must(t, err)
		if end == "context" {
			cancel()
			for range w.Changes() { // it may be taken, and ends
			}
		}
		for range 2 {
			must(t, w.Close())
		}
		for range w.Changes() {
			t.Error("a snapshot of a watcher that was closed")
		}
		cancel()
	}
}

func TestCloseReturnsTheErrorOfTheNotificationsFromEveryCall(t *testing.T) {
	t.Parallel()
	c, broken := newCrier(), errors.New("broken")
	w, err := start(t.Context(), Options{Path: folder(t)}, sources{func() (*notifier, error) {
		n, err := c.open()
		n.close = func() error { close(c.events); return broken }
		return n, err
	}, read})
	must(t, err)
	for range 2 {
		if err := w.Close(); !errors.Is(err, broken) {
			t.Fatal(err)
		}
	}
}
