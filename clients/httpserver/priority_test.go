// SPDX-License-Identifier: Apache-2.0

package httpserver_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpserver"
)

// One permit, a queue of two: who is served when four want at once?
func TestCriticalIsServedAndSheddableRefusedUnderOverload(t *testing.T) {
	both(t, func(t *testing.T, two bool) {
		synctest.Test(t, func(t *testing.T) {
			s := guard(t, httpserver.Options{
				Trust:  httpserver.Everyone,
				Policy: actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 1, Queue: 2, MaxWait: time.Minute}},
			})
			var mu sync.Mutex
			var served []string
			client := serve(t, s.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				mu.Lock()
				served = append(served, fuseboard.PriorityOf(r.Context()).String())
				mu.Unlock()
				time.Sleep(time.Second)
			})), two)
			answers := map[string]*http.Response{}
			var wait sync.WaitGroup
			for _, p := range []string{"normal", "high", "critical", "sheddable"} {
				wait.Go(func() {
					resp, _ := ask(t, client, http.MethodGet, "Fuseboard-Priority", p)
					mu.Lock()
					defer mu.Unlock()
					answers[p] = resp
				})
				synctest.Wait()
			}
			wait.Wait()
			if got := strings.Join(served, " "); got != "normal critical high" {
				t.Errorf("served: %s", got)
			}
			shed := answers["sheddable"]
			if shed.StatusCode != http.StatusServiceUnavailable || shed.Header.Get("Retry-After") != "1" {
				t.Errorf("sheddable got %d, %v", shed.StatusCode, shed.Header)
			}
			if n := s.Guard().Stats(); n.Successes != 3 || n.Rejected.Bulkhead != 1 || n.Gate.InUse != 0 {
				t.Errorf("%+v", n)
			}
		})
	})
}

func TestUntrustedCallerCannotRaiseItself(t *testing.T) {
	for _, c := range []struct {
		what string
		o    httpserver.Options
		want string
	}{
		{"nobody is trusted", httpserver.Options{}, "normal// r-1 0 0"},
		{"everyone is", httpserver.Options{Trust: httpserver.Everyone}, "critical/acme/ r-1 2 1"},
		{"one who is not", httpserver.Options{Trust: func(r *http.Request) bool { return r.Header.Get("X-Ours") != "" }}, "normal// r-1 0 0"},
		{"the service decides", httpserver.Options{
			Priority: func(*http.Request) fuseboard.Priority { return fuseboard.High },
			Tenant:   func(*http.Request) string { return "known" },
		}, "high/known/ r-1 0 0"},
	} {
		t.Run(c.what, func(t *testing.T) {
			client := serve(t, guard(t, c.o).Middleware(tellMeta), false)
			_, got := ask(t, client, http.MethodGet, "Fuseboard-Priority", "critical", "Fuseboard-Tenant", "acme",
				"Fuseboard-Attempt", "2", "Fuseboard-Chain", "payments", "X-Request-Id", "r-1")
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	client := serve(t, guard(t, httpserver.Options{}).Middleware(tellMeta), false)
	if _, got := ask(t, client, http.MethodGet, "Fuseboard-Priority", "sheddable"); got != "sheddable//  0 0" {
		t.Errorf("who makes himself small is %q", got)
	}
}
