// SPDX-License-Identifier: Apache-2.0

package watch

import "github.com/fsnotify/fsnotify"

// notifier is what is used of fsnotify; tests have others, which say nothing or cannot be had.
type notifier struct {
	add, remove func(dir string) error
	close       func() error // closes events
	events      <-chan fsnotify.Event
	errors      <-chan error
}

func system() (*notifier, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	return &notifier{add: w.Add, remove: w.Remove, close: w.Close, events: w.Events, errors: w.Errors}, nil
}

// listen rings the bell until the notifier is closed. It does nothing else: fsnotify must never wait
// for who calls its Add, which on some systems waits for its events to be taken.
func (n *notifier) listen(b *bell) {
	failures := n.errors
	for {
		select {
		case e, open := <-n.events:
			if !open {
				return
			}
			b.ring(e)
		case _, open := <-failures:
			if !open {
				failures = nil
				continue
			}
			b.alarm()
		}
	}
}
