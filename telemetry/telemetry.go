// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"cmp"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"

	"github.com/VictoriaMetrics/metrics"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

// DefaultTopKeys is how many keys of a Keyring have series of their own.
const DefaultTopKeys = 10

// mostTopKeys bounds what a page can grow to.
const mostTopKeys = 1000

// Options are the choices of a Telemetry. The zero Options are right for most services.
type Options struct {
	// Service is the label "service" of every series: the same in all replicas. Default:
	// the base name of the program.
	Service string
	// TopKeys is how many keys of each Keyring have series of their own: those with the
	// most calls; all keys are in the sums of their dependency. As many tenants of each
	// dependency with rate.per_tenant have: the hottest. Default: 10; -1: none; at most 1000.
	TopKeys int
	// Process adds the go_* and process_* series of VictoriaMetrics/metrics: memory,
	// collections, goroutines, files. Leave it off where the service has them already.
	Process bool
	// Policies tells what to show of policies that come from files. It is called once for
	// each scrape, on the scrape's goroutine, and the page waits for it; it must be safe for concurrent use. A
	// panic leaves its series off the page, and harms nothing else. Nil: there are none.
	Policies func() PolicyNumbers
	// Fleet tells what to show of the node that the process is in its fleet, and is called as Policies is. Nil: there is none.
	Fleet func() FleetNumbers
}

// Telemetry shows the numbers of a System as metrics. It keeps no goroutine and
// registers nothing for a dependency: all is read when it is asked for, so there is
// nothing to close, and a System that has shut down is shown without dependencies.
// Safe for concurrent use.
type Telemetry struct {
	sys     *actors.System
	set     *metrics.Set
	service string // as a label
	info    string // the labels of the build
	topKeys int
	process bool

	policies func() PolicyNumbers // nil: none
	fleet    func() FleetNumbers  // nil: none

	scrapes atomic.Uint64
	nanos   atomic.Int64 // of the last one
	bytes   atomic.Int64
}

// New makes the Telemetry of a System.
//
// Errors: [fuseboard.Problems] for a nil System and a TopKeys that is out of range.
func New(sys *actors.System, o Options) (*Telemetry, error) {
	var problems fuseboard.Problems
	if sys == nil {
		problems = append(problems, fuseboard.Problem{Path: "sys", Code: "nil", Message: "must not be nil", Fix: "make it with actors.Start, and look at its error"})
	}
	if o.TopKeys < -1 || o.TopKeys > mostTopKeys {
		problems = append(problems, fuseboard.Problem{
			Path: "top_keys", Code: "range", Value: strconv.Itoa(o.TopKeys), Message: "is out of range",
			Accepted: "-1 (none) to 1000", Fix: "leave it 0 for 10 keys",
		})
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	t := &Telemetry{
		sys: sys, set: metrics.NewSet(), process: o.Process, policies: o.Policies, fleet: o.Fleet,
		service: label("service", cmp.Or(o.Service, filepath.Base(os.Args[0]))),
		topKeys: max(cmp.Or(o.TopKeys, DefaultTopKeys), 0),
	}
	t.info = t.service + buildLabels()
	t.set.RegisterMetricsWriter(t.write)
	return t, nil
}

// Set returns the set of metrics that the page consists of: register metrics of your
// own in it, push it (metrics.Set.InitPush), or show it on a page that you have
// (metrics.RegisterSet). Its own metrics are written before ours. Of several Systems each
// has its own page: on one page their families would begin twice, which the format forbids.
func (t *Telemetry) Set() *metrics.Set { return t.set }
