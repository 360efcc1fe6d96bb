// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// A latch is a channel that is made late: whatever is asked of it, in whatever order,
// it answers as a channel made at once would.
func TestLatchAnswersAsAChannelMadeAtOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l latch
		model, shut := make(chan struct{}), false
		var channels []<-chan struct{}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"wait", "shut", "look"}).Draw(t, "step") {
			case "wait":
				channels = append(channels, l.wait())
			case "shut":
				l.shut()
				if !shut {
					close(model)
				}
				shut = true
			}
			if l.isShut() != isClosed(model) {
				t.Fatalf("shut %v, want %v", l.isShut(), shut)
			}
			for _, c := range channels {
				if isClosed(c) != isClosed(model) {
					t.Fatalf("a channel is closed %v, want %v", isClosed(c), shut)
				}
			}
		}
	})
}

func TestStormOfWaitersMissesNoShut(t *testing.T) {
	for range 500 {
		var l latch
		var all sync.WaitGroup
		begin := make(chan struct{})
		for i := range 8 {
			all.Go(func() {
				<-begin
				if i%4 == 3 {
					l.shut()
					return
				}
				<-l.wait() // or the test hangs
				if !l.isShut() {
					t.Error("let go before it was shut")
				}
			})
		}
		close(begin)
		all.Wait()
	}
}
