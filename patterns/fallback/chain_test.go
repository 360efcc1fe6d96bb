// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

func nothing(string) (func(context.Context, int) (receipt, error), error) { return nil, nil }

func TestARefusedReshapeChangesNothing(t *testing.T) {
	c := made(t, Policy{Steps: []Step{{Value: `1`}}}, Sources[int, int]{})
	if err := c.Reshape(Policy{Steps: []Step{{Value: `"one"`}}}); err == nil {
		t.Error("it was put in force")
	}
	if v, _, err := c.Answer(t.Context(), 0, failed); v != 1 || err != nil || c.Policy().Steps[0].Value != `1` {
		t.Errorf("%d, %v", v, err)
	}
	if err := c.Reshape(Policy{}); err != nil {
		t.Error(err)
	}
	if _, given, err := c.Answer(t.Context(), 0, failed); given.Step != 0 || err == nil {
		t.Errorf("a policy that is off answers: %+v, %v", given, err)
	}
}

func TestAnAnswerKeepsToThePolicyThatItBeganWith(t *testing.T) {
	var c *Chain[int, int]
	s := Sources[int, int]{Compute: func(context.Context, int, error) (int, error) {
		if err := c.Reshape(Policy{Steps: []Step{{Value: `2`}}}); err != nil {
			t.Error(err)
		}
		return 0, ErrDeclined
	}}
	c = made(t, Policy{Steps: []Step{{Use: Computed}, {Value: `1`}}}, s)
	for want := 1; want <= 2; want++ {
		if v, _, err := c.Answer(t.Context(), 0, failed); v != want || err != nil {
			t.Errorf("%d, %v", v, err)
		}
	}
}

func TestAStepThatStaysKeepsItsCounts(t *testing.T) {
	c := made(t, Policy{Steps: []Step{{Value: `1`, On: []fuseboard.Class{"x"}}, {Value: `2`}}}, Sources[int, int]{})
	_, _, _ = c.Answer(t.Context(), 0, failed)
	if err := c.Reshape(Policy{Steps: []Step{{Value: `3`}, {Guard: "us"}}}); err != nil {
		t.Fatal(err)
	}
	c.now.Load().steps[1].counts[Failed].Add(1) // what us did
	if err := c.Reshape(Policy{Steps: []Step{{Value: `3`}, {Guard: "eu"}}}); err != nil {
		t.Fatal(err)
	}
	v := c.View()
	if v.Steps[0].Count(NotFor) != 1 || v.Steps[1].Counts != [Results]uint64{} || v.Steps[1].Guard != "eu" || v.Most != 10 {
		t.Errorf("%+v", v)
	}
}

func TestASmallerConcurrencyLetsRunningStepsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := &Slots{}
		release := make(chan struct{})
		c := made(t, Policy{Concurrency: 2}, Sources[int, int]{Slots: shared, Compute: func(context.Context, int, error) (int, error) {
			<-release
			return 1, nil
		}})
		other := made(t, Policy{Concurrency: 2}, Sources[int, int]{Slots: shared, Compute: func(context.Context, int, error) (int, error) { return 1, nil }})
		for range 2 {
			go func() { _, _, _ = c.Answer(context.Background(), 0, failed) }()
		}
		time.Sleep(time.Nanosecond)
		if err := c.Reshape(Policy{Concurrency: 1}); err != nil || shared.Running() != 2 {
			t.Errorf("%v, %d run", err, shared.Running())
		}
		if _, _, err := other.Answer(t.Context(), 0, failed); err == nil {
			t.Error("a chain that shares the slots got one more")
		}
		close(release)
		synctest.Wait()
		if _, _, err := c.Answer(t.Context(), 0, failed); err != nil || shared.Running() != 0 {
			t.Errorf("%v, %d run", err, shared.Running())
		}
	})
}
