// SPDX-License-Identifier: Apache-2.0

//go:build !purego && !fuseboard_purego

package lane

import (
	"runtime"
	"sync"
	"testing"
)

func TestHereIsTheNumberOfAProcessor(t *testing.T) {
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 1000 {
				if p := Here(); p < 0 || p >= runtime.GOMAXPROCS(0) {
					t.Errorf("processor %d of %d", p, runtime.GOMAXPROCS(0))
					return
				}
				runtime.Gosched()
			}
		})
	}
	all.Wait()
}
