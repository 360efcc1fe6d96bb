// SPDX-License-Identifier: Apache-2.0

package telemetry

import "github.com/fuseboard/fuseboard/actors"

var systemFamilies = []family{
	{
		"group_state", gauge, "group, state", "1",
		"1 for the state of the group's own breaker, 0 for the others; group is its path.",
		"Is a whole group held open?",
		func(p *page, v *view) {
			for _, g := range v.groups {
				for i, what := range stateLabels {
					p.either(g.labels, what, g.state == states[i])
				}
			}
		},
	},
	{
		"limit_used", gauge, "limit", "1",
		"How much of each limit of the System is used.",
		"Is the process near one of its own limits?",
		eachLimit(func(u actors.LimitUse) uint64 { return uint64(max(u.Used, 0)) }),
	},
	{
		"limit_max", gauge, "limit", "1",
		"The limits of the System.",
		"How much may be used?",
		eachLimit(func(u actors.LimitUse) uint64 { return uint64(max(u.Limit, 0)) }),
	},
	{
		"limit_most", gauge, "limit", "1",
		"The most of each limit that was used at once since the start.",
		"Has it ever been near?",
		eachLimit(func(u actors.LimitUse) uint64 { return uint64(max(u.Most, 0)) }),
	},
	{
		"limit_refused_total", counter, "limit", "1",
		"What was refused for a limit of the System: calls, repetitions, keys, guards, policies.",
		"Is a limit too low?",
		eachLimit(func(u actors.LimitUse) uint64 { return u.Refused }),
	},
	{
		"events_dropped_total", counter, "", "events",
		"Events that did not fit the buffer of a subscription.",
		"Does a subscriber miss transitions?",
		func(p *page, v *view) { p.count(v.t.service, "", v.system.EventsDropped) },
	},
	{
		"log_lines_dropped_total", counter, "", "lines",
		"Lines of the log that were dropped because the logger was slow.",
		"Is the log complete?",
		func(p *page, v *view) { p.count(v.t.service, "", v.system.LogLinesDropped) },
	},
	{
		"build_info", gauge, "version, goversion, revision", "1",
		"1, with the versions of Fuseboard and Go and the revision of the program.",
		"What runs here?",
		func(p *page, v *view) { p.count(v.t.info, "", 1) },
	},
	{
		"scrapes_total", counter, "", "scrapes",
		"Scrapes of this page, this one included.",
		"Is it asked for, and how often?",
		func(p *page, v *view) { p.count(v.t.service, "", v.t.scrapes.Load()) },
	},
	{
		"scrape_last_duration_seconds", gauge, "", "seconds",
		"How long the scrape before this one took; 0 in the first.",
		"What does the page cost?",
		func(p *page, v *view) { p.number(v.t.service, "", v.t.lastTook().Seconds()) },
	},
	{
		"scrape_last_bytes", gauge, "", "bytes",
		"How large the page of the scrape before this one was; 0 in the first.",
		"How large is the page?",
		func(p *page, v *view) { p.count(v.t.service, "", uint64(max(v.t.bytes.Load(), 0))) },
	},
}

func eachLimit(read func(actors.LimitUse) uint64) func(*page, *view) {
	return func(p *page, v *view) {
		l := v.system.Limits
		p.count(v.t.service, `limit="goroutines"`, read(l.Goroutines))
		p.count(v.t.service, `limit="keys"`, read(l.Keys))
		p.count(v.t.service, `limit="queued"`, read(l.Queued))
		p.count(v.t.service, `limit="window_bytes"`, read(l.WindowBytes))
	}
}
