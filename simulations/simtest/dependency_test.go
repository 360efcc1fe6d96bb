// SPDX-License-Identifier: Apache-2.0

package simtest

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/simulations/world"
)

func TestRealTimeIsRefused(t *testing.T) {
	for _, w := range []*watched{
		watch(t, func(t testing.TB) { NewDependency(t, "payments", world.Model{}, 1) }),
		watch(t, func(t testing.TB) { Play(t, world.Load{To: "payments", Rate: 1, Until: time.Second}, 1, nil) }),
	} {
		if !w.ended {
			t.Error("it goes on in real time")
		}
		says(t, strings.Join(w.said, "\n"), "synctest.Test(t, func(t *testing.T)")
	}
}

func TestADependencyIsClosedWithItsTest(t *testing.T) {
	var d *world.Dependency
	synctest.Test(t, func(t *testing.T) {
		d = NewDependency(t, "payments", world.Model{Latency: world.Latency{Median: time.Hour}}, 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := d.Serve(ctx); !errors.Is(err, context.DeadlineExceeded) { // its work goes on
			t.Error(err)
		}
	})
	if n := d.Numbers(); n.Busy != 0 || n.Left != 1 {
		t.Errorf("%+v", n)
	}
}

func TestADependencyOfTheOuterTestIsTold(t *testing.T) {
	w := watch(t, func(outer testing.TB) {
		synctest.Test(t, func(*testing.T) { NewDependency(outer, "payments", world.Model{}, 1) })
	})
	says(t, strings.Join(w.said, "\n"), "payments outlives its bubble")
}

func TestAModelWithFlawsEndsTheTest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := watch(t, func(t testing.TB) {
			NewDependency(t, "payments", world.Model{Errors: 2, Capacity: world.Capacity{Queue: -1}}, 1)
		})
		if !w.ended {
			t.Error("it goes on")
		}
		says(t, strings.Join(w.said, "\n"), "errors", "capacity.queue")
	})
}

func TestAHandlerReachesTheDependency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := NewDependency(t, "payments", world.Model{Latency: world.Latency{Kind: world.Constant, Median: time.Second}}, 1)
		at := time.Now()
		got, err := Handler[int](d, "receipt")(t.Context(), 7)
		if err != nil || got != "receipt" || time.Since(at) != time.Second {
			t.Errorf("%q, %v after %v", got, err, time.Since(at))
		}
		double := HandlerFunc(d, func(_ context.Context, n int) (int, error) { return 2 * n, nil })
		if got, err := double(t.Context(), 7); err != nil || got != 14 {
			t.Errorf("%d, %v", got, err)
		}
		defer d.Begin(world.Effect{Errors: 1, Class: "reset"})()
		if got, err := double(t.Context(), 7); !errors.Is(err, syscall.ECONNRESET) || got != 0 {
			t.Errorf("%d, %v", got, err)
		}
	})
}

func TestTransportAnswersAsServersDo(t *testing.T) {
	for _, test := range []struct {
		effect world.Effect
		status int
		after  string
		err    error
		op     string
	}{
		{effect: world.Effect{}, status: 200},
		{effect: world.Effect{Errors: 1}, status: 500},
		{effect: world.Effect{Errors: 1, Class: "timeout"}, status: 504},
		{effect: world.Effect{Errors: 1, Class: "throttled"}, status: 429},
		{effect: world.Effect{Errors: 1, Class: "throttled", RetryAfter: 1100 * time.Millisecond}, status: 429, after: "2"},
		{effect: world.Effect{Errors: 1, Class: "refused"}, err: syscall.ECONNREFUSED, op: "dial"},
		{effect: world.Effect{Errors: 1, Class: "reset"}, err: syscall.ECONNRESET, op: "read"},
		{effect: world.Effect{Hang: 1}, err: context.DeadlineExceeded},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := NewDependency(t, "payments", world.Model{Abandoned: world.Cancelled}, 1)
			defer d.Begin(test.effect)()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			body := &sent{Reader: strings.NewReader("body")}
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://payments/", body)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := RoundTripper(d).RoundTrip(r)
			if !errors.Is(err, test.err) || !body.closed || body.Len() > 0 {
				t.Errorf("%+v: %v; the body is closed: %v", test.effect, err, body.closed)
			}
			var op *net.OpError
			if test.op != "" && (!errors.As(err, &op) || op.Op != test.op) {
				t.Errorf("%+v: no error of %s: %#v", test.effect, test.op, err)
			}
			if err != nil {
				return
			}
			defer func() { _ = resp.Body.Close() }()
			if resp.StatusCode != test.status || resp.Header.Get("Retry-After") != test.after || resp.Request != r {
				t.Errorf("%+v: %s, Retry-After %q", test.effect, resp.Status, resp.Header.Get("Retry-After"))
			}
		})
	}
}

// sent is the body of a request.
type sent struct {
	*strings.Reader
	closed bool
}

func (s *sent) Close() error {
	s.closed = true
	return nil
}

func TestTransportMayAnswerForItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := NewDependency(t, "payments", world.Model{}, 1)
		client := http.Client{Transport: RoundTripperFunc(d, func(r *http.Request) *http.Response {
			if r.URL.Path == "/nothing" {
				return nil
			}
			return &http.Response{StatusCode: http.StatusTeapot, Body: io.NopCloser(strings.NewReader("short and stout"))}
		})}
		for path, want := range map[string]int{"/nothing": 200, "/": 418} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://payments"+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != want {
				t.Errorf("%s: %d", path, resp.StatusCode)
			}
			_ = resp.Body.Close()
		}
	})
}

// refusal is a policy's.
type refusal struct{ error }

func (refusal) RejectedBy() string        { return "breaker" }
func (refusal) RetryAfter() time.Duration { return 0 }

func TestPlayCountsEachRequestOnceByItsFate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := world.Load{To: "payments", Rate: 10, Arrivals: world.Even, Until: 10 * time.Second, Timeout: time.Second}
		p := Play(t, l, 1, func(ctx context.Context, r *world.Request, info *actors.Info) error {
			switch r.Number % 5 {
			case 0:
				time.Sleep(time.Duration(r.Number) * time.Millisecond)
				return nil
			case 1:
				info.Degraded = true
				return nil
			case 2:
				return errors.New("sorry")
			case 3:
				return refusal{errors.New("no")}
			default:
				<-ctx.Done()
				return context.Cause(ctx)
			}
		})
		if p.Offered != 100 || p.Good != 20 || p.Degraded != 20 || p.Late != 20 || p.Failed != 20 || p.Refused != 20 || p.Goodput() != 0.2 || p.Answered() != 0.4 {
			t.Errorf("%v", p)
		}
		if p.Errors["sorry"] != 20 || len(p.Errors) != 3 {
			t.Errorf("%v", p.Errors)
		}
		if len(p.Latencies) != 40 || p.P50() != 0 || p.P99() != 95*time.Millisecond || p.Quantile(0) != 0 || p.Quantile(1) != 95*time.Millisecond {
			t.Errorf("p50 %v, p99 %v of %v", p.P50(), p.P99(), p.Latencies)
		}
		says(t, p.String(), "100 requests: 20% good, 20% degraded", "20% late", "p99 95ms")
	})
}

func TestPlayTakesRecordedArrivals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		base := time.Now()
		p := Play(t, world.Load{To: "payments"}, 1, func(_ context.Context, r *world.Request, _ *actors.Info) error {
			if m := fuseboard.MetaOf(t.Context()); m.Tenant != "" || r.Tenant != "acme" {
				t.Error(m.Tenant, r.Tenant)
			}
			at = append(at, time.Since(base))
			return nil
		}, world.Arrival{At: time.Second, Tenant: "acme", Latency: -1}, world.Arrival{At: 3 * time.Second, Tenant: "acme", Latency: -1})
		if p.Good != 2 || at[0] != time.Second || at[1] != 3*time.Second {
			t.Errorf("%v at %v", p, at)
		}
	})
}

func TestALoadWithFlawsEndsTheTest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := watch(t, func(t testing.TB) { Play(t, world.Load{Rate: -1}, 1, nil) })
		if !w.ended {
			t.Error("it goes on")
		}
		says(t, strings.Join(w.said, "\n"), "to", "rate", "until")
	})
}
