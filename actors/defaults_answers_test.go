// SPDX-License-Identifier: Apache-2.0

package actors

// answerReasons are the rows of what answers in place of the dependency. The peers' caches
// are given to them: what they say of an answer's life is the given one's.
var answerReasons = []reason{
	{
		path: "cache.ttl", unit: "time",
		why:          "say it: only who uses an answer knows how old it may be; this spares most of a crowd's calls and is soon over",
		resilience4j: "none of its own: a JCache is given", polly: "has none; v7's cache: must be given", failsafe: "none of its own: a cache is given", others: "Varnish 2m",
	},
	{
		path: "cache.stale_while_revalidate", unit: "time", byDefault: "none",
		why:          "nobody gets an old answer unless somebody says so",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "RFC 5861: as the response says; Varnish 10s; nginx off",
	},
	{
		path: "cache.stale_if_error", unit: "time", byDefault: "none",
		why:          "likewise",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "RFC 5861: as the response says; nginx off",
	},
	{
		path: "cache.negative_ttl", unit: "time", byDefault: "none: errors are not kept",
		why:          "an error that is an answer is often one of now: who was just created is found the next time",
		resilience4j: "has none", polly: "has none", failsafe: "has none: a condition says what is kept", others: "RFC 2308: as the zone says, at most 3h; nginx: must be given",
	},
	{
		path: "cache.negative_on", unit: "list of classes", byDefault: "none",
		why:          "the breaker remembers failures, for all keys together",
		resilience4j: "has none", polly: "has none", failsafe: "has none: a condition says what is kept", others: "RFC 2308: at most 5m",
	},
	{
		path: "cache.max_entries", unit: "answers",
		why:          "the built-in store is made for so many; more should be meant",
		resilience4j: "none of its own: a JCache is given", polly: "has none", failsafe: "none of its own: a cache is given",
	},
	{
		path: "cache.jitter", unit: "share of a life",
		why:          "keys that were filled together do not expire together",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "cache.coalesce", unit: "word", byDefault: "on",
		why:          "a crowd that misses one key is one load for the dependency",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Varnish on; nginx off",
	},
	{
		path: "cache.abandon_after", unit: "time",
		why:          "longer than most callers wait: newcomers do not queue behind a load that hangs",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "nginx's proxy_cache_lock_age 5s",
	},
	{
		path: "cache.max_refreshes", unit: "loads at once",
		why:          "half of the permits of a bulkhead: callers go first",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "fallback.steps", unit: "list of steps", byDefault: "one that is computed; a max_age is 5m",
		why:          "the hook of the operation; where it has none, its failures stay failures",
		resilience4j: "must be given, as a method", polly: "must be given", failsafe: "must be given",
	},
	{
		path: "fallback.timeout", unit: "time",
		why:          "a fallback that hangs is an outage of its own",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Hystrix none; its commands 1s",
	},
	{
		path: "fallback.concurrency", unit: "steps at once",
		why:          "when all calls fail at once, not all of them may compute",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Hystrix 10",
	},
	{
		path: "fallback.max_keys", unit: "answers",
		why:          "as many as the cache keeps",
		resilience4j: "has no last good answers", polly: "has none", failsafe: "has none",
	},
}
