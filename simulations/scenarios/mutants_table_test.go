// SPDX-License-Identifier: Apache-2.0

package scenarios_test

// mutant is one line of the product that is wrong.
type mutant struct {
	name         string
	file         string // below the module
	right, wrong string // the line as it is, and as the mutant has it
	result       string // of a function that is one line: its type
	scenario     string // which of the gallery must notice
}

var mutants = []mutant{
	{
		name: "opens at one and a half times the failure rate", file: "supervision/circuit_plan.go", scenario: "hard-outage",
		right: "case enough && p.FailureRate > 0 && n.FailureRate >= p.FailureRate:",
		wrong: "case enough && p.FailureRate > 0 && n.FailureRate >= 1.5*p.FailureRate:",
	},
	{
		name: "opens at three times the slow rate", file: "supervision/circuit_plan.go", scenario: "slow-leak",
		right: "case enough && p.SlowRate > 0 && n.SlowRate >= p.SlowRate:",
		wrong: "case enough && p.SlowRate > 0 && n.SlowRate >= 3*p.SlowRate:",
	},
	{
		name: "judges few calls", file: "supervision/circuit_plan.go", scenario: "quiet-line",
		right: "enough := n.Calls >= minCalls",
		wrong: "enough := n.Calls > 0",
	},
	{
		name: "open time does not grow", file: "supervision/circuit_plan.go", scenario: "hard-outage",
		right: "grown := min(float64(p.OpenFor)*math.Pow(p.OpenGrowth, float64(opens-1)), longest)",
		wrong: "grown := min(float64(p.OpenFor), longest)",
	},
	{
		name: "one good probe is enough", file: "supervision/circuit_plan.go", scenario: "flapping",
		right: "return clamp(int(math.Ceil(float64(probes)*rate-forgiven)), 1, probes)",
		wrong: "return 1",
	},
	{
		name: "slow probes are good ones", file: "supervision/circuit_record.go", result: "bool", scenario: "slow-leak",
		right: "func (p *plan) good(m mark) bool { return m.weight() == 0 && !(m.slow() != 0 && p.SlowRate > 0) }",
		wrong: "func (p *plan) good(m mark) bool { return m.weight() == 0 }",
	},
	{
		name: "lets in ten times the probes", file: "supervision/probe.go", scenario: "hard-outage",
		right: "return &probes{places: make([]atomic.Pointer[lease], p.Probes), need: p.need, spare: p.spare}",
		wrong: "return &probes{places: make([]atomic.Pointer[lease], 10*p.Probes), need: p.need, spare: p.spare}",
	},
	{
		name: "the ramp is a step", file: "supervision/ramp.go", scenario: "thundering-herd",
		right: "return rampStart + (1-rampStart)*done",
		wrong: "return 1",
	},
	{
		name: "the window is ten times as long", file: "supervision/window_span.go", scenario: "hard-outage",
		right: "s.width = d / tickCount",
		wrong: "s.width = d",
	},
	{
		name: "one attempt more", file: "supervision/decide.go", scenario: "blips",
		right: "case max(f.Attempt, 1)+f.repeats() >= attempts:",
		wrong: "case max(f.Attempt, 1)+f.repeats() > attempts:",
	},
	{
		name: "repeats what is not safe", file: "supervision/decide.go", scenario: "blips",
		right: "case treatment.Repeat != Always && !f.Safe:",
		wrong: "case false:",
	},
	{
		name: "does not heed Retry-After", file: "supervision/decide.go", scenario: "spiky-api",
		right: "return asked + wait",
		wrong: "return wait",
	},
	{
		name: "repeats at once", file: "supervision/backoff_wait.go", scenario: "blips",
		right: "return wait/2 + spread(wait-wait/2, u)",
		wrong: "return 0",
	},
	{
		name: "the budget is twenty times as large", file: "supervision/budget_spending.go", scenario: "retry-storm",
		right: "granted := taken <= t.allowed(calls)*hundred",
		wrong: "granted := taken <= t.allowed(calls)*hundred*20",
	},
	{
		name: "twice the permits", file: "mailbox/gate.go", scenario: "cascading-timeouts",
		right: "g.limit.Store(limit)",
		wrong: "g.limit.Store(2 * limit)",
	},
	{
		name: "twice the permits of a queue with rules", file: "mailbox/rules.go", scenario: "queue-collapse",
		right: "r.most[rank], r.places[rank] = r.permits, uint64(b.Queue)",
		wrong: "r.most[rank], r.places[rank] = 2*r.permits, uint64(b.Queue)",
	},
	{
		name: "the queue is twenty times as long", file: "mailbox/enter.go", scenario: "noisy-tenant",
		right: "case w&waitersMask/waiterOne < queue:",
		wrong: "case w&waitersMask/waiterOne < 20*queue:",
	},
	{
		name: "CoDel never sees a queue that stands", file: "mailbox/line.go", scenario: "queue-collapse",
		right: "l.stands = now.Sub(l.calm) >= r.interval",
		wrong: "l.stands = false",
	},
	{
		name: "CoDel clears by twenty times the target", file: "mailbox/line.go", scenario: "queue-collapse",
		right: "if l.count < 2 || now.Sub(l.oldest.since) <= target {",
		wrong: "if l.count < 2 || now.Sub(l.oldest.since) <= 20*target {",
	},
	{
		name: "no tenant gives way to another", file: "mailbox/yield.go", scenario: "noisy-tenant",
		right: "if lowest == who.rank && t.most <= t.waiting(who.tenant)+1 {",
		wrong: "if lowest == who.rank {",
	},
	{
		name: "tenants do not take turns", file: "mailbox/turns.go", scenario: "noisy-tenant",
		right: "if one := w.line.of; t.next == one {",
		wrong: "if one := w.line.of; t.next == one && false {",
	},
	{
		name: "all priorities are one", file: "mailbox/ranks.go", result: "uint8", scenario: "busy-host",
		right: "func rankAt(p fuseboard.Priority) uint8 { return uint8(fuseboard.Critical - p) }",
		wrong: "func rankAt(p fuseboard.Priority) uint8 { return 0 }",
	},
	{
		name: "a unit costs half", file: "patterns/ratelimit/bucket.go", scenario: "rate-limited-api",
		right: "if b.word.CompareAndSwap(at, max(at, next)+c.cost*b.unit) {",
		wrong: "if b.word.CompareAndSwap(at, max(at, next)+c.cost*b.unit/2) {",
	},
	{
		name: "nobody waits for a turn", file: "patterns/ratelimit/bucket.go", scenario: "rate-limited-api",
		right: "case waiting+c.cost > c.queue:",
		wrong: "case waiting+c.cost > 1:",
	},
	{
		name: "a unit of a tenant costs half", file: "patterns/ratelimit/keyed.go", scenario: "rate-limited-api",
		right: "k.fullAt = max(k.fullAt, next) + units*t.rate.unit",
		wrong: "k.fullAt = max(k.fullAt, next) + units*t.rate.unit/2",
	},
}
