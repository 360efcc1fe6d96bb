// SPDX-License-Identifier: Apache-2.0

package simtest

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// The tests are about how many seeds are run, so they are long whatever was asked for.
func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.short", "false")
	goleak.VerifyTestMain(m)
}

// watched is a test that is watched: what it says, and how it ends.
type watched struct {
	testing.TB
	name     string
	said     []string
	logs     []string
	failed   bool
	ended    bool
	cleanups []func()
}

func (w *watched) Helper()                  {}
func (w *watched) Name() string             { return w.name }
func (w *watched) Context() context.Context { return w.TB.Context() }
func (w *watched) Cleanup(f func())         { w.cleanups = append(w.cleanups, f) }
func (w *watched) Log(args ...any)          { w.logs = append(w.logs, fmt.Sprint(args...)) }
func (w *watched) Logf(f string, a ...any)  { w.Log(fmt.Sprintf(f, a...)) }
func (w *watched) Errorf(f string, a ...any) {
	w.Error(fmt.Sprintf(f, a...))
}

func (w *watched) Fatalf(f string, a ...any) {
	w.Fatal(fmt.Sprintf(f, a...))
}

func (w *watched) Error(args ...any) {
	w.said, w.failed = append(w.said, fmt.Sprint(args...)), true
}

func (w *watched) Fatal(args ...any) {
	w.Error(args...)
	w.ended = true
	runtime.Goexit()
}

// watch runs a test as a user would write it, and returns how it fared.
func watch(t *testing.T, test func(t testing.TB)) *watched {
	t.Helper()
	w := &watched{TB: t, name: "TestOutage/of payments"}
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(w)
	}()
	<-done
	for _, f := range w.cleanups {
		f()
	}
	return w
}

// says reports what a text lacks.
func says(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q:\n%s", want, text)
		}
	}
}
