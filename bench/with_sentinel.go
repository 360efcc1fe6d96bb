// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	sentinel "github.com/alibaba/sentinel-golang/api"
	"github.com/alibaba/sentinel-golang/core/circuitbreaker"
	"github.com/alibaba/sentinel-golang/core/config"
	"github.com/alibaba/sentinel-golang/core/flow"
	"github.com/alibaba/sentinel-golang/core/isolation"
)

var _ = register(contender{
	name: "sentinel-golang",
	has:  []policy{breaker, bulkhead},
	note: "v1.0.4; every slot of its chain runs whatever the rules; a full bulkhead refuses, nobody waits; its rules, statistics and logs are the process's",
	ways: map[kind]way{
		stacks:    func(n need) (task, error) { return sentinelRun(n, sentinelCircuit, sentinelPermits) },
		circuits:  func(n need) (task, error) { return sentinelRun(n, sentinelCircuit) },
		permits:   func(n need) (task, error) { return sentinelRun(n, sentinelPermits) },
		allowance: func(n need) (task, error) { return sentinelRun(n, sentinelRate) },
		capturing: func(n need) (task, error) {
			entry, err := sentinelGuard(n, sentinelCircuit, sentinelPermits)
			ctx := context.Background()
			return task{caller: counting(func(i int) (got int, err error) {
				err = entry(func() error {
					got = i
					return n.handler(ctx)
				})
				return got, err
			})}, err
		},
	},
})

var (
	sentinelOnce sync.Once
	errSentinel  error
	sentinelMade atomic.Int64
)

// sentinelStart begins it once in a process, silent.
func sentinelStart() error {
	sentinelOnce.Do(func() {
		c := config.NewDefaultConfig()
		c.Sentinel.App.Name = "bench"
		c.Sentinel.Log.Logger = silence{}
		c.Sentinel.Log.Dir = os.TempDir()
		c.Sentinel.Log.Metric.FlushIntervalSec = 0
		c.Sentinel.Stat.System = config.SystemStatConfig{}
		errSentinel = sentinel.InitWithConfig(c)
	})
	return errSentinel
}

// sentinelGuard makes a resource with rules, and what runs work under it.
func sentinelGuard(n need, rules ...func(string, need) error) (func(func() error) error, error) {
	if err := sentinelStart(); err != nil {
		return nil, err
	}
	name := fmt.Sprintf("stub%d", sentinelMade.Add(1))
	for _, rule := range rules {
		if err := rule(name, n); err != nil {
			return nil, err
		}
	}
	return func(work func() error) error {
		e, blocked := sentinel.Entry(name)
		if blocked != nil {
			return blocked
		}
		defer e.Exit()
		err := work()
		if err != nil {
			sentinel.TraceError(e, err)
		}
		return err
	}, nil
}

func sentinelRun(n need, rules ...func(string, need) error) (task, error) {
	entry, err := sentinelGuard(n, rules...)
	ctx := context.Background()
	work := func() error { return n.handler(ctx) }
	return task{do: func() error { return entry(work) }}, err
}

func sentinelCircuit(name string, n need) error {
	_, err := circuitbreaker.LoadRulesOfResource(name, []*circuitbreaker.Rule{{
		Resource: name, Strategy: circuitbreaker.ErrorRatio, Threshold: 0.5, MinRequestAmount: minCalls,
		RetryTimeoutMs: uint32(openFor.Milliseconds()), StatIntervalMs: uint32(window.Milliseconds()),
		StatSlidingWindowBucketCount: uint32(n.slots), //nolint:gosec // small
	}})
	return err
}

func sentinelPermits(name string, n need) error {
	_, err := isolation.LoadRulesOfResource(name, []*isolation.Rule{{
		Resource: name, MetricType: isolation.Concurrency, Threshold: uint32(n.permits), //nolint:gosec // small
	}})
	return err
}

func sentinelRate(name string, _ need) error {
	_, err := flow.LoadRulesOfResource(name, []*flow.Rule{{
		Resource: name, TokenCalculateStrategy: flow.Direct, ControlBehavior: flow.Reject, Threshold: 1e9, StatIntervalInMs: 1000,
	}})
	return err
}

// silence is a log that nobody writes.
type silence struct{}

func (silence) Debug(string, ...any)        {}
func (silence) DebugEnabled() bool          { return false }
func (silence) Info(string, ...any)         {}
func (silence) InfoEnabled() bool           { return false }
func (silence) Warn(string, ...any)         {}
func (silence) WarnEnabled() bool           { return false }
func (silence) Error(error, string, ...any) {}
func (silence) ErrorEnabled() bool          { return false }
