// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strconv"
)

// cacheKeys are asked for in turn, by each goroutine.
const cacheKeys = 1000

// cached is a task that asks for one key after the other, each of which was loaded once: the value of
// the ith is i.
func cached(get func(key string, i int) (int, error)) (task, error) {
	keys := make([]string, cacheKeys)
	t := task{caller: func() func() error {
		i := 0
		return func() error {
			if i++; i == cacheKeys {
				i = 0
			}
			got, err := get(keys[i], i)
			if err == nil && got != i {
				return fmt.Errorf("%w: got %d, want %d", errEnding, got, i)
			}
			return err
		}
	}}
	for i := range keys {
		keys[i] = "customer/" + strconv.Itoa(i)
		if _, err := get(keys[i], i); err != nil {
			return t, err
		}
	}
	return t, nil
}
