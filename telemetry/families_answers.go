// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/patterns/fallback"
)

var answerFamilies = []family{
	{
		"cache_lookups_total", counter, "dependency, result", "calls",
		"Calls whose request has a key, by what the cache had: hit (fresh), stale (given while it is refreshed), stale-on-error (given because a failure is remembered), negative (an error that is kept), miss (waited for a load).",
		"How many calls does the cache spare the dependency? The hit rate is all but miss over all.",
		each(func(p *page, d *dependency) {
			v := d.stats.Cache
			p.count(d.labels, `result="hit"`, v.Hits)
			p.count(d.labels, `result="miss"`, v.Misses)
			p.count(d.labels, `result="negative"`, v.Negative)
			p.count(d.labels, `result="stale"`, v.Stale)
			p.count(d.labels, `result="stale-on-error"`, v.Remembered)
		}),
	},
	{
		"cache_shared_total", counter, "dependency", "calls",
		"Calls that missed and waited for the load of another with the same key.",
		"How large are the crowds that miss one key?",
		each(func(p *page, d *dependency) { p.count(d.labels, "", d.stats.Cache.Shared) }),
	},
	{
		"cache_stale_on_error_total", counter, "dependency", "answers",
		"Stale answers that were given because the load failed: once for all who shared it, and once for each call while a failure is remembered.",
		"Do callers get old answers because the dependency fails?",
		each(func(p *page, d *dependency) { p.count(d.labels, "", d.stats.Cache.StaleOnError) }),
	},
	{
		"cache_loads_total", counter, "dependency, result", "loads",
		"Loads of the cache that have ended, refreshes among them, by result: success or failure.",
		"What load does the cache let through?",
		each(func(p *page, d *dependency) {
			v := d.stats.Cache
			p.count(d.labels, `result="success"`, v.Loads-min(v.Failures, v.Loads))
			p.count(d.labels, `result="failure"`, v.Failures)
		}),
	},
	{
		"cache_refreshes_total", counter, "dependency, result", "loads",
		"Refreshes behind stale answers, by result: started, or skipped because as many as cache.max_refreshes ran.",
		"Are stale answers refreshed in time?",
		each(func(p *page, d *dependency) {
			p.count(d.labels, `result="started"`, d.stats.Cache.Refreshes)
			p.count(d.labels, `result="skipped"`, d.stats.Cache.Skipped)
		}),
	},
	{
		"cache_abandoned_total", counter, "dependency", "loads",
		"Loads that ran for longer than cache.abandon_after, so that newcomers started another.",
		"Do loads hang?",
		each(func(p *page, d *dependency) { p.count(d.labels, "", d.stats.Cache.Abandoned) }),
	},
	{
		"cache_evicted_total", counter, "dependency", "entries",
		"Entries that made room for others, as far as the store counts them.",
		"Is cache.max_entries too low?",
		each(func(p *page, d *dependency) { p.count(d.labels, "", d.stats.Cache.Evicted) }),
	},
	{
		"cache_entries", gauge, "dependency", "entries",
		"Entries that the caches of all operations hold; 0 where there is no cache.",
		"How full is it?",
		each(func(p *page, d *dependency) { p.count(d.labels, "", natural(d.stats.Cache.Entries)) }),
	},
	{
		"cache_loads_running", gauge, "dependency", "loads",
		"Loads that run now, those that were abandoned among them.",
		"Do loads pile up?",
		each(func(p *page, d *dependency) { p.count(d.labels, "", natural(d.stats.Cache.Running)) }),
	},
	{
		"cache_waiting", gauge, "dependency", "calls",
		"Calls that wait for a load now.",
		"How many callers does a slow load hold up?",
		each(func(p *page, d *dependency) { p.count(d.labels, "", natural(d.stats.Cache.Waiting)) }),
	},
	{
		"fallback_steps_total", counter, "dependency, use, result", "steps",
		"Steps of the fallback that were reached, by where their answers come from, and result: given, declined, failed, full (fallback.concurrency), nothing-kept, passed-over (for other failures, or without a source or time), timed-out.",
		"Who answers when the dependency does not, and does that work?",
		each(func(p *page, d *dependency) { writeSteps(p, d.labels, d.stats.Fallback.Uses) }),
	},
	{
		"fallback_running", gauge, "dependency", "steps",
		"Steps of the fallback that compute or ask another dependency now.",
		"Is fallback.concurrency nearly used up?",
		each(func(p *page, d *dependency) { p.count(d.labels, "", natural(d.stats.Fallback.Running)) }),
	},
}

// fallbackUses are the uses with the results that they can have. Those that are not named are
// passed-over.
var fallbackUses = []struct {
	use     fallback.Use
	results []fallback.Result
}{
	{fallback.Computed, []fallback.Result{fallback.Answered, fallback.Declined, fallback.Failed, fallback.Full, fallback.TimedOut}},
	{fallback.Guard, []fallback.Result{fallback.Answered, fallback.Failed, fallback.Full, fallback.TimedOut}},
	{fallback.LastGood, []fallback.Result{fallback.Answered, fallback.Failed, fallback.NothingKept}},
	{fallback.Value, []fallback.Result{fallback.Answered, fallback.Failed}},
}

func writeSteps(p *page, labels string, all []actors.FallbackUses) {
	for _, u := range fallbackUses {
		of, whose := countsOf(all, u.use), label("use", u.use.String())
		rest := uint64(0)
		for _, n := range of.Counts {
			rest += n
		}
		for _, r := range u.results {
			p.count(labels, whose+","+label("result", r.String()), of.Count(r))
			rest -= of.Count(r)
		}
		p.count(labels, whose+`,result="passed-over"`, rest)
	}
}

func countsOf(all []actors.FallbackUses, use fallback.Use) (of actors.FallbackUses) {
	for _, u := range all {
		if u.Use == use {
			of = u
		}
	}
	return of
}
