// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
)

// The tests of this file let notifications fail, in virtual time.

// A directory further up is renamed and made anew: no event tells of that, but those of the new
// one must be heard.
func TestADirectoryThatIsAnotherOneIsWatchedAnewByAPoll(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	up := filepath.Join(dir, "up")
	file := filepath.Join(up, "policies", "a.yaml")
	must(t, os.MkdirAll(filepath.Dir(file), 0o700))
	write(t, file, "one")
	synctest.Test(t, func(t *testing.T) {
		c := newCrier()
		w, err := start(t.Context(), Options{Path: file}, sources{c.open, c.read})
		must(t, err)
		defer shut(t, w)
		s := scene{t, c, file, w}
		s.now("a.yaml=one")
		must(t, os.Rename(up, up+".old"))
		must(t, os.MkdirAll(filepath.Dir(file), 0o700))
		write(t, file, "two")
		time.Sleep(DefaultPoll + DefaultDebounce)
		s.now("a.yaml=two")
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.adds != 2 || len(c.dirs) != 1 {
			t.Errorf("watched %d times: %v", c.adds, c.dirs)
		}
	})
}

func TestChangesWithoutNotificationsAreSeenByPolls(t *testing.T) {
	stage(t, Options{}, silent, func(s scene) {
		if got := s.w.Stats(); got.Trouble != syscall.EMFILE.Error() || got.NotifyErrors != 1 || got.Watched != 0 {
			s.Fatalf("%+v", got)
		}
		write(t, s.file, "two")
		time.Sleep(DefaultPoll)
		s.nothing() // it may be half of it
		time.Sleep(DefaultDebounce)
		s.now("a.yaml=two")
		must(t, os.Remove(s.file))
		time.Sleep(DefaultPoll + DefaultDebounce)
		s.now("!not-found")
		if got := s.w.Stats(); got.Missed != 2 || got.Polls != 2 || got.Reads != 5 || got.NotifyErrors != 1 {
			s.Fatalf("%+v", got)
		}
	})
}

func TestWhatAPollFindsIsShownWhenTwoReadsAgree(t *testing.T) {
	stage(t, Options{}, silent, func(s scene) {
		write(t, s.file, "2")
		time.Sleep(DefaultPoll)
		s.nothing()
		for _, more := range []string{"2 3", "2 3 4"} {
			write(t, s.file, more)
			time.Sleep(DefaultDebounce)
			s.nothing()
		}
		time.Sleep(DefaultDebounce)
		s.now("a.yaml=2 3 4")

		write(t, s.file, "") // a poll between the two steps of a save
		time.Sleep(DefaultPoll)
		s.nothing()
		write(t, s.file, "2 3 4")
		time.Sleep(DefaultDebounce)
		s.nothing()
		time.Sleep(DefaultPoll + DefaultDebounce)
		s.nothing()
		if got := s.w.Stats().Missed; got != 1 {
			s.Fatalf("%d changes were missed, want 1", got)
		}
	})
}

func TestAPollThatNeverFindsTwiceTheSameShowsWhatItHasAfterTenTimesTheDebounce(t *testing.T) {
	stage(t, Options{}, silent, func(s scene) {
		write(t, s.file, "begin")
		time.Sleep(DefaultPoll)
		for begin := time.Now(); time.Since(begin) < 10*DefaultDebounce; {
			s.nothing()
			write(t, s.file, time.Since(begin).String())
			time.Sleep(DefaultDebounce)
		}
		s.now("a.yaml=450ms")
	})
}

func TestFilesThatNeverHoldStillAreAnErrorAfterTenTimesTheDebounce(t *testing.T) {
	stage(t, Options{}, nil, func(s scene) {
		s.move(true)
		s.cry(s.file)
		time.Sleep(10*DefaultDebounce - time.Nanosecond)
		s.nothing()
		time.Sleep(time.Nanosecond)
		s.now("!unsettled")
		if got := s.w.Stats(); got.Unsettled != 10 {
			s.Fatalf("%d reads were thrown away", got.Unsettled)
		}
		s.move(false)
		time.Sleep(DefaultPoll + DefaultDebounce)
		s.now("a.yaml=one")
	})
}

func TestEventsThatAreLostAreFoundByAPoll(t *testing.T) {
	stage(t, Options{Poll: time.Second}, nil, func(s scene) {
		write(t, s.file, "two")
		time.Sleep(time.Second + DefaultDebounce)
		s.now("a.yaml=two")
		write(t, s.file, "three")
		s.cry(s.file)
		time.Sleep(DefaultDebounce)
		s.now("a.yaml=three")
		if got := s.w.Stats(); got.Missed != 1 || got.Events != 1 {
			s.Fatalf("%+v", got)
		}
	})
}

func TestAQueueThatOverflowsIsReadAtOnce(t *testing.T) {
	stage(t, Options{}, nil, func(s scene) {
		write(t, s.file, "two")
		s.errors <- fsnotify.ErrEventOverflow
		time.Sleep(DefaultDebounce)
		s.now("a.yaml=two")
		if got := s.w.Stats().NotifyErrors; got != 1 {
			s.Fatalf("%d errors", got)
		}
	})
}

func TestNotificationsThatCouldNotBeHadAreTriedAgainAtEachPoll(t *testing.T) {
	stage(t, Options{}, silent, func(s scene) {
		s.become(nil, nil)
		time.Sleep(DefaultPoll)
		synctest.Wait()
		if got := s.w.Stats(); got.Trouble != "" || got.Watched != 1 {
			s.Fatalf("%+v", got)
		}
		write(t, s.file, "two")
		s.cry(s.file)
		time.Sleep(DefaultDebounce)
		s.now("a.yaml=two")
	})
}

func TestADirectoryThatCannotBeWatchedIsTroubleAndTriedAgain(t *testing.T) {
	full := func(c *crier) { c.become(nil, func(string) error { return syscall.ENOSPC }) }
	stage(t, Options{}, full, func(s scene) {
		if got := s.w.Stats(); got.Trouble != syscall.ENOSPC.Error() || got.Watched != 0 || got.NotifyErrors != 1 {
			s.Fatalf("%+v", got)
		}
		s.become(nil, nil)
		time.Sleep(DefaultPoll)
		synctest.Wait()
		if got := s.w.Stats(); got.Trouble != "" || got.Watched != 1 || got.NotifyErrors != 1 {
			s.Fatalf("%+v", got)
		}
	})
}

// Between the first look at the path and the watch, everything changes: the link leads
// elsewhere, and the file there is written.
func TestNothingIsLostBetweenTheFirstReadAndTheWatch(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	at := func(path string) string { return filepath.Join(dir, path) }
	must(t, os.Mkdir(at("x"), 0o700))
	must(t, os.Mkdir(at("y"), 0o700))
	write(t, at("x/a.yaml"), "x")
	write(t, at("y/a.yaml"), "y")
	link(t, "x", at("current"))
	synctest.Test(t, func(t *testing.T) {
		c := newCrier()
		c.become(nil, func(watched string) error {
			switch {
			case watched == at("x") && !slices.Contains(c.watched(), at("y")):
				relink(t, "y", at("current"))
			case watched == at("y"):
				write(t, at("y/a.yaml"), "written")
			}
			return nil
		})
		w, err := start(t.Context(), Options{Path: at("current/a.yaml")}, sources{c.open, read})
		must(t, err)
		defer shut(t, w)
		scene{t, c, "", w}.now("a.yaml=written")
		if got := c.watched(); !slices.Equal(got, []string{dir, at("y")}) {
			t.Errorf("watched: %v", got)
		}
	})
}
