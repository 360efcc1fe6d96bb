// SPDX-License-Identifier: Apache-2.0

package bubble

import "testing"

func TestInsideKnowsWhereTimeIsVirtual(t *testing.T) {
	if Inside() {
		t.Error("a test is no bubble")
	}
	var inside, child bool
	err := Run(func() {
		inside = Inside()
		done := make(chan struct{})
		go func() {
			defer close(done)
			child = Inside()
		}()
		<-done
	})
	if err != nil || !inside || !child {
		t.Errorf("inside %v, in a goroutine of it %v, %v", inside, child, err)
	}
}
