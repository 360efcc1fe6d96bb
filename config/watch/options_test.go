// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

func TestOptionsOutOfRangeAreToldAllAtOnce(t *testing.T) {
	t.Parallel()
	bad := Options{Debounce: 9 * time.Millisecond, Poll: 2 * time.Hour, MaxSize: -1}
	const want = `path: is missing (accepted: a file, or a directory of *.yaml, *.yml and *.json); name what is to be watched [no-path]
debounce = 9ms: is out of range (accepted: 10ms to 10s); leave it out for 50ms [out-of-range]
poll = 2h: is out of range (accepted: 100ms to 1h); leave it out for 5s [out-of-range]
max_size = -1: must not be negative (accepted: 1 to 67108864 bytes); leave it out for 1 MiB [negative]`
	if got := bad.Validate().Error(); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	w, err := Start(t.Context(), bad)
	if _, are := errors.AsType[fuseboard.Problems](err); w != nil || !are {
		t.Errorf("started with %v", err)
	}
	if s := Read(bad); len(problems(s)) != 4 {
		t.Errorf("read %+v", s)
	}
	for _, o := range []Options{
		{Path: "a", Debounce: math.MinInt64},
		{Path: "a", Debounce: 10*time.Second + 1},
		{Path: "a", Poll: 100*time.Millisecond - 1},
		{Path: "a", MaxSize: 64<<20 + 1},
	} {
		if len(o.Validate()) != 1 {
			t.Errorf("%+v passes", o)
		}
	}
}

func TestOptionsHaveDefaultsThatAreInRange(t *testing.T) {
	t.Parallel()
	o := Options{Path: "a"}.WithDefaults()
	if o != (Options{"a", 50 * time.Millisecond, 5 * time.Second, 1 << 20}) || o.Validate() != nil {
		t.Fatalf("%+v: %v", o, o.Validate())
	}
	for _, o := range []Options{{"a", 10 * time.Millisecond, 100 * time.Millisecond, 1}, {"a", 10 * time.Second, time.Hour, 64 << 20}} {
		if ps := o.Validate(); ps != nil || o.WithDefaults() != o {
			t.Errorf("%+v: %v", o, ps)
		}
	}
}
