// SPDX-License-Identifier: Apache-2.0

package httpclient_test

import (
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
	"github.com/fuseboard/fuseboard/internal/relay/oracle"
)

// everything is a policy whose every section is on and none of which acts: what the
// caller sees must be what the standard client gives. Retries are left out, since to
// send again what failed is what they are for.
var everything = actors.Policy{
	Deadline: actors.Deadline{Total: 2 * time.Minute, Attempt: time.Minute},
	Breaker:  actors.Breaker{FailureRate: 1, MinCalls: 1000},
	Bulkhead: actors.Bulkhead{Concurrency: 100, Queue: 100},
}

const onWorkers = "on workers"

func TestResultsAreThoseOfTheStandardClient(t *testing.T) {
	for name, policy := range map[string]actors.Policy{
		"on the caller's goroutine": everything,
		onWorkers:                   {Deadline: everything.Deadline, Breaker: everything.Breaker, Workers: actors.Workers{Max: 50}},
		"in shadow":                 {Mode: actors.ShadowPolicy, Deadline: everything.Deadline, Breaker: everything.Breaker, Bulkhead: everything.Bulkhead},
		"in bypass":                 {Mode: actors.BypassPolicy, Deadline: everything.Deadline},
	} {
		t.Run(name, func(t *testing.T) {
			o := oracle.Options{Parallel: true}
			if name == onWorkers { // who leaves before the transport has noticed is told his own cause
				o.Skip = func(f oracle.Fact) bool {
					return strings.HasSuffix(f.Name, " error") || strings.HasSuffix(f.Name, " error text")
				}
			}
			sys := start(t)
			var made atomic.Int32
			wrap := func(base http.RoundTripper) http.RoundTripper {
				tr, err := httpclient.NewTransport(sys, httpclient.Options{
					Name: "d" + strconv.Itoa(int(made.Add(1))), Policy: policy, Base: base,
				})
				if err != nil {
					t.Error(err)
					return base
				}
				return tr
			}
			oracle.Check(t, wrap, o)
			for _, k := range sys.Keyrings() {
				for key, g := range k.All() {
					if s := g.Stats(); s.Gate.InUse != 0 {
						t.Errorf("%s %s keeps %d permits", k.Name(), key, s.Gate.InUse)
					}
				}
			}
		})
	}
}
