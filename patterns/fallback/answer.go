// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"context"
	"errors"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Answer tries the steps in their order and returns the first answer with where it came
// from. Where no step answers, the error is an [Error], or f.Err itself where no step is
// for such a fault. A caller that left (its context was cancelled, or f says so) gets f.Err
// and no fallback. An answer is never evidence that the dependency works, and must not be
// stored as one that it gave.
//
// [Computed] and [Guard] run on the caller's goroutine, hold a slot until they return, and
// are passed over where ctx is done. The other steps take no time and need no context; a
// caller whose deadline is over gets their answers.
func (c *Chain[Req, Resp]) Answer(ctx context.Context, req Req, f Fault) (Resp, Given, error) {
	var none Resp
	if ctx == nil {
		ctx = context.Background()
	}
	p := c.now.Load()
	if len(p.steps) == 0 || f.Class == fuseboard.ClassCancelled || hasLeft(ctx) {
		return none, Given{}, f.cause()
	}
	var m misses
	for i := range p.steps {
		s := &p.steps[i]
		resp, age, result, err := c.try(ctx, p, s, req, f)
		s.counts[result].Add(1)
		if result == Answered {
			return resp, Given{Step: i + 1, Use: s.Use, Age: age, Guard: s.Step.Guard}, nil
		}
		m.results[i], m.errs[i] = result, err
		if err != nil && hasLeft(ctx) {
			return none, Given{}, f.cause()
		}
	}
	return none, Given{}, m.error(f, &p.policy)
}

func hasLeft(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// try returns what becomes of one step; the error only where something went wrong in it.
func (c *Chain[Req, Resp]) try(ctx context.Context, p *plan[Resp], s *planned[Resp], req Req, f Fault) (resp Resp, age time.Duration, result Result, err error) {
	if !f.is(s.On) {
		return resp, 0, NotFor, nil
	}
	switch s.Use {
	case Value:
		resp, err = c.value(s)
	case LastGood:
		return c.kept(s, req)
	default:
		resp, result, err = c.spend(ctx, p, s, req, f)
		return resp, 0, result, err
	}
	if err != nil {
		result = Failed
	}
	return resp, 0, result, err
}

// value returns the value of the policy.
func (c *Chain[Req, Resp]) value(s *planned[Resp]) (Resp, error) {
	if !s.fresh {
		return s.ready, nil
	}
	return read(s.Step.Value, c.sources.Decode)
}

// kept returns the last good answer. The age is looked at here too, whoever keeps it.
func (c *Chain[Req, Resp]) kept(s *planned[Resp], req Req) (resp Resp, age time.Duration, result Result, err error) {
	if c.sources.Kept == nil {
		return resp, 0, NoSource, nil
	}
	defer func() {
		if v := recover(); v != nil {
			result, err = Failed, panicked(v)
		}
	}()
	resp, age, ok := c.sources.Kept(req, s.MaxAge)
	if !ok || age > s.MaxAge {
		return resp, 0, NothingKept, nil
	}
	return resp, max(age, 0), Answered, nil
}
