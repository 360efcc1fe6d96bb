// SPDX-License-Identifier: Apache-2.0

package telemetry

var keyFamilies = []family{
	{
		"keys", gauge, "dependency", "keys",
		"Keys that have a guard now.",
		"How many tenants, hosts or shards are there?",
		eachKeyed(func(p *page, d *dependency) { p.count(d.labels, "", natural(d.keys.Keys)) }),
	},
	{
		"keys_max", gauge, "dependency", "keys",
		"How many keys may have a guard.",
		"Is there room for more?",
		eachKeyed(func(p *page, d *dependency) { p.count(d.labels, "", natural(d.keys.Max)) }),
	},
	{
		"keys_in_use", gauge, "dependency", "keys",
		"Keys that have a call under way.",
		"How many of them are busy?",
		eachKeyed(func(p *page, d *dependency) { p.count(d.labels, "", natural(d.keys.InUse)) }),
	},
	{
		"keys_commanded", gauge, "dependency", "keys",
		"Keys that are under a command.",
		"Is a command in force?",
		eachKeyed(func(p *page, d *dependency) { p.count(d.labels, "", natural(d.keys.Commanded)) }),
	},
	{
		"keys_evicted_total", counter, "dependency, reason", "keys",
		"Keys that were forgotten, because they were idle or because another needed the place (room).",
		"Are keys forgotten before they are learned from?",
		eachKeyed(func(p *page, d *dependency) {
			p.count(d.labels, `reason="idle"`, d.keys.EvictedIdle)
			p.count(d.labels, `reason="room"`, d.keys.EvictedForRoom)
		}),
	},
	{
		"key_calls_total", counter, "dependency, key, outcome", "calls",
		"Calls of the keys with the most calls, by outcome as in calls_total; they are in the sums there as well.",
		"Who makes the load, and who fails?",
		eachKey(func(p *page, k *key) { writeCalls(p, k.labels, &k.stats, 0) }),
	},
	{
		"key_circuit_state", gauge, "dependency, key, state", "1",
		"1 for the state of the circuit of the keys with the most calls, 0 for the others.",
		"Whose circuit is open?",
		eachKey(func(p *page, k *key) {
			for i, what := range stateLabels {
				p.either(k.labels, what, k.stats.State == states[i])
			}
		}),
	},
	{
		"key_gate_in_use", gauge, "dependency, key", "permits",
		"Permits that are lent, of the keys with the most calls.",
		"Whose bulkhead is full?",
		eachKey(func(p *page, k *key) { p.count(k.labels, "", natural(k.stats.Gate.InUse)) }),
	},
	{
		"key_gate_limit", gauge, "dependency, key", "permits",
		"How many permits there are, of the keys with the most calls; +Inf where there is no limit.",
		"How full may it be?",
		eachKey(func(p *page, k *key) { p.number(k.labels, "", limitOf(k.stats.Gate.Limit)) }),
	},
	{
		"key_retry_budget_left", gauge, "dependency, key", "repetitions",
		"Repetitions that the retry budget allows now, of the keys with the most calls.",
		"Whose failures are not repeated any more?",
		eachKey(func(p *page, k *key) { p.count(k.labels, "", natural(k.stats.BudgetLeft)) }),
	},
}
