// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"iter"
	"strconv"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Play makes the requests of the load arrive, over the nodes in turn, until ctx ends, the load is over or Until has come: it calls ask for each
// on a goroutine of its own, with ctx carrying the request, its user's Timeout (with ErrImpatient as its cause), fuseboard.Meta (tenant, priority, request id), and
// returns when all have ended. ask reports whether the user got an answer (else Again asks once more; also when Until has come, but not
// when ctx has ended). recorded are the arrivals of Load.Recorded, read by ReadArrivals.
//
// Times are since the call of Play. When ctx ends, so do the contexts of all requests under way.
func Play(ctx context.Context, l Load, seed Seed, nodes int, recorded []Arrival, ask func(context.Context, *Request) bool) {
	l = l.WithDefaults()
	p := player{load: l, who: newCrowd(l, seed), nodes: max(nodes, 1), base: time.Now(), ask: ask}
	if p.load.Users > 0 {
		p.closed(ctx)
	} else {
		p.open(ctx, Schedule(l, seed, 0, recorded))
	}
}

// player is one call of Play.
type player struct {
	load  Load
	who   *crowd
	nodes int
	base  time.Time
	ask   func(context.Context, *Request) bool
}

// open lets requests arrive however the earlier ones fare.
func (p *player) open(ctx context.Context, requests iter.Seq[Request]) {
	c := crew{work: func(r *Request) { p.request(ctx, r, nil) }}
	defer c.wait()
	alarm := newAlarm()
	for r := range requests {
		if !alarm.wait(ctx, r.At-time.Since(p.base)) {
			return
		}
		r.Node = p.node(r.Number)
		c.give(&r)
	}
}

// node is where a request is made: each in turn.
func (p *player) node(number uint64) int { return int(number%uint64(p.nodes)) + 1 } //nolint:gosec // below nodes

// request asks, and again while there is no answer and the user is impatient enough. alarm is the caller's, or nil.
func (p *player) request(ctx context.Context, r *Request, alarm *alarm) {
	for again := 0; ; again++ {
		if p.once(ctx, r, again) || again >= p.load.Again.Times || ctx.Err() != nil {
			return
		}
		if alarm == nil {
			alarm = newAlarm()
		}
		jitter := 0.5 + uniform(fold(fold(p.who.drawOf(r.Number), drawAgain), uint64(again))) //nolint:gosec // a hash takes any number
		if !alarm.wait(ctx, time.Duration(jitter*float64(p.load.Again.After))) {
			return
		}
	}
}

// once asks once, and waits as long as a user does.
func (p *player) once(ctx context.Context, r *Request, again int) bool {
	ctx, cancel := context.WithTimeoutCause(ctx, p.load.Timeout, ErrImpatient)
	defer cancel()
	if again > 0 {
		asked := *r // the one before may be under way still
		r = &asked
		r.Again = again
	}
	meta := fuseboard.Meta{Priority: r.Priority, Tenant: r.Tenant, Request: p.id(r.Number)}
	return p.ask(WithRequest(fuseboard.WithMeta(ctx, meta), r), r)
}

// id is what a request is called in all hops.
func (p *player) id(number uint64) string {
	var room [64]byte
	return string(strconv.AppendUint(append(append(room[:0], p.load.Name...), '-'), number, 10))
}

// alarm is a timer that is used again and again by one goroutine.
type alarm struct{ timer *time.Timer }

func newAlarm() *alarm { return &alarm{} }

// wait waits so long, and reports false where ctx ends before.
func (a *alarm) wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	if a.timer == nil {
		a.timer = time.NewTimer(d)
	} else {
		a.timer.Reset(d)
	}
	select {
	case <-a.timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		a.timer.Stop()
		return false
	}
}
