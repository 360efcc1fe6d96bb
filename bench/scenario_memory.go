// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"runtime"
	"strings"
	"time"
)

// instances are made in the scenario of idle memory.
const instances = 10_000

func memoryScenarios() []scenario {
	return []scenario{{
		name: "idle", group: "memory", cores: serial, wants: succeed, marked: true, memory: true,
		about: "what one idle instance holds after one call, of 10 000",
		fits: func(c contender) bool {
			return c.many != nil || len(c.has) > 0 && c.ways[stacks] != nil && !strings.HasPrefix(c.name, ours)
		},
	}}
}

// weigh makes instances and counts what they hold. Wall and CPU are of the making.
func weigh(c contender) (figures, error) {
	build := c.many
	if build == nil {
		build = apart(c.ways)
	}
	var before, after runtime.MemStats
	settle(&before)
	goroutines, cpu, began := runtime.NumGoroutine(), cpuTime(), time.Now()
	made, finish, err := build(needs(works), instances)
	wall, spent := time.Since(began), cpuTime()-cpu
	if err != nil {
		return figures{}, err
	}
	settle(&after)
	grown := runtime.NumGoroutine() - goroutines
	runtime.KeepAlive(made)
	finish()
	return figures{
		Wall: float64(wall) / instances, CPU: float64(spent) / instances,
		Bytes:      float64(after.HeapAlloc-before.HeapAlloc) / instances,
		Allocs:     float64(after.HeapObjects-before.HeapObjects) / instances,
		Goroutines: float64(grown) / instances,
	}, nil
}

func settle(m *runtime.MemStats) {
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(m)
}

// apart makes each instance as a stack of its own.
func apart(ways map[kind]way) func(need, int) (any, func(), error) {
	return func(n need, count int) (any, func(), error) {
		made, errs := make([]task, count), make([]error, 0)
		for i := range made {
			t, err := ways[stacks](n)
			if err == nil {
				err = t.do()
			}
			if err != nil {
				errs = append(errs, err)
				break
			}
			made[i] = t
		}
		return made, func() {
			for _, t := range made {
				t.end()
			}
		}, errors.Join(errs...)
	}
}
