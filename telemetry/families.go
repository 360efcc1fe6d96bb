// SPDX-License-Identifier: Apache-2.0

package telemetry

import "slices"

// prefix begins the name of every family.
const prefix = "fuseboard_"

// The kinds of families.
const (
	counter   = "counter"
	gauge     = "gauge"
	histogram = "histogram"
)

// family is one metric: the page, docs/metrics.md and the tests are made from these.
type family struct {
	name   string // behind the prefix
	kind   string
	labels string // beside service, as the page of documentation shows them
	unit   string
	help   string // one sentence, for the page and the documentation
	asks   string // the question that it answers
	write  func(*page, *view)
}

// families are all there is, in the order of the page. Every family has all its
// series from the start, at zero; classes of a user's own nobody knows before they come.
var families = slices.Concat(
	callFamilies, answerFamilies, repeatFamilies, hedgeFamilies, modeFamilies, timeFamilies, circuitFamilies, fleetFamilies, gateFamilies, rateFamilies, loadFamilies,
	keyFamilies, hostFamilies, policiesFamilies, gossipFamilies, systemFamilies,
)

// each writes for every dependency.
func each(write func(*page, *dependency)) func(*page, *view) {
	return func(p *page, v *view) {
		for i := range v.deps {
			write(p, &v.deps[i])
		}
	}
}

// eachGuard writes for every dependency that is one guard.
func eachGuard(write func(*page, *dependency)) func(*page, *view) {
	return each(func(p *page, d *dependency) {
		if d.keys == nil {
			write(p, d)
		}
	})
}

// eachKeyed writes for every dependency that has keys.
func eachKeyed(write func(*page, *dependency)) func(*page, *view) {
	return each(func(p *page, d *dependency) {
		if d.keys != nil {
			write(p, d)
		}
	})
}

// eachKey writes for the busiest keys of every dependency that has keys.
func eachKey(write func(*page, *key)) func(*page, *view) {
	return eachKeyed(func(p *page, d *dependency) {
		for i := range d.top {
			write(p, &d.top[i])
		}
	})
}
