// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/clients/internal/wire"
)

func FuzzReadTakesAnything(f *testing.F) {
	f.Add("1500", "critical", "acme", "2", "a,b", "r-1", "3", "120", "Fri, 02 Jan 2026 03:04:05 GMT")
	f.Add("-1", "", "a b", "0", ",,", "\x00", "x", "Fri Jan  2 03:04:35 2026", "")
	f.Fuzz(func(t *testing.T, deadline, priority, tenant, attempt, chain, request, mesh, after, date string) {
		h := http.Header{
			wire.HeaderDeadline: {deadline}, wire.HeaderPriority: {priority}, wire.HeaderTenant: {tenant}, wire.HeaderAttempt: {attempt},
			wire.HeaderChain: {chain, date}, wire.HeaderRequest: {request}, wire.HeaderMeshAttempt: {mesh}, wire.HeaderRetryAfter: {after}, "Date": {date},
		}
		m, left, has := wire.Read(h)
		if left < 0 || left > wire.LongestDeadline || !has && left != 0 || len(m.Chain) > wire.LongestChain ||
			len(m.Tenant) > wire.LongestValue || len(m.Request) > wire.LongestValue || m.Attempt < 0 || m.Attempt > wire.MostAttempts {
			t.Fatalf("out of bounds: %+v, %s, %v", m, left, has)
		}
		if n := wire.Repeats(h); n < 0 || n > wire.MostRepeats {
			t.Fatalf("%d repeats", n)
		}
		if d := wire.RetryAfter(h, time.Time{}); d < 0 || d > wire.LongestRetryAfter {
			t.Fatalf("again in %s", d)
		}
		again := http.Header{} // what was read can be passed on as it is
		if !has {
			left = -1
		}
		wire.Write(again, m, left)
		if m2, left2, has2 := wire.Read(again); !reflect.DeepEqual(m, m2) || has != has2 || has && left2 != left {
			t.Fatalf("%+v, %s is passed on as %+v, %s", m, left, m2, left2)
		}
	})
}

func FuzzWriteIsReadBack(f *testing.F) {
	f.Add(int8(2), "acme", "r-1", 2, "a", "b", int64(time.Second))
	f.Add(int8(-100), "\r\nEvil: 1", "é", -1, ",", "", int64(-1))
	f.Fuzz(func(t *testing.T, priority int8, tenant, request string, attempt int, outer, inner string, left int64) {
		h := http.Header{}
		wire.Write(h, fuseboard.Meta{
			Priority: fuseboard.Priority(priority), Tenant: tenant, Request: request, Attempt: attempt, Chain: []string{outer, inner},
		}, time.Duration(left))
		for name, values := range h {
			for _, c := range []byte(values[0]) {
				if c <= ' ' || c > '~' {
					t.Fatalf("%s: %q", name, values)
				}
			}
		}
		m, got, has := wire.Read(h)
		if has != (left >= 0) || got != min(max(time.Duration(left), 0), wire.LongestDeadline).Truncate(time.Millisecond) {
			t.Fatalf("%s left is read as %s, %v", time.Duration(left), got, has)
		}
		if m.Tenant != "" && m.Tenant != tenant || m.Request != "" && m.Request != request || len(m.Chain) > 2 {
			t.Fatalf("it is read as %+v", m)
		}
		if p := fuseboard.Priority(priority); p >= fuseboard.Sheddable && p <= fuseboard.Critical && m.Priority != p ||
			m.Attempt != min(max(attempt, 0), wire.MostAttempts) {
			t.Fatalf("priority %d and attempt %d are read as %+v", priority, attempt, m)
		}
	})
}
