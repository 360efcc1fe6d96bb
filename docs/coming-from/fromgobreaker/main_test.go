// SPDX-License-Identifier: Apache-2.0

package fromgobreaker

import (
	"bytes"
	"context"
	"log"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/docs/coming-from/internal/fake"
)

func TestMain(m *testing.M) {
	log.SetOutput(&logged)
	goleak.VerifyTestMain(m)
}

var logged lines

// lines is a log that a test reads.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) all() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestBothTellTheirTransitions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys, err := actors.Start(actors.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var told sync.WaitGroup
		told.Go(func() { Tell(sys) })
		synctest.Wait()
		down := func(context.Context, string) (float64, error) { return 0, fake.ErrDown }
		a, err := NewAfter(sys, down)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []rater{NewBefore(down), a} {
			for range 11 {
				_, _ = r.Rate(t.Context(), "EUR")
			}
		}
		synctest.Wait()
		if err := sys.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		told.Wait()
	})
	for _, want := range []string{"rates: closed -> open\n", "rates: closed -> open, "} {
		if !strings.Contains(logged.all(), want) {
			t.Errorf("no %q in:\n%s", want, logged.all())
		}
	}
}
