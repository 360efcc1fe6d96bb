// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"log/slog"
	"strings"
)

// updated tells of a new policy.
func (r *receiver) updated(c Change) {
	r.event(Event{Kind: EventUpdated, Change: c.clone()})
	r.guard.sys.log.LogAttrs(context.Background(), slog.LevelInfo, "policy in force",
		slog.String("dependency", r.guard.name), slog.Uint64("version", c.Version),
		slog.String("changed", strings.Join(c.Changed, ", ")), slog.String("lost", strings.Join(c.Lost, "; ")))
}

func (r *receiver) log(t Transition) {
	level := slog.LevelInfo
	if t.To == Open || t.Mode == HoldOpen {
		level = slog.LevelWarn
	}
	r.guard.sys.log.LogAttrs(context.Background(), level, "circuit",
		slog.String("dependency", r.guard.name), slog.String("transition", t.String()),
		slog.String("from", t.From.String()), slog.String("to", t.To.String()),
		slog.String("mode", t.Mode.String()), slog.String("cause", string(t.Cause)), slog.Uint64("epoch", t.Epoch),
		slog.Int("calls", t.Before.Calls), slog.Float64("failures", t.Before.Failures), slog.Int("slow", t.Before.Slow),
		slog.Int("consecutive", t.Before.Consecutive), slog.Float64("failure_rate", t.Before.FailureRate),
		slog.Float64("slow_rate", t.Before.SlowRate), slog.Duration("open_for", t.OpenFor),
		slog.String("by", t.By), slog.String("reason", t.Reason))
}
