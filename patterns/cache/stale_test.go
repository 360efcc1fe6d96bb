// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

func TestAnAnswerIsFreshThenStaleThenGone(t *testing.T) {
	bubble(t, Policy{TTL: time.Hour, StaleWhileRevalidate: time.Hour, StaleIfError: 3 * time.Hour, Jitter: exact}, func(t *testing.T, c *Cache[int]) {
		life := func() time.Duration {
			e, _ := c.plan.Load().store.Get("k")
			return time.Hour - time.Duration(float64(time.Hour)*exact*e.spread)
		}
		want(t, get(t, c, "k", brings(1)), 1, nil, FromLoad)
		fresh := life()
		for _, at := range []struct {
			age  time.Duration
			v    int
			err  error
			from From
		}{
			{fresh - 1, 1, nil, Hit},
			{fresh, 1, nil, Stale},
			{fresh + time.Hour - 1, 1, nil, Stale},
			{fresh + time.Hour, 1, nil, StaleOnError},
			{fresh + 3*time.Hour - 1, 1, nil, StaleOnError},
			{fresh + 3*time.Hour, 0, errDown, FromLoad},
		} {
			c.Put("k", 1)
			fresh2 := life()
			time.Sleep(at.age + fresh2 - fresh)
			g := get(t, c, "k", fails("error"))
			want(t, g, at.v, at.err, at.from)
			if at.err == nil && g.info.Age != at.age+fresh2-fresh {
				t.Errorf("%v: it is said to be %v old", at.age, g.info.Age)
			}
			if at.from == StaleOnError && (g.info.Cause != errDown || g.info.Class != "error" || !g.info.From.Degraded()) {
				t.Errorf("%+v", g.info)
			}
			synctest.Wait()
		}
	})
}

// What was put while a load ran is given where it fails, as others are given it, too.
func TestAFailureIsAnsweredByWhatCameMeanwhile(t *testing.T) {
	bubble(t, Policy{TTL: time.Second, StaleWhileRevalidate: time.Minute}, func(t *testing.T, c *Cache[int]) {
		for _, age := range []time.Duration{0, 10 * time.Second} {
			s := newSlow()
			waiting := fillBehind(t.Context(), c, "k", s.load)
			c.Put("k", 1)
			time.Sleep(age)
			s.let <- Loaded[int]{Err: errDown, Keep: Failed}
			want(t, <-waiting, 1, nil, StaleOnError)
			c.Forget("k")
		}
	})
}

func TestAnErrorThatIsAnAnswerIsKeptSoLong(t *testing.T) {
	no := func(context.Context) Loaded[int] { return Loaded[int]{Err: errNoUser, Keep: Negative} }
	bubble(t, Policy{TTL: time.Minute, StaleIfError: time.Hour, NegativeTTL: time.Second}, func(t *testing.T, c *Cache[int]) {
		want(t, get(t, c, "k", no), 0, errNoUser, FromLoad)
		want(t, get(t, c, "k", forbidden(t)), 0, errNoUser, NegativeHit)
		time.Sleep(time.Second)
		want(t, get(t, c, "k", fails("error")), 0, errDown, FromLoad) // no stale no
		want(t, get(t, c, "k", brings(1)), 1, nil, FromLoad)
		if v := c.View(); v.Negative != 1 {
			t.Errorf("%+v", v)
		}
	})
	bubble(t, Policy{TTL: time.Minute}, func(t *testing.T, c *Cache[int]) {
		want(t, get(t, c, "k", no), 0, errNoUser, FromLoad)
		want(t, get(t, c, "k", brings(1)), 1, nil, FromLoad)
	})
}

func TestAFailureThatIsRememberedIsNotTriedAgain(t *testing.T) {
	p := Policy{TTL: time.Second, StaleIfError: time.Minute, NegativeTTL: 10 * time.Second, NegativeOn: []fuseboard.Class{"timeout"}, Jitter: exact}
	bubble(t, p, func(t *testing.T, c *Cache[int]) {
		want(t, get(t, c, "k", fails("error")), 0, errDown, FromLoad)
		want(t, get(t, c, "k", fails("timeout")), 0, errDown, FromLoad) // tried again
		g := get(t, c, "k", forbidden(t))
		want(t, g, 0, errDown, NegativeHit)
		if g.info.Class != "timeout" || g.info.Cause != errDown {
			t.Errorf("%+v", g.info)
		}
		saves := func(_ context.Context, l Loaded[int]) Loaded[int] {
			if l.Err != errDown || l.Class != "timeout" || l.Keep != Failed {
				t.Errorf("the rescue sees %+v", l)
			}
			return Loaded[int]{Value: 5, Age: time.Hour}
		}
		time.Sleep(9 * time.Second)
		g = <-rescueBehind(t.Context(), c, "k", forbidden(t), saves)
		if want(t, g, 5, nil, Rescued); g.info.Cause != errDown || g.info.Age != time.Hour {
			t.Errorf("%+v", g.info)
		}
		time.Sleep(time.Second) // being asked has not made it younger
		want(t, get(t, c, "k", brings(1)), 1, nil, FromLoad)

		time.Sleep(2 * time.Second) // stale, with a failure beside it
		want(t, get(t, c, "k", fails("timeout")), 1, nil, StaleOnError)
		want(t, get(t, c, "k", forbidden(t)), 1, nil, StaleOnError)
		time.Sleep(10 * time.Second)
		want(t, get(t, c, "k", brings(2)), 2, nil, FromLoad)
		if v := c.View(); v.StaleOnError != 2 || v.Remembered != 1 || v.Negative != 1 || v.Failures != 3 || v.Loads != 5 {
			t.Errorf("%+v", v)
		}
	})
}

func TestKeysFilledTogetherDoNotExpireTogether(t *testing.T) {
	bubble(t, Policy{TTL: time.Hour, Jitter: 0.5, MaxEntries: 2000}, func(t *testing.T, c *Cache[int]) {
		const keys = 1000
		for i := range keys {
			c.Put(strconv.Itoa(i), i)
		}
		gone := 0
		for q := range 10 {
			time.Sleep(6 * time.Minute)
			now := 0
			for i := range keys {
				if _, _, ok, _ := c.Hit(strconv.Itoa(i)); !ok {
					now++
				}
			}
			if fresh := now - gone; (q < 4 && fresh != 0) || (q >= 5 && (fresh < 150 || fresh > 250)) {
				t.Errorf("%d expire in tenth %d", fresh, q+1)
			}
			gone = now
		}
		if gone != keys {
			t.Errorf("%d of %d have expired", gone, keys)
		}
	})
	if spreadOf("k", 1) != spreadOf("k", 1) || spreadOf("k", 1) == spreadOf("k", 2) || spreadOf("k", 1) == spreadOf("l", 1) {
		t.Error("it is not the same for the same and different for others")
	}
}

func TestReshapeJudgesWhatIsKeptByTheNewPolicy(t *testing.T) {
	bubble(t, Policy{TTL: time.Hour, Jitter: exact, MaxEntries: 10}, func(t *testing.T, c *Cache[int]) {
		for i := range 10 {
			c.Put(strconv.Itoa(i), i)
		}
		time.Sleep(time.Minute)
		want(t, get(t, c, "1", forbidden(t)), 1, nil, Hit)
		if lost := c.Reshape(Policy{TTL: time.Minute, StaleIfError: time.Hour, Jitter: exact, MaxEntries: 10}); lost != nil {
			t.Error(lost)
		}
		want(t, get(t, c, "1", fails("error")), 1, nil, StaleOnError)
		c.Reshape(Policy{TTL: time.Hour, MaxEntries: 10, Jitter: exact})
		want(t, get(t, c, "1", forbidden(t)), 1, nil, Hit)
		lost := c.Reshape(Policy{TTL: time.Hour, MaxEntries: 4})
		if len(lost) != 1 || lost[0] != "6 of 10 entries, by max_entries 4" || c.View().Entries != 4 || c.View().Evicted != 6 {
			t.Errorf("%q, %+v", lost, c.View())
		}
	})
}

// Each call counts once: a stale answer that is given at once because a failure is remembered is no miss.
func TestEveryCallIsOneLookup(t *testing.T) {
	bubble(t, Policy{TTL: time.Second, StaleIfError: time.Hour, NegativeTTL: time.Minute, NegativeOn: []fuseboard.Class{"error"}, Jitter: 0.001}, func(t *testing.T, c *Cache[int]) {
		want(t, get(t, c, "k", brings(1)), 1, nil, FromLoad)
		want(t, get(t, c, "k", forbidden(t)), 1, nil, Hit)
		time.Sleep(2 * time.Second)
		for i := range 100 {
			load := forbidden(t)
			if i == 0 {
				load = fails("error")
			}
			want(t, get(t, c, "k", load), 1, nil, StaleOnError)
		}
		v := c.View()
		if calls, given := v.Lookups(); calls != 102 || given != 100 || v.StaleOnError != 100 || v.Remembered != 99 {
			t.Errorf("%d lookups, %d given at once: %+v", calls, given, v)
		}
	})
}
