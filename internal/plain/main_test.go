// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fuseboard/fuseboard"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The types below have one field of every kind that a policy may have.

type order uint8

func (o order) MarshalText() ([]byte, error) {
	if o > 2 {
		return nil, errors.New("no order has this number")
	}
	return []byte([...]string{"oldest", "newest", "priority"}[o]), nil
}

func (o *order) UnmarshalText(text []byte) error {
	for i, word := range []string{"oldest", "newest", "priority"} {
		if word == string(text) {
			*o = order(i)
			return nil
		}
	}
	return errors.New("is not an order; accepted: oldest, newest, priority")
}

type (
	class string
	tier  struct {
		Share float64 `plain:"rate"`
		Name  class
	}
	backoff struct {
		Base, Max time.Duration
		Growth    float64
	}
	retry struct {
		Attempts int
		Backoff  backoff
		On       []class
		Waits    []time.Duration
	}
	breaker struct {
		FailureRate float64 `plain:"rate"`
		OpenFor     time.Duration
		Weights     map[class]float64
		Shares      map[class]float64 `plain:"rate"`
		TTL         time.Duration
	}
	policy struct {
		Retry    retry
		Breaker  breaker
		Enabled  bool
		Order    order
		Small    int8
		Count    uint16
		Wide     int64
		Big      uint64
		Label    string
		Tiers    []tier
		Sections map[string]backoff
		Orders   []order
		Nested   [][]int
	}
)

// lines returns "path code" of every problem.
func lines(ps fuseboard.Problems) []string {
	var out []string
	for _, p := range ps {
		out = append(out, p.Path+" "+p.Code)
	}
	return out
}
