// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"errors"
	"io/fs"
	"os"
)

// rounds is how often the way of a path is walked until all of it is watched.
const rounds = 5

// errRestless: the directories on the way changed each time it was walked.
var errRestless = errors.New("the directories of the path change all the time")

// cover keeps the directories watched through which a path leads. It belongs to one
// goroutine at a time.
type cover struct {
	open func() (*notifier, error)
	bell *bell

	now     *notifier              // nil: there are no notifications
	ended   chan struct{}          // closed when nobody listens to now any more
	dirs    map[string]fs.FileInfo // the watched ones, as they were
	trouble error                  // why not all of the way is watched
}

// follow watches the way of path. When it returns, whatever changes on the way after this call
// rings the bell, but for what trouble says.
func (c *cover) follow(path string) {
	if c.now == nil && !c.start() {
		return
	}
	for range rounds {
		spots := trail(path)
		c.bell.mind(spots)
		if !c.watch(spots) { // all of it was watched before it was walked
			c.leave(spots)
			return
		}
	}
	c.trouble = errRestless
}

func (c *cover) start() bool {
	n, err := c.open()
	if c.trouble = err; err != nil {
		return false
	}
	c.now, c.ended, c.dirs = n, make(chan struct{}), map[string]fs.FileInfo{}
	go func(ended chan struct{}) {
		defer close(ended)
		n.listen(c.bell)
	}(c.ended)
	return true
}

// watch watches the directories of spots that are not, and reports whether there were any.
func (c *cover) watch(spots []spot) (fresh bool) {
	c.trouble = nil
	for dir := range c.bell.lost() {
		delete(c.dirs, dir)
	}
	for _, s := range spots {
		info, err := os.Stat(s.dir)
		if before, there := c.dirs[s.dir]; err == nil && there && os.SameFile(before, info) {
			continue
		}
		_ = c.now.remove(s.dir) // what it watched under this name was another one
		delete(c.dirs, s.dir)
		if err == nil {
			err = c.now.add(s.dir)
		}
		switch {
		case err == nil:
			c.dirs[s.dir] = info
			fresh = true
		case errors.Is(err, fs.ErrNotExist):
			fresh = true
		default:
			c.trouble = err
		}
	}
	return fresh
}

// leave ends the watches that no spot needs.
func (c *cover) leave(spots []spot) {
	needed := map[string]bool{}
	for _, s := range spots {
		needed[s.dir] = true
	}
	for dir := range c.dirs {
		if !needed[dir] {
			_ = c.now.remove(dir) // it may be gone already
			delete(c.dirs, dir)
		}
	}
}

// close ends the notifications and waits for who listens.
func (c *cover) close() error {
	if c.now == nil {
		return nil
	}
	err := c.now.close()
	<-c.ended
	return err
}
