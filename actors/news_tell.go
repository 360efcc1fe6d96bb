// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"log/slog"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/throttle"
)

// publishLoad tells what is new of the sections that follow the load, in the guard's turn.
func (r *receiver) publishLoad() {
	l := r.guard.loadOf()
	if l.news == nil || !r.mayTell() {
		return
	}
	defer r.told()
	now, again := r.guard.clock.Now(), fuseboard.Never
	r.tellDrain(l.news, now)
	if l.adapt != nil {
		again = min(again, r.tellLimit(l, now))
	}
	if l.throttle != nil {
		again = min(again, r.tellThrottle(l, now))
	}
	l.news.alarm.set(again, r.guard.clock, l.news)
}

// mayTell holds the guard of a key against eviction until told: what comes after its end
// is not told. It is false where that has come.
func (r *receiver) mayTell() bool { return r.guard.key == nil || r.guard.key.keep() }

func (r *receiver) told() {
	if r.guard.key != nil {
		r.guard.key.release(untimed)
	}
}

func (r *receiver) tellDrain(n *news, now fuseboard.Instant) {
	if !n.drainIsNews(now) {
		return
	}
	until := n.lastDrain.Load()
	n.drained.Store(until)
	r.begin()
	r.event(Event{Kind: EventDrained, Until: fuseboard.Instant(until)})
	r.say(slog.LevelWarn, "rate limit drained", slog.Duration("for", max(fuseboard.Instant(until).Sub(now), 0)))
}

// tellLimit returns when the adaptive limit is to be looked at again.
func (r *receiver) tellLimit(l *load, now fuseboard.Instant) (again fuseboard.Instant) {
	n, v := l.news, l.adapt.limiter.View(now)
	switch {
	case !n.limitIsNews(int64(v.Limit)):
		return fuseboard.Never
	case n.limitAt != 0 && now < n.limitAt.Add(newsEvery):
		return n.limitAt.Add(newsEvery)
	}
	from := int(n.limit.Swap(int64(v.Limit)))
	n.limitAt = now
	r.begin()
	r.event(Event{Kind: EventLimit, Limit: LimitMove{From: from, To: v.Limit, View: v}})
	r.say(slog.LevelInfo, "adaptive limit", slog.Int("from", from), slog.Int("to", v.Limit), slog.String("why", v.Reason.Sentence()),
		slog.Duration("baseline", v.Baseline), slog.Duration("recent", v.Recent), slog.Int("in_flight", v.InFlight))
	return fuseboard.Never
}

// tellThrottle returns when the throttle is to be looked at again.
func (r *receiver) tellThrottle(l *load, now fuseboard.Instant) (again fuseboard.Instant) {
	v := l.throttle.View(now)
	keeps := keepsAway(v) && r.guard.leniency() == EnforcePolicy
	if keeps != l.news.keeps.Load() {
		r.throttled(l.news, keeps, v)
	}
	if keeps {
		return now.Add(newsEvery)
	}
	return fuseboard.Never
}

func (r *receiver) throttled(n *news, keeps bool, v throttle.View) {
	n.keeps.Store(keeps)
	level := slog.LevelInfo
	if keeps {
		level = slog.LevelWarn
	}
	r.begin()
	r.event(Event{Kind: EventThrottle, Throttle: ThrottleMove{Keeps: keeps, View: v}})
	r.say(level, "throttle", slog.Bool("keeps_calls_away", keeps), slog.Int64("requests", v.Requests), slog.Int64("accepts", v.Accepts))
}

// endThrottle tells the end of a throttle that the plan to come has not.
func (r *receiver) endThrottle(after *plan) {
	n := r.guard.loadOf().news
	if after.given.Throttle.On() || n == nil || !n.keeps.Load() || !r.mayTell() {
		return
	}
	defer r.told()
	r.throttled(n, false, throttle.View{})
}

// say writes a line of the guard's.
func (r *receiver) say(level slog.Level, message string, attrs ...slog.Attr) {
	attrs = append([]slog.Attr{slog.String("dependency", r.guard.name)}, attrs...)
	r.guard.sys.log.LogAttrs(context.Background(), level, message, attrs...)
}

// sheds tells that the level of a shedding policy moved, on the goroutine that watches the host.
func (s *System) sheds(m SheddingMove, why string) {
	s.tellOwn(Event{Kind: EventShedding, Shedding: m, Reason: why})
	level := slog.LevelInfo
	if m.To > m.From {
		level = slog.LevelWarn
	}
	s.log.LogAttrs(context.Background(), level, "shedding", slog.String("from", m.From.String()), slog.String("to", m.To.String()),
		slog.String("signal", m.Cause.Signal.String()), slog.String("why", why), slog.Uint64("policy", m.Number))
}
