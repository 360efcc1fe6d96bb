// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/cache"
	"github.com/fuseboard/fuseboard/patterns/fallback"
)

// What may answer in place of the handler, and the user's stages, are the same for every way in, too.
// Not compared is how many attempts the error of a handler tells that ended its goroutine or
// panicked past the guard: what a Call says of that is for its caller's own goroutine to feel.

// answersDrawn are the hooks around the calls of a history.
type answersDrawn struct {
	keyed, computed, staged bool
}

func drawAnswered(t *rapid.T) history {
	h := drawHistory(t)
	h.answers = &answersDrawn{
		keyed: rapid.IntRange(0, 4).Draw(t, "keyed") > 0, computed: rapid.Bool().Draw(t, "computed"), staged: rapid.Bool().Draw(t, "staged"),
	}
	for i := range h.policies {
		drawAround(t, &h.policies[i])
	}
	for i := range h.requests {
		s := &h.requests[i]
		s.key = rapid.SampledFrom([]string{"", "a", "a", "a", "b"}).Draw(t, "key")
		s.instead = behaviour{
			how:  rapid.SampledFrom([]string{"ok", "ok", "declined", "error", "panic", "goexit"}).Draw(t, "instead"),
			take: time.Duration(rapid.SampledFrom([]int{0, 0, 30, 120}).Draw(t, "its time"))*time.Millisecond + time.Duration(s.id+1)*23,
		}
	}
	h.untangle() // a queue before a limit, where answers come from elsewhere, too
	return h
}

func drawAround(t *rapid.T, p *Policy) {
	p.Rate.Queue = 0
	if rapid.Bool().Draw(t, "enforced") {
		p.Mode = EnforcePolicy
	}
	some := func(what string, least, most int) time.Duration {
		return time.Duration(rapid.IntRange(least, most).Draw(t, what))*time.Millisecond + 29*time.Microsecond
	}
	if rapid.IntRange(0, 3).Draw(t, "cached") > 0 {
		p.Cache = Cache{TTL: some("ttl", 100, 4000), Jitter: 0.001, Coalesce: rapid.SampledFrom([]cache.Coalesce{0, 0, 1}).Draw(t, "coalesce")}
		if rapid.Bool().Draw(t, "revalidates") {
			p.Cache.StaleWhileRevalidate = some("revalidate", 100, 2000)
		}
		if rapid.Bool().Draw(t, "covers errors") {
			p.Cache.StaleIfError = some("if error", 100, 3000)
		}
		if rapid.Bool().Draw(t, "negative") {
			p.Cache.NegativeTTL, p.Cache.NegativeOn = some("no", 100, 1000), []fuseboard.Class{fuseboard.ClassError, fuseboard.ClassPanicked}
		}
		if rapid.Bool().Draw(t, "abandons") {
			p.Cache.AbandonAfter = some("abandon", 50, 300)
		}
	}
	for range rapid.SampledFrom([]int{0, 0, 1, 2, 3}).Draw(t, "steps") {
		s := FallbackStep{Use: rapid.SampledFrom([]fallback.Use{fallback.Value, fallback.Computed, fallback.LastGood}).Draw(t, "use")}
		switch s.Use {
		case fallback.Value:
			s.Value = "-7"
		case fallback.LastGood:
			s.MaxAge = some("age", 200, 4000)
		default:
		}
		s.On = rapid.SampledFrom([][]fuseboard.Class{nil, nil, {fallback.Refusal}, {fallback.Failure}, {fuseboard.ClassTimeout, "breaker"}}).Draw(t, "on")
		p.Fallback.Steps = append(p.Fallback.Steps, s)
	}
	if p.Fallback.On() {
		p.Fallback.Concurrency = rapid.IntRange(1, 3).Draw(t, "at once")
		p.Fallback.Timeout = 100*time.Millisecond + 31*time.Microsecond
	}
}

// lay puts the hooks of an operation.
func (a *answersDrawn) lay(hooks *With[scripted, int], rec *record) {
	if a.keyed {
		hooks.Key = func(s scripted) (string, bool) { return s.key, s.key != "" }
	}
	if a.computed {
		hooks.Fallback = func(ctx context.Context, s scripted, cause error) (int, error) {
			rec.note("instead of %d: %t", s.id, cause != nil)
			return s.otherwise(ctx)
		}
	}
	if a.staged {
		for _, at := range []Seam{AroundCall, AroundProtection, AroundHandler} {
			hooks.Stages = append(hooks.Stages, Stage[scripted, int]{Name: "noted", At: at, Around: func(ctx context.Context, s scripted, next Handler[scripted, int]) (int, error) {
				rec.note("%s of %d", at, s.id)
				return next(ctx, s)
			}})
		}
	}
}

// otherwise is what the hook does for a request.
func (s scripted) otherwise(ctx context.Context) (int, error) {
	select {
	case <-time.After(s.instead.take):
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	switch s.instead.how {
	case "declined":
		return 0, fmt.Errorf("of %d: %w", s.id, fallback.ErrDeclined)
	case "error":
		return 0, errDown
	case "panic", "goexit":
		breakage(s.instead.how)
	}
	return -s.id, nil
}

func TestCallsAsksAndMessagesAreAnsweredTheSame(t *testing.T) {
	var hits, stale, shared, given, answers int
	rapid.Check(t, func(rt *rapid.T) {
		h := drawAnswered(rt)
		calls := h.play(t, way{})
		want := strings.Join(calls.lines, "\n")
		for _, w := range []way{{ask: true}, {messages: true}} {
			if got := strings.Join(h.play(t, w).lines, "\n"); got != want {
				rt.Fatalf("%+v\n%+v:\n%s\nby calls:\n%s", h, w, got, want)
			}
		}
		for _, line := range calls.lines {
			answers += strings.Count(line, "answer of")
		}
		s := calls.stats
		hits, stale, shared, given = hits+int(s.Cache.Hits), stale+int(s.Cache.Stale+s.Cache.StaleOnError), shared+int(s.Cache.Shared), given+int(s.Fallback.Given)
	})
	if !testing.Short() && (hits+stale == 0 || shared == 0 || given == 0) { // a short run has few histories
		t.Errorf("the histories show nothing: %d hits, %d stale, %d shared, %d of a fallback", hits, stale, shared, given)
	}
	t.Logf("%d answers, of them %d hits, %d stale, %d shared, %d of a fallback", answers, hits, stale, shared, given)
}
