// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// meter measures one thing in one run. The ledger holds its lock.
type meter struct {
	scenario.Measure
	of       int    // the number of the dependency; -1 for whatever is of none
	users    uint64 // requests of users, whatever is measured
	fates    [fates]uint64
	took     histogram
	reached  []uint64 // users' requests that reached a dependency, by its number
	attempts []uint64
	probes   uint64 // attempts of nodes that the fleet holds
}

// newMeter measures of the dependencies with these names, which are their numbers.
func newMeter(m scenario.Measure, names []string) *meter {
	of := -1
	if m.OfKind == "dependency" {
		of = slices.Index(names, m.Of)
	}
	return &meter{Measure: m, of: of, reached: make([]uint64, len(names)), attempts: make([]uint64, len(names))}
}

func (m *meter) within(at time.Duration) bool { return at >= m.From && at < m.To }

func (m *meter) end(e ended) {
	if !m.within(e.at) {
		return
	}
	if !e.inner && m.ofUser(e.load, e.tenant, e.operation, e.priority, e.node) {
		m.users++
	}
	if !m.concerns(e) {
		return
	}
	m.fates[e.fate]++
	if e.fate == good || e.fate == degraded {
		m.took.addAt(e.bucket, e.took)
	}
}

// concerns reports whether it is of those that are measured. Without a name these are the users' requests.
func (m *meter) concerns(e ended) bool {
	if m.OfKind == "dependency" {
		return e.dependency == m.of
	}
	return !e.inner && m.ofUser(e.load, e.tenant, e.operation, e.priority, e.node)
}

// ofUser reports whether a user's request is of those that are measured, whatever it is made to.
func (m *meter) ofUser(load, tenant, operation, priority string, node int) bool {
	switch m.OfKind {
	case "load":
		return load == m.Of
	case "tenant":
		return tenant == m.Of
	case "operation":
		return operation == m.Of
	case "priority":
		return priority == m.Of
	case "node":
		return strconv.Itoa(node) == m.Of
	}
	return true
}

func (m *meter) attempt(a attempt) {
	if !m.within(a.at) || m.of >= 0 && a.dependency != m.of || !m.ofUser(a.load, a.tenant, a.operation, a.priority, a.node) {
		return
	}
	m.attempts[a.dependency]++
	if a.held {
		m.probes++
	}
	if a.first {
		m.reached[a.dependency]++
	}
}

func (m *meter) offered() (n uint64) {
	for _, f := range m.fates {
		n += f
	}
	return n
}

// share returns the share of those offered that had one of the fates.
func (m *meter) share(fs ...fate) (float64, bool) {
	all := m.offered()
	var n uint64
	for _, f := range fs {
		n += m.fates[f]
	}
	return ratio(n, all)
}

func ratio(part, all uint64) (float64, bool) {
	if all == 0 {
		return 0, false
	}
	return float64(part) / float64(all), true
}

// value returns what was measured, and false where there was nothing to measure. r is the run, for what is not counted here.
func (m *meter) value(r *record) (float64, bool) {
	if share, ok := percentiles[m.Metric]; ok {
		d, known := m.took.quantile(share)
		return d.Seconds(), known
	}
	if f, ok := metrics[m.Metric]; ok {
		return f(m, r)
	}
	return 0, false
}

var percentiles = map[string]float64{"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999, "max": 1}

// metrics are the measures that are no percentiles.
var metrics = map[string]func(*meter, *record) (float64, bool){
	"goodput":  func(m *meter, _ *record) (float64, bool) { return m.share(good) },
	"answered": func(m *meter, _ *record) (float64, bool) { return m.share(good, degraded) },
	"degraded": func(m *meter, _ *record) (float64, bool) { return m.share(degraded) },
	"failed":   func(m *meter, _ *record) (float64, bool) { return m.share(failed) },
	"refused":  func(m *meter, _ *record) (float64, bool) { return m.share(refused) },
	"late":     func(m *meter, _ *record) (float64, bool) { return m.share(late) },
	"mean": func(m *meter, _ *record) (float64, bool) {
		d, known := m.took.mean()
		return d.Seconds(), known
	},
	"throughput": func(m *meter, _ *record) (float64, bool) {
		return float64(m.fates[good]) / (m.To - m.From).Seconds(), m.To > m.From
	},
	"amplification":      (*meter).amplification,
	"peak-amplification": (*meter).peak,
	"attempts":           (*meter).load,
	"waste":              func(m *meter, r *record) (float64, bool) { return r.waste(m.Measure) },
	"queue":              func(m *meter, r *record) (float64, bool) { return r.queue(m.Measure) },
	"openings":           func(m *meter, r *record) (float64, bool) { return r.count(m.Measure, (*circuitLog).openings), true },
	"recovery":           func(m *meter, r *record) (float64, bool) { return r.recovery(m.Measure) },
	"reaches":            func(m *meter, r *record) (float64, bool) { return r.reaches(m.Measure) },
	"holds":              func(m *meter, r *record) (float64, bool) { return r.count(m.Measure, (*circuitLog).holds), r.fleet },
	"flips":              func(m *meter, r *record) (float64, bool) { return r.count(m.Measure, (*circuitLog).flips), r.fleet },
	"probes": func(m *meter, r *record) (float64, bool) {
		return float64(m.probes) / (m.To - m.From).Seconds(), r.fleet && m.To > m.From
	},
	"never": func(m *meter, r *record) (float64, bool) { return r.share(m.Measure, false), true },
	"stays": func(m *meter, r *record) (float64, bool) { return r.share(m.Measure, true), true },
}

// amplification is how often the dependency was reached for each user's request that reached it; of all dependencies, the most.
func (m *meter) amplification(*record) (float64, bool) {
	most, known := 0.0, false
	for name, n := range m.attempts {
		if v, ok := ratio(n, m.reached[name]); ok {
			most, known = max(most, v), true
		}
	}
	return most, known
}

// load is how often the dependency was reached for each user's request that was made; of all dependencies, the most.
func (m *meter) load(*record) (float64, bool) {
	most := 0.0
	for _, n := range m.attempts {
		v, _ := ratio(n, m.users)
		most = max(most, v)
	}
	return most, m.users > 0
}

// leastCalls is how many calls in a row an amplification must be of, to count as a peak.
const leastCalls = 10

// peak is the most amplification of a bucket, or of so many in a row as have enough calls.
func (m *meter) peak(r *record) (float64, bool) {
	most, known := 0.0, false
	for n, b := range r.ledger.books {
		if m.of >= 0 && n != m.of {
			continue
		}
		calls, attempts := uint32(0), uint32(0)
		for i := range b.calls {
			if !m.within(time.Duration(i) * r.ledger.width) {
				continue
			}
			calls, attempts = calls+b.calls[i], attempts+b.attempts[i]
			if calls >= leastCalls {
				most, known = max(most, float64(attempts)/float64(calls)), true
				calls, attempts = 0, 0
			}
		}
	}
	return most, known
}

// holds compares a value with what is expected.
func holds(op string, value, want float64) bool {
	const grain = 1e-9 // of a difference that is only one of rounding
	switch {
	case strings.HasSuffix(op, "=") && value-want < grain && want-value < grain:
		return op != "!="
	case op == "!=":
		return true
	case strings.HasPrefix(op, "<"):
		return value < want-grain
	case strings.HasPrefix(op, ">"):
		return value > want+grain
	}
	return false
}
