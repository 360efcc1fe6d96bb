// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const metricsHead = `# Metrics

What ` + "`telemetry`" + ` shows on its page, written by ` + "`go test ./telemetry -run Docs -rewrite`" + ` from the table that the page is written from.

- Every name begins with ` + "`fuseboard_`" + `, every series has the label ` + "`service`" + `. All series of a dependency are there, at zero, before its first call; only a class of failure that a classifier of your own gives has none before it comes.
- Numbers are kept by the guards and read at scrape: counters never fall while a guard lives, and begin at zero with a guard that takes the place of one that stopped.
- A dependency with keys (` + "`SpawnKeyed`" + `) has the sums over all its keys, also of those that were forgotten. The keys with the most calls (` + "`Options.TopKeys`" + `) have series of their own, named ` + "`fuseboard_key_…`" + `, so that no sum counts them twice.
- The hottest tenants of a rate limit (` + "`rate.per_tenant`" + `) have series as those keys do. A dependency with keys has no numbers of rate limit, throttle and adaptive limit but those that can be added up: each key has its own.
- What is read of the host (` + "`fuseboard_host_…`" + `, ` + "`fuseboard_shedding_…`" + `) is there while a shedding policy is in use and the signal is known: only Linux tells all of them.
- What is told of policy files (` + "`fuseboard_policies_…`" + `) is there where ` + "`Options.Policies`" + ` is set. ` + "`fuseboard_policy_version`" + ` counts the policies that one guard has had in this process; ` + "`fuseboard_policies_version`" + ` counts what files, overrides and rules have said to all of them.
- What is told of the node in its fleet (` + "`fuseboard_fleet_members`, `fuseboard_fleet_gossip_…`" + ` and what stands with them) is there where ` + "`Options.Fleet`" + ` is set.
- Histograms have the bounds %s s, and +Inf: exact, and the same in all processes and versions, so they may be added.
- **Effective success** is what callers get, unless the cache or a fallback answers instead (those are told by ` + "`cache_lookups_total`, `cache_stale_on_error_total` and `fallback_steps_total`" + `): success over success + failure + rejected of ` + "`calls_total`" + `. **Actual success** is what the dependency does: success over success + failure of ` + "`attempt_outcomes_total`" + `. The rules in ` + "`telemetry/rules`" + ` record both, and the dashboard in ` + "`telemetry/dashboards`" + ` shows them.
- In shadow a call has the outcome that its policy would have seen: one that ran past the policy's deadline is a failure, although its caller got an answer.
- Void outcomes teach nothing (the caller left, another guard refused inside the handler) and are in neither.

| metric | kind | labels beside service | unit | what it is | the question it answers |
|---|---|---|---|---|---|
`

func TestDocsListEveryMetric(t *testing.T) {
	var b strings.Builder
	var bounds []string
	for _, d := range buckets {
		bounds = append(bounds, fmt.Sprint(d.Seconds()))
	}
	fmt.Fprintf(&b, metricsHead, strings.Join(bounds, ", "))
	for _, f := range families {
		labels := "–"
		if f.labels != "" {
			labels = "`" + strings.ReplaceAll(f.labels, ", ", "`, `") + "`"
		}
		fmt.Fprintf(&b, "| `%s%s` | %s | %s | %s | %s | %s |\n", prefix, f.name, f.kind, labels, f.unit, f.help, f.asks)
	}
	golden(t, "../docs/metrics.md", b.String())
}

func TestBucketsOfThePageAreExact(t *testing.T) {
	if err := exactBuckets(); err != nil {
		t.Error(err)
	}
	if buckets[3] != time.Millisecond || bucketLabels[3] != `le="0.001"` {
		t.Errorf("%v %v", buckets[3], bucketLabels[3])
	}
}
