// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/trace"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

// paper is written to by several goroutines.
type paper struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

// lines returns what was written: one JSON object a line.
func (p *paper) lines(t *testing.T, message string) (all []map[string]any) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for line := range strings.Lines(p.text.String()) {
		fields := map[string]any{}
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if fields["message"] == message || fields["msg"] == message {
			all = append(all, fields)
		}
	}
	return all
}

// logs are the two ways to have one, at a level.
func logs(level slog.Level, o LogOptions) map[string]func(*paper) *Log {
	return map[string]func(*paper) *Log{
		"zerolog": func(p *paper) *Log {
			l := zerolog.InfoLevel
			if level < slog.LevelInfo {
				l = zerolog.DebugLevel
			}
			return NewLog(zerolog.New(p).Level(l), o)
		},
		"slog": func(p *paper) *Log {
			return NewSlog(slog.New(slog.NewJSONHandler(p, &slog.HandlerOptions{Level: level})), o)
		},
	}
}

func TestEachTransitionHasOneLineWithItsNumbers(t *testing.T) {
	for kind, build := range logs(slog.LevelInfo, LogOptions{}) {
		synctest.Test(t, func(t *testing.T) {
			var p paper
			sys := start(t, build(&p).Wire(actors.Options{}))
			r := spawn(t, sys, "payments", actors.Policy{Breaker: actors.Breaker{FailureRate: 0.5, MinCalls: 4, OpenFor: 10 * time.Second}}, takes)
			for _, n := range []int{1, 1, -1, -1} {
				_, _ = r.Call(t.Context(), n)
			}
			time.Sleep(time.Minute)
			for range 10 {
				_, _ = r.Call(t.Context(), 1)
			}
			if _, err := r.Update(t.Context(), actors.Policy{}); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			var told []string
			for _, l := range p.lines(t, "circuit") {
				told = append(told, fmt.Sprintf("%v %v>%v %v epoch %v: %v of %v", strings.ToLower(fmt.Sprint(l["level"])), l["from"], l["to"], l["cause"], l["epoch"], l["failures"], l["calls"]))
			}
			want := []string{
				"warn closed>open failure-rate epoch 2: 2 of 4",
				"info open>half-open open-elapsed epoch 3: 0 of 0",
				"info half-open>closed probes-passed epoch 4: 0 of 2",
			}
			if got := strings.Join(told, "\n"); got != strings.Join(want, "\n") {
				t.Errorf("%s:\n%s\nwant\n%s", kind, got, strings.Join(want, "\n"))
			}
			if in := p.lines(t, "policy in force"); len(in) != 1 || in[0]["version"] != 2.0 || !strings.Contains(fmt.Sprint(in[0]["changed"]), "breaker.failure_rate") {
				t.Errorf("%s: the new policy is told as %v", kind, in)
			}
			if calls := p.lines(t, "call"); len(calls) != 0 {
				t.Errorf("%s: calls are told at level info: %v", kind, calls)
			}
		})
	}
}

func TestLineOfACallCarriesTheIdsOfItsContext(t *testing.T) {
	span := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{0xab, 15: 1}, SpanID: trace.SpanID{0xcd, 7: 2}})
	ctx := fuseboard.WithMeta(trace.ContextWithSpanContext(context.Background(), span), fuseboard.Meta{
		Request: "r-17", Tenant: "acme", Priority: fuseboard.High,
	})
	type mark struct{}
	ctx = context.WithValue(ctx, mark{}, "mine")
	o := LogOptions{CallEvery: 1, Fields: func(ctx context.Context) []slog.Attr {
		return []slog.Attr{slog.Any("extra", ctx.Value(mark{}))}
	}}
	for kind, build := range logs(slog.LevelDebug, o) {
		synctest.Test(t, func(t *testing.T) {
			var p paper
			sys := start(t, build(&p).Wire(actors.Options{}))
			r := spawn(t, sys, "payments", full, takes)
			_, _ = r.Ask(ctx, -10).Wait(t.Context())
			got := p.lines(t, "call")
			if len(got) != 1 {
				t.Fatalf("%s: %v", kind, got)
			}
			for field, want := range map[string]any{
				"trace_id": span.TraceID().String(), "span_id": span.SpanID().String(), "request": "r-17", "tenant": "acme",
				"priority": "high", "extra": "mine", "dependency": "payments", "outcome": "failure", "class": "error", "attempts": 2.0,
			} {
				if got[0][field] != want {
					t.Errorf("%s: %s is %v, want %v", kind, field, got[0][field], want)
				}
			}
			if !strings.Contains(fmt.Sprint(got[0]["error"]), "down") || got[0]["elapsed"] == nil {
				t.Errorf("%s: %v", kind, got[0])
			}
		})
	}
}

func TestLineSaysWhoRefusedAndWhoLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p paper
		sys := start(t, logs(slog.LevelDebug, LogOptions{CallEvery: 1})["zerolog"](&p).Wire(actors.Options{}))
		r := spawn(t, sys, "payments", actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Minute}}, takes)
		busy := r.Ask(t.Context(), 1000)
		left, leave := context.WithCancel(t.Context())
		queued := r.Ask(left, 1)
		_, _ = r.Call(t.Context(), 1) // full
		leave()
		_, _ = queued.Wait(t.Context())
		_, _ = busy.Wait(t.Context())
		var told []string
		for _, l := range p.lines(t, "call") {
			told = append(told, fmt.Sprint(l["outcome"], " ", l["rejected_by"]))
		}
		if got := strings.Join(told, ", "); got != "rejected bulkhead, left <nil>, success <nil>" {
			t.Errorf("told: %s", got)
		}
	})
}

func TestCallsAreSampled(t *testing.T) {
	var p paper
	log := logs(slog.LevelDebug, LogOptions{CallEvery: 10})["zerolog"](&p)
	for what, o := range map[string]actors.Options{
		"wired": log.Wire(actors.Options{}), "by hand": {Logger: log.Slog(), Observe: log.Call},
	} {
		before := len(p.lines(t, "call"))
		r := spawn(t, start(t, o), "payments", actors.Policy{}, echo)
		for i := range 95 {
			_, _ = r.Call(t.Context(), i)
		}
		if n := len(p.lines(t, "call")) - before; n != 10 {
			t.Errorf("%s: %d lines of 95 calls, want 10", what, n)
		}
	}
	if o := logs(slog.LevelInfo, LogOptions{})["zerolog"](&p).Wire(actors.Options{}); o.Observe != nil {
		t.Error("calls are observed, and no line is written")
	}
	if o := NewSlog(nil, LogOptions{}).Wire(actors.Options{}); o.Observe != nil || o.Logger == nil {
		t.Error("a log to nobody")
	}
}

func TestLinesOfCallsAreBoundedASecond(t *testing.T) {
	for what, c := range map[string]struct {
		o                  LogOptions
		atOnce, a, another int // lines of 20000 calls at once, of 1000 spread over a second, of as many after a minute
	}{
		"by default":           {LogOptions{}, 100, 10, 10},
		"for each call":        {LogOptions{CallEvery: 1}, 20_000, 1000, 1000},
		"one in ten":           {LogOptions{CallEvery: 10}, 2000, 100, 100},
		"as asked":             {LogOptions{CallEvery: 1, CallsPerSecond: 50}, 50, 50, 99},
		"not at all, as asked": {LogOptions{CallsPerSecond: -1}, 200, 10, 10},
	} {
		for _, kind := range []string{"zerolog", "slog"} {
			synctest.Test(t, func(t *testing.T) {
				var p paper
				r := spawn(t, start(t, logs(slog.LevelDebug, c.o)[kind](&p).Wire(actors.Options{})), "payments", actors.Policy{}, takes)
				lines := 0
				told := func(when string, want, calls, millis int) {
					for range calls {
						_, _ = r.Call(t.Context(), millis)
					}
					before := lines
					lines = len(p.lines(t, "call"))
					if got := lines - before; got != want {
						t.Errorf("%s, %s, %s: %d lines, want %d", kind, what, when, got, want)
					}
				}
				told("at once", c.atOnce, 20_000, 0)
				told("in the next second", c.a, 1000, 1)
				time.Sleep(time.Minute)
				told("after a minute", c.another, 1000, 1)
			})
		}
	}
}

func TestLineOfACallNamesItsSourceAndTimeOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p paper
		for kind, log := range map[string]*Log{
			"zerolog":                  NewLog(zerolog.New(&p), LogOptions{CallEvery: 1}),
			"zerolog with a timestamp": NewLog(zerolog.New(&p).With().Timestamp().Logger(), LogOptions{CallEvery: 1}),
			"slog":                     NewSlog(slog.New(slog.NewJSONHandler(&p, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true})), LogOptions{CallEvery: 1}),
		} {
			p.text.Reset()
			log.Call(t.Context(), actors.CallInfo{Dependency: "payments", Attempts: 1})
			line := p.text.String()
			if kind == "slog" && !strings.Contains(line, "telemetry/log.go") {
				t.Errorf("%s: no source in %s", kind, line)
			}
			if strings.Count(line, `"time":"2000-01-01T`) != 1 { // as in every bubble
				t.Errorf("%s: the time in %s", kind, line)
			}
		}
	})
}

// TestLinesDoNotShareTheirAttributes: a list that is used again holds nothing of the line before.
func TestLinesDoNotShareTheirAttributes(t *testing.T) {
	var p paper
	n := 0
	log := NewLog(zerolog.New(&p), LogOptions{CallEvery: 1, Fields: func(context.Context) (attrs []slog.Attr) {
		n++
		for i := range 20 * (n % 2) { // more than a list has room for, and none
			attrs = append(attrs, slog.Int(fmt.Sprint("field", i), n))
		}
		return attrs
	}})
	for i := range 10 {
		log.Call(t.Context(), actors.CallInfo{Dependency: fmt.Sprint("d", i), Attempts: i, Key: strings.Repeat("k", i%3)})
	}
	for i, line := range p.lines(t, "call") {
		key, has := line["key"]
		if line["dependency"] != fmt.Sprint("d", i) || line["attempts"] != float64(i) || has != (i%3 > 0) || has && len(key.(string)) != i%3 {
			t.Errorf("line %d: %v", i, line)
		}
		if _, more := line["field19"]; more != (i%2 == 0) {
			t.Errorf("line %d: %v", i, line)
		}
	}
}
