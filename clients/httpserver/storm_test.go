// SPDX-License-Identifier: Apache-2.0

package httpserver_test

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpserver"
)

// Requests that are answered, fail, panic, abort, stream, are late or leave, all at
// once and while the policy changes.
func TestStorm_AllPermitsAreBackAndNobodyIsForgotten(t *testing.T) {
	both(t, func(t *testing.T, two bool) {
		synctest.Test(t, func(t *testing.T) {
			const permits, clients, each = 8, 40, 25
			policy := actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: permits, Queue: 8}}
			s := guard(t, httpserver.Options{Trust: httpserver.Everyone, Policy: policy})
			var inside, peak, ran atomic.Int64
			client := serve(t, s.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				ran.Add(1)
				now := inside.Add(1)
				defer inside.Add(-1)
				for p := peak.Load(); now > p && !peak.CompareAndSwap(p, now); p = peak.Load() {
				}
				time.Sleep(time.Duration(now) * time.Millisecond)
				n, _ := strconv.Atoi(r.Header.Get("X-N"))
				behave(w, r, n)
			})), two)
			var answered atomic.Int64
			var wait sync.WaitGroup
			for c := range clients {
				wait.Go(func() {
					for i := range each {
						if storm(t, client, c*each+i) {
							answered.Add(1)
						}
					}
				})
			}
			for i := range 20 {
				policy.Bulkhead.Queue = 1 + i%8
				if _, err := s.Guard().Update(t.Context(), policy); err != nil {
					t.Error(err)
				}
				time.Sleep(5 * time.Millisecond)
			}
			wait.Wait()
			time.Sleep(time.Minute) // whose client has left may still run
			n := s.Guard().Stats()
			if n.Gate.InUse != 0 || n.Gate.Waiting != 0 || peak.Load() > permits || n.Calls != clients*each || n.Attempts != uint64(ran.Load()) {
				t.Errorf("peak %d, %d ran: %+v", peak.Load(), ran.Load(), n)
			}
			if answered.Load() == 0 || n.Failures == 0 || n.Rejected.Bulkhead == 0 || n.Rejected.Deadline == 0 || n.Voids+n.Left == 0 {
				t.Errorf("the storm was a breeze: %d answered, %+v", answered.Load(), n)
			}
		})
	})
}

func behave(w http.ResponseWriter, r *http.Request, n int) {
	switch n % 7 {
	case 0:
		http.Error(w, "broken", http.StatusInternalServerError)
	case 1:
		panic("boom")
	case 2:
		panic(http.ErrAbortHandler)
	case 3:
		_, _ = io.Copy(io.Discard, r.Body) // until then HTTP/1.1 does not look for who leaves
		<-r.Context().Done()
	case 4:
		_, _ = io.WriteString(w, page)
		_ = http.NewResponseController(w).Flush()
		_, _ = io.Copy(w, r.Body)
	default:
		_, _ = io.Copy(w, r.Body)
	}
}

func storm(t *testing.T, client *http.Client, n int) bool {
	ctx, leave := context.WithTimeout(t.Context(), time.Duration(5+n%40)*time.Millisecond)
	defer leave()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://service/", strings.NewReader("hello"))
	if err != nil {
		t.Error(err)
		return false
	}
	r.Header.Set("X-N", strconv.Itoa(n))
	r.Header.Set("Fuseboard-Priority", []string{"critical", "high", "normal", "sheddable"}[n%4])
	if n%2 == 0 {
		r.Header.Set("Fuseboard-Deadline-Ms", strconv.Itoa(n%30))
	}
	resp, err := client.Do(r)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return err == nil && resp.StatusCode == http.StatusOK
}
