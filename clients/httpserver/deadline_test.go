// SPDX-License-Identifier: Apache-2.0

package httpserver_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpserver"
	"github.com/fuseboard/fuseboard/clients/internal/wire"
)

// tellMeta answers with what the context carries.
var tellMeta = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	m := fuseboard.MetaOf(r.Context())
	fmt.Fprintf(w, "%s/%s/ %s %d %d", m.Priority, m.Tenant, m.Request, m.Attempt, len(m.Chain))
})

func TestSpentDeadlineIsRefusedOnArrival(t *testing.T) {
	both(t, func(t *testing.T, two bool) {
		synctest.Test(t, func(t *testing.T) {
			ran := false
			s := guard(t, httpserver.Options{})
			client := serve(t, s.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { ran = true })), two)
			resp, body := ask(t, client, http.MethodPost, "Fuseboard-Deadline-Ms", "0")
			if resp.StatusCode != http.StatusGatewayTimeout || ran || resp.Header.Get("Retry-After") != "" || body != "504 Gateway Timeout\n" {
				t.Errorf("%d, ran %v, %v, %q", resp.StatusCode, ran, resp.Header, body)
			}
			if n := s.Guard().Stats(); n.Rejected.Deadline != 1 || n.Attempts != 0 {
				t.Errorf("%+v", n)
			}
		})
	})
}

func TestDeadlineThatPassesInTheQueueIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ran atomic.Int32
		s := guard(t, httpserver.Options{Policy: actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Minute}}})
		client := serve(t, s.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			ran.Add(1)
			time.Sleep(time.Second)
		})), false)
		first := make(chan int)
		go func() {
			resp, _ := ask(t, client, http.MethodGet)
			first <- resp.StatusCode
		}()
		synctest.Wait()
		began := time.Now()
		resp, _ := ask(t, client, http.MethodGet, "Fuseboard-Deadline-Ms", "300")
		if d := time.Since(began); resp.StatusCode != http.StatusGatewayTimeout || d != 300*time.Millisecond {
			t.Errorf("%d after %s", resp.StatusCode, d)
		}
		if status := <-first; status != http.StatusOK || ran.Load() != 1 {
			t.Errorf("the first got %d, %d ran", status, ran.Load())
		}
	})
}

func TestDeadlineIsInTheHandlersContext(t *testing.T) {
	for _, c := range []struct {
		what, header string
		o            httpserver.Options
		want         time.Duration // 0: none
	}{
		{"none", "", httpserver.Options{}, 0},
		{"the caller's", "1500", httpserver.Options{}, 1500 * time.Millisecond},
		{"nonsense", "soon", httpserver.Options{}, 0},
		{"capped", "90000", httpserver.Options{MaxDeadline: time.Minute}, time.Minute},
		{"the policy's", "", httpserver.Options{Policy: actors.Policy{Deadline: actors.Deadline{Total: time.Second}}}, time.Second},
		{"the first of both", "1500", httpserver.Options{Policy: actors.Policy{Deadline: actors.Deadline{Total: time.Second}}}, time.Second},
		{"less what this hop needs", "1500", httpserver.Options{Policy: actors.Policy{Deadline: actors.Deadline{Reserve: 500 * time.Millisecond}}}, time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			client := serve(t, guard(t, c.o).Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				at, has := r.Context().Deadline()
				if left := time.Until(at); has != (c.want > 0) || has && left != c.want {
					t.Errorf("%s: %s left, %v", c.what, left, has)
				}
			})), false)
			ask(t, client, http.MethodGet, "Fuseboard-Deadline-Ms", c.header)
		})
	}
}

// Nobody's handler is cut: one that ignores its context answers as it likes, and one
// that goes without a word has not said 200.
func TestHandlerAfterItsDeadline(t *testing.T) {
	for what, c := range map[string]struct {
		handler http.HandlerFunc
		want    int
		failed  uint64
	}{
		"ignores it": {func(w http.ResponseWriter, _ *http.Request) { time.Sleep(time.Second); fmt.Fprint(w, "late") }, 200, 0},
		"goes":       {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 504, 1},
		"says so": {func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			httpserver.Error(w, r, r.Context().Err())
		}, 504, 1},
		"has begun":    {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(202); <-r.Context().Done() }, 202, 0},
		"is done then": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, 204, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := guard(t, httpserver.Options{})
			resp, _ := ask(t, serve(t, s.Middleware(c.handler), false), http.MethodGet, "Fuseboard-Deadline-Ms", "100")
			if n := s.Guard().Stats(); resp.StatusCode != c.want || n.Failures != c.failed {
				t.Errorf("%s: %d, %+v", what, resp.StatusCode, n)
			}
		})
	}
}

func TestMetaCrossesThreeHops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		trusting := httpserver.Options{Trust: httpserver.Everyone}
		hop := func(name string, next *http.Client) *http.Client {
			return serve(t, guard(t, trusting).Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(10 * time.Millisecond)
				m := fuseboard.MetaOf(r.Context())
				if next == nil {
					at, _ := r.Context().Deadline()
					fmt.Fprintf(w, "%s %s %s %d %v %s", m.Priority, m.Tenant, m.Request, m.Attempt, m.Chain, time.Until(at))
					return
				}
				m.Attempt, m.Chain = m.Attempt+1, append(m.Chain[:len(m.Chain):len(m.Chain)], name)
				out, _ := http.NewRequestWithContext(r.Context(), http.MethodGet, "http://next/", nil)
				at, _ := r.Context().Deadline()
				wire.Write(out.Header, m, time.Until(at))
				resp, err := next.Do(out)
				if err != nil {
					httpserver.Error(w, r, err)
					return
				}
				defer func() { _ = resp.Body.Close() }()
				w.WriteHeader(resp.StatusCode)
				_ = resp.Write(w)
			})), name == "b")
		}
		last := hop("", nil)
		client := hop("a", hop("b", last))
		_, got := ask(t, client, http.MethodGet, "Fuseboard-Priority", "high", "Fuseboard-Tenant", "acme",
			"X-Request-Id", "r-7", "Fuseboard-Attempt", "1", "Fuseboard-Deadline-Ms", "1000")
		if want := "high acme r-7 3 [a b] 970ms"; !strings.Contains(got, want) {
			t.Errorf("got %q, want %q in it", got, want)
		}
	})
}
