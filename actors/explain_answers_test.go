// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/fallback"
)

// answering is a policy whose sections that answer all have something to tell.
var answering = Policy{
	Cache: Cache{TTL: time.Minute, StaleWhileRevalidate: 10 * time.Second, StaleIfError: time.Hour, NegativeTTL: time.Second},
	Fallback: Fallback{Steps: []FallbackStep{
		{Use: UseLastGood, MaxAge: 24 * time.Hour},
		{Use: UseComputed, On: []fuseboard.Class{"breaker", "timeout", OnFailure}},
		{Value: "0", On: []fuseboard.Class{OnRefusal}},
	}},
	Deadline: Deadline{Attempt: 800 * time.Millisecond, Adaptive: AdaptiveAttempt{MinCalls: 10}},
	Hedge:    Hedge{MinCalls: 20},
	Breaker:  Breaker{Consecutive: 4, OpenFor: 10 * time.Second, OpenGrowth: 1, Probes: 1},
	Workers:  Workers{Idle: time.Second},
}

func goOn(ctx context.Context, req int, next Handler[int, int]) (int, error) { return next(ctx, req) }

// answeringHooks are those of an operation that answers in each way.
func answeringHooks() With[int, int] {
	return With[int, int]{
		Safe: Always[int],
		Key:  func(n int) (string, bool) { return strconv.Itoa(n), n < 1000 },
		Fallback: func(_ context.Context, n int, _ error) (int, error) {
			if n == 999 {
				return 0, fallback.ErrDeclined
			}
			return -n, nil
		},
		Stages: []Stage[int, int]{
			{Name: "audit", Around: goOn},
			{Name: "a-name-that-is-longer-than-others", At: AroundCall, Around: goOn},
			{Name: "sign", At: AroundHandler, Around: goOn},
			{Name: "check", At: AroundProtection, Around: goOn},
		},
	}
}

// newAnswering has an operation that answers in each way, and a plain one.
func newAnswering(t *testing.T, p Policy, with With[int, int]) *patient {
	pt := patientOf(t, p)
	var err error
	if pt.Ref, err = Bind(pt.guard, "quote", pt.handle, with); err != nil {
		t.Fatal(err)
	}
	if _, err = Bind(pt.guard, "rate", echo, With[int, int]{Safe: Always[int], Key: with.Key, Stages: with.Stages[:1]}); err != nil {
		t.Fatal(err)
	}
	return pt
}

// each calls for so many requests from the first on.
func (p *patient) each(from, n int) {
	for i := range n {
		_, _ = p.Call(context.Background(), from+i)
	}
	synctest.Wait()
}

// answerConditions are those of the sections that answer.
var answerConditions = []condition{
	{"answers-fresh", answering, func(*patient) {}},
	{"answers-used", answering, func(p *patient) {
		p.each(1, 30)
		p.each(1, 20)
		p.down = true
		p.each(101, 2)
		p.each(999, 1)
		p.later(70 * time.Second)
		p.each(1, 1)
	}},
	{"answers-open", answering, func(p *patient) { p.each(1, 3); p.down = true; p.each(101, 6) }},
	{"answers-in-shadow", inShadow(answering), func(p *patient) { p.each(1, 3); p.down = true; p.each(101, 6) }},
	{"answers-stopped", answering, func(p *patient) {
		p.each(1, 3)
		if err := p.Stop(p.Context()); err != nil {
			p.Fatal(err)
		}
	}},
	{"hedge-known", Policy{
		Hedge: Hedge{MinCalls: 20}, Workers: Workers{Idle: time.Second}, Bulkhead: Bulkhead{Concurrency: 4},
		Deadline: Deadline{Attempt: 800 * time.Millisecond, Adaptive: AdaptiveAttempt{MinCalls: 10}},
	}, func(p *patient) {
		for range 60 {
			p.each(10, 1)
		}
		p.later(2 * time.Second)
		p.each(15, 3)
	}},
	{"hedge-after", Policy{Hedge: Hedge{After: 50 * time.Millisecond, Copies: 2}, Workers: Workers{Idle: time.Second}}, func(p *patient) { p.each(200, 2) }},
	{"hook-alone", Policy{Breaker: Breaker{Consecutive: 4}}, func(p *patient) { p.down = true; p.each(1, 7) }},
}

func TestExplanationOfWhatAnswersReadsWell(t *testing.T) {
	for _, c := range answerConditions {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newAnswering(t, c.policy, answeringHooks())
				synctest.Wait()
				c.reach(p)
				synctest.Wait()
				p.readsWell(c.name)
			})
		})
	}
}

func TestStagesOfAnExplanationStandInTheOrderOfACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newAnswering(t, answering, answeringHooks())
		var names []string
		for _, s := range p.Explain().Stages {
			names = append(names, s.Name)
			if user := strings.HasPrefix(s.Name, "stage "); user != (s.Kind == UserKind) || !user && s.Kind != PolicyKind || user != (len(s.Operations) > 0) {
				t.Errorf("%+v", s)
			}
		}
		want := "stage audit, stage a-name-that-is-longer-than-others, stage audit, cache, fallback, stage check, total deadline, retry, hedge, " +
			"shedding, breaker, workers, throttle, rate, bulkhead, attempt deadline, stage sign"
		if got := strings.Join(names, ", "); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		data, err := json.Marshal(p.Explain())
		for _, want := range []string{
			`{"name":"stage check","kind":"user","seam":"protection","operations":["payments.quote"],"on":true,"now":"code of yours around the protection of payments.quote"}`,
			`{"name":"retry","kind":"policy","on":false,`,
		} {
			if err != nil || !strings.Contains(string(data), want) {
				t.Errorf("%s is not in %s", want, data)
			}
		}
	})
}

func TestOneStageOfManyOperationsIsOneStage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := patientOf(t, Policy{})
		for i := range 6 {
			if _, err := Bind(p.guard, "op"+strconv.Itoa(i), echo, With[int, int]{Stages: []Stage[int, int]{{Name: "audit", Around: goOn}}}); err != nil {
				t.Fatal(err)
			}
		}
		stages := p.guard.Explain().Stages
		if len(stages[0].Operations) != 6 || stages[0].Now != "code of yours around the call of payments.op0, payments.op1, payments.op2, payments.op3 and 2 others" || stages[1].Name != "cache" {
			t.Errorf("%+v", stages[:2])
		}
	})
}

// What the verdict says of a fallback it must keep: a value answers, and where nothing is said the refusal is the answer.
func TestVerdictTellsWhatAnswersInsteadAndKeepsItsWord(t *testing.T) {
	for name, c := range map[string]struct {
		steps   []FallbackStep
		instead string
		answers bool // whoever asks
	}{
		"none":              {nil, "", false},
		"value":             {[]FallbackStep{{Value: "7"}}, "the fallback would answer with a value", true},
		"value of breaker":  {[]FallbackStep{{Value: "7", On: []fuseboard.Class{"breaker"}}}, "the fallback would answer with a value", true},
		"value of refusals": {[]FallbackStep{{Value: "7", On: []fuseboard.Class{OnRefusal}}}, "the fallback would answer with a value", true},
		"not for it":        {[]FallbackStep{{Value: "7", On: []fuseboard.Class{"bulkhead", OnFailure}}}, "", false},
		"no source":         {[]FallbackStep{{Use: UseLastGood}, {Use: UseComputed}}, "", false},
		"no such guard":     {[]FallbackStep{{Guard: "eu"}, {Value: "7"}}, "the fallback would try guard eu, and else answer with a value", true},
		"only a guard":      {[]FallbackStep{{Guard: "eu"}}, "the fallback would try guard eu", false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPatient(t, Policy{Breaker: Breaker{Consecutive: 4}, Fallback: Fallback{Steps: c.steps}})
				p.trip()
				v := p.Explain().Verdict
				_, err := p.Call(t.Context(), 1)
				if v.RefusedBy != byBreaker || v.Instead != c.instead || (err == nil) != c.answers {
					t.Errorf("%+v, %v", v, err)
				}
				if c.instead != "" && !strings.HasSuffix(v.String(), "; "+c.instead) {
					t.Error(v)
				}
			})
		})
	}
}
