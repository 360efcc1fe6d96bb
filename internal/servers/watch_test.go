// SPDX-License-Identifier: Apache-2.0

package servers

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
)

type ctx = context.Context

// watched is a testing.TB that writes down what becomes of a test instead of failing.
type watched struct {
	testing.TB
	failed, skipped bool
	text            string
	cleanups        []func()
}

// watch runs f as a test of its own, its cleanups included.
func watch(t *testing.T, f func(testing.TB)) *watched {
	w := &watched{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for _, c := range slices.Backward(w.cleanups) {
				c()
			}
		}()
		f(w)
	}()
	<-done
	return w
}

func (w *watched) say(format string, args ...any) { w.text += fmt.Sprintf(format, args...) + "\n" }

func (w *watched) Helper()                        {}
func (w *watched) Failed() bool                   { return w.failed }
func (w *watched) Cleanup(f func())               { w.cleanups = append(w.cleanups, f) }
func (w *watched) Logf(format string, a ...any)   { w.say(format, a...) }
func (w *watched) Errorf(format string, a ...any) { w.failed = true; w.say(format, a...) }
func (w *watched) Fatalf(format string, a ...any) {
	w.Errorf(format, a...)
	runtime.Goexit()
}

func (w *watched) Skipf(format string, a ...any) {
	w.skipped = true
	w.say(format, a...)
	runtime.Goexit()
}
