// SPDX-License-Identifier: Apache-2.0

package wire_test

import (
	"context"
	"math"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/clients/internal/wire"
)

func TestWhatIsWrittenIsReadAsItWasMeant(t *testing.T) {
	many := strings.Split(strings.TrimSuffix(strings.Repeat("hop,", 20)+"last", ","), ",")
	for _, c := range []struct {
		what string
		meta fuseboard.Meta
		left time.Duration
		want fuseboard.Meta
		ms   time.Duration
		has  bool
	}{
		{"nothing", fuseboard.Meta{}, -1, fuseboard.Meta{}, 0, false},
		{
			"everything",
			fuseboard.Meta{Priority: fuseboard.Critical, Tenant: "acme", Request: "r-1", Attempt: 2, Chain: []string{"checkout", "payments:Key~1a"}},
			1500 * time.Millisecond,
			fuseboard.Meta{Priority: fuseboard.Critical, Tenant: "acme", Request: "r-1", Attempt: 2, Chain: []string{"checkout", "payments:Key~1a"}},
			1500 * time.Millisecond, true,
		},
		{"what has no word", fuseboard.Meta{Priority: 100, Attempt: -1, Chain: []string{"", ""}}, -5, fuseboard.Meta{}, 0, false},
		{"sheddable", fuseboard.Meta{Priority: fuseboard.Sheddable}, -1, fuseboard.Meta{Priority: fuseboard.Sheddable}, 0, false},
		{"a spent deadline", fuseboard.Meta{}, 0, fuseboard.Meta{}, 0, true},
		{"a tenant that is no header", fuseboard.Meta{Tenant: "a\r\nEvil: 1", Request: "é"}, -1, fuseboard.Meta{}, 0, false},
		{"a tenant too long", fuseboard.Meta{Tenant: strings.Repeat("a", 129)}, -1, fuseboard.Meta{}, 0, false},
		{
			"names made to fit",
			fuseboard.Meta{Chain: []string{"a b,c", "", strings.Repeat("x", 99)}},
			-1,
			fuseboard.Meta{Chain: []string{"a_b_c", strings.Repeat("x", 63)}},
			0, false,
		},
		{"a chain too long keeps the innermost", fuseboard.Meta{Chain: many}, -1, fuseboard.Meta{Chain: many[len(many)-16:]}, 0, false},
		{"numbers out of range", fuseboard.Meta{Attempt: math.MaxInt}, math.MaxInt64, fuseboard.Meta{Attempt: 1000}, 24 * time.Hour, true},
	} {
		h := http.Header{}
		wire.Write(h, c.meta, c.left)
		m, left, has := wire.Read(h)
		if !reflect.DeepEqual(m, c.want) || left != c.ms || has != c.has {
			t.Errorf("%s: read %+v, %s, %v from %v", c.what, m, left, has, h)
		}
		if empty := reflect.DeepEqual(c.want, fuseboard.Meta{}) && !c.has; empty != (len(h) == 0) {
			t.Errorf("%s: it is written as %v", c.what, h)
		}
		for k := range h {
			if http.CanonicalHeaderKey(k) != k {
				t.Errorf("%s: %s is not canonical", c.what, k)
			}
		}
	}
}

func TestWriteKeepsWhatItDoesNotSay(t *testing.T) {
	h := http.Header{"X-Request-Id": {"theirs"}, "Fuseboard-Tenant": {"theirs"}, "Accept": {"*/*"}}
	wire.Write(h, fuseboard.Meta{Request: "ours", Priority: fuseboard.High}, -1)
	want := http.Header{"X-Request-Id": {"theirs"}, "Fuseboard-Tenant": {"theirs"}, "Accept": {"*/*"}, "Fuseboard-Priority": {"high"}}
	if !reflect.DeepEqual(h, want) {
		t.Errorf("it says %v", h)
	}
}

func TestWhatCannotBeUsedCountsAsNotSent(t *testing.T) {
	for name, values := range map[string][]string{
		wire.HeaderDeadline:    {"", "soon", "-1", "+5", "1.5", "0x10", "1 2", "５"},
		wire.HeaderPriority:    {"", "urgent", "normal", "unknown", "3"},
		wire.HeaderTenant:      {"", "a b", "a\x00", strings.Repeat("a", 129), "é"},
		wire.HeaderAttempt:     {"", "0", "-1", "1001", "99999999999999999999", "two"},
		wire.HeaderMeshAttempt: {"0", "-7", "none"},
		wire.HeaderChain:       {"", ",,,", " , ", "a b", strings.Repeat("a", 64), "<script>"},
		wire.HeaderRequest:     {"", "a\tb", strings.Repeat("r", 500)},
	} {
		for _, v := range values {
			m, left, has := wire.Read(http.Header{name: {v}})
			if !reflect.DeepEqual(m, fuseboard.Meta{}) || left != 0 || has {
				t.Errorf("%s: %q is read as %+v, %s, %v", name, v, m, left, has)
			}
		}
	}
	if m, left, has := wire.Read(nil); !reflect.DeepEqual(m, fuseboard.Meta{}) || left != 0 || has {
		t.Error("no header says something")
	}
}

func TestReadIsTolerant(t *testing.T) {
	m, left, has := wire.Read(http.Header{
		wire.HeaderDeadline: {" 99999999999999999999999 "}, wire.HeaderPriority: {"CRITICAL"},
		wire.HeaderMeshAttempt: {"3"}, wire.HeaderChain: {"a, b", "", "c ,<>, d"},
	})
	want := fuseboard.Meta{Priority: fuseboard.Critical, Attempt: 3, Chain: []string{"a", "b", "c", "d"}}
	if !reflect.DeepEqual(m, want) || left != 24*time.Hour || !has {
		t.Errorf("read %+v, %s, %v", m, left, has)
	}
}

func TestRoundingNeverGivesTimeThatIsNotThere(t *testing.T) {
	h := http.Header{}
	wire.Write(h, fuseboard.Meta{}, 1999*time.Microsecond)
	if h.Get(wire.HeaderDeadline) != "1" {
		t.Errorf("a deadline is told as %v", h)
	}
	for d, want := range map[time.Duration]string{
		-5: "1", 0: "1", time.Millisecond: "1", time.Second: "1", time.Second + 1: "2", 90 * time.Second: "90", math.MaxInt64: "31536000",
	} {
		wire.WriteRetryAfter(h, d)
		if got := h.Get("Retry-After"); got != want {
			t.Errorf("%s is told as %q, want %q", d, got, want)
		}
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 250_000_000, time.UTC)
	at := http.Header{"Retry-After": {"Fri, 02 Jan 2026 03:04:10 GMT"}}
	if got := wire.RetryAfter(at, now); got != 5*time.Second {
		t.Errorf("a date without a Date is %s away", got)
	}
}

func TestRetryAfterDateIsRelativeToTheResponsesOwnDate(t *testing.T) {
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // our clock is 26 years behind
	date := "Fri, 02 Jan 2026 03:04:05 GMT"
	for v, want := range map[string]time.Duration{
		"Fri, 02 Jan 2026 03:04:35 GMT":    30 * time.Second,
		"Friday, 02-Jan-26 03:04:35 GMT":   30 * time.Second,
		"Fri Jan  2 03:04:35 2026":         30 * time.Second,
		"Fri, 02 Jan 2026 03:04:05 GMT":    0,
		"Fri, 02 Jan 2025 03:04:05 GMT":    0,
		"Fri, 02 Jan 9999 03:04:05 GMT":    wire.LongestRetryAfter,
		"120":                              2 * time.Minute,
		" 120 ":                            2 * time.Minute,
		"999999999999999999999999999":      wire.LongestRetryAfter,
		"0":                                0,
		"-1":                               0,
		"1.5":                              0,
		"soon":                             0,
		"":                                 0,
		"Fri, 02 Jan 2026 03:04:35 +01:00": 0,
	} {
		if got := wire.RetryAfter(http.Header{"Retry-After": {v}, "Date": {date}}, now); got != want {
			t.Errorf("%q is %s, want %s", v, got, want)
		}
	}
	if got := wire.RetryAfter(nil, now); got != 0 {
		t.Errorf("no header is %s", got)
	}
}

func TestRepeatsAreTheMostThatAHopTells(t *testing.T) {
	for _, c := range []struct {
		ours, mesh string
		want       int
	}{
		{"", "", 0},
		{"2", "", 2},
		{"", "1", 0},
		{"", "3", 2},
		{"1", "3", 2},
		{"4", "3", 4},
		{"-1", "0", 0},
		{"x", "y", 0},
		{"99999999999999999999", "", 100},
		{"", "99999999999999999999", 100},
	} {
		h := http.Header{wire.HeaderRepeats: {c.ours}, wire.HeaderMeshAttempt: {c.mesh}}
		if got := wire.Repeats(h); got != c.want {
			t.Errorf("%q and %q are %d repeats, want %d", c.ours, c.mesh, got, c.want)
		}
	}
	for n, want := range map[int]int{-3: 0, 0: 0, 2: 2, 5000: 100} {
		h := http.Header{}
		wire.WriteRepeats(h, n)
		if got := wire.Repeats(h); got != want || (n <= 0) != (len(h) == 0) {
			t.Errorf("%d repeats are read as %d from %v", n, got, h)
		}
	}
}

func TestAllocWriteAndRead(t *testing.T) {
	h := http.Header{}
	chain := []string{"checkout"}
	m := fuseboard.Meta{Priority: fuseboard.High, Tenant: "acme", Request: "r-1", Attempt: 1, Chain: chain}
	if n := testing.AllocsPerRun(100, func() {
		delete(h, wire.HeaderRequest)
		wire.Write(h, m, 1500*time.Millisecond)
	}); n > 2 { // the values, and the text of the deadline
		t.Errorf("writing allocates %v times", n)
	}
	if n := testing.AllocsPerRun(100, func() { wire.Read(h) }); n > 1 { // the chain
		t.Errorf("reading allocates %v times", n)
	}
	none := http.Header{"Accept": {"*/*"}}
	if n := testing.AllocsPerRun(100, func() { wire.Read(none); wire.Write(none, fuseboard.Meta{}, -1) }); n > 0 {
		t.Errorf("nothing allocates %v times", n)
	}
}

func TestTheMostRepetitionsAreKept(t *testing.T) {
	var most atomic.Int32
	wire.Note(context.Background(), 3) // nobody listens
	ctx := wire.Listen(context.Background(), &most)
	var all sync.WaitGroup
	for n := range 10 {
		all.Go(func() { wire.Note(ctx, n) })
	}
	all.Wait()
	if n := most.Load(); n != 9 {
		t.Errorf("%d", n)
	}
	wire.Note(ctx, 1<<40)
	if n := most.Load(); n != wire.MostRepeats {
		t.Errorf("too many count as %d", n)
	}
}
