// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Codes of the problems between cache and other sections.
const (
	codeLoadDeadline   = "load-without-deadline"
	codeAbandonTotal   = "abandon-below-deadline"
	codeRefreshPermits = "refreshes-take-permits"
	codeNegativeTTL    = "errors-kept-longer"
	codeRefusalKept    = "refusal-remembered"
	codeFailuresHidden = "failures-hidden-from-breaker"
	codeStaleOpen      = "stale-below-open"
	codeKeysEntries    = "entries-of-each-key"
)

// longestLoad is how long a load of the cache may take, and the field that says so; zero:
// nothing ends it.
func (p Policy) longestLoad() (limit time.Duration, path string) {
	if p.Deadline.Total > 0 {
		return p.Deadline.Total, "deadline.total"
	}
	if attempts := p.Retry.MostAttempts(); p.Retry.On() && attempts > 1 {
		return time.Duration(attempts) * p.Deadline.Attempt, "retry.attempts times deadline.attempt"
	}
	return p.Deadline.Attempt, "deadline.attempt"
}

// loadInDeadline finds loads that nothing ends: they belong to nobody whose deadline counts.
func loadInDeadline(p Policy) (fuseboard.Problem, bool) {
	limit, _ := p.longestLoad()
	return fuseboard.Problem{
		Code: codeLoadDeadline, Path: "cache",
		Message: "a load that callers share goes on without their deadlines, so one that hangs never fails: it holds its permit, and the breaker does not hear of it",
		Fix:     "set deadline.attempt or deadline.total, or cache.coalesce off",
	}, p.Cache.On() && p.Cache.Coalesce == CoalesceOn && limit == 0
}

func abandonInDeadline(p Policy) (fuseboard.Problem, bool) {
	limit, by := p.longestLoad()
	shares := p.Cache.Coalesce == CoalesceOn
	message := "a load that is still within %s %s is not waited for any more, so that several run for one key"
	if !shares {
		message = "a refresh that is still within %s %s is cancelled"
	}
	return fuseboard.Problem{
		Code: codeAbandonTotal, Path: "cache.abandon_after", Value: plain.Duration(p.Cache.AbandonAfter),
		Message: fmt.Sprintf(message, by, plain.Duration(limit)),
		Fix:     "raise cache.abandon_after to " + by + " or more, or lower that",
	}, p.Cache.On() && (shares || p.Cache.StaleWhileRevalidate > 0) && p.Cache.AbandonAfter < limit
}

func refreshesInPermits(p Policy) (fuseboard.Problem, bool) {
	permits, by := p.permits()
	return fuseboard.Problem{
		Code: codeRefreshPermits, Path: "cache.max_refreshes", Value: strconv.Itoa(p.Cache.MaxRefreshes),
		Message: fmt.Sprintf("refreshes behind stale answers may take all permits there are (%s %d) from those who wait for an answer", by, permits),
		Fix:     "lower cache.max_refreshes to half of " + by,
	}, p.Cache.StaleWhileRevalidate > 0 && permits > 0 && p.Cache.MaxRefreshes >= permits
}

func negativeInTTL(p Policy) (fuseboard.Problem, bool) {
	c := p.Cache
	return fuseboard.Problem{
		Code: codeNegativeTTL, Path: "cache.negative_ttl", Value: plain.Duration(c.NegativeTTL),
		Message: "keeps errors for longer than answers (cache.ttl " + plain.Duration(c.TTL) + ")",
		Fix:     "lower it to cache.ttl or less",
	}, c.On() && c.NegativeTTL > c.TTL
}

// refusers are the sections whose names are the class of what they refuse.
var refusers = []fuseboard.Class{
	byBreaker, byBulkhead, byDeadline, byKeys, byLimits, byRate, byRestart, byShedding, bySystem, byThrottle, byWorkers,
}

// refusalsKept finds refusals that are given again when nobody refuses any more.
func refusalsKept(p Policy) (fuseboard.Problem, bool) {
	i := slices.IndexFunc(p.Cache.NegativeOn, func(class fuseboard.Class) bool { return slices.Contains(refusers, class) })
	if i < 0 || p.Cache.NegativeTTL == 0 {
		return fuseboard.Problem{}, false
	}
	class := string(p.Cache.NegativeOn[i])
	return fuseboard.Problem{
		Code: codeRefusalKept, Path: fmt.Sprintf("cache.negative_on[%d]", i), Value: class,
		Message: "remembers refusals by " + class + ": a key is still refused for cache.negative_ttl " + plain.Duration(p.Cache.NegativeTTL) + " when that admits calls again",
		Fix:     "remove it: a refusal costs nothing, so nothing is spared",
	}, true
}

// failuresInWindow finds failures that the breaker hears of too seldom.
func failuresInWindow(p Policy) (fuseboard.Problem, bool) {
	c, span := p.Cache, p.Breaker.Window.Span
	return fuseboard.Problem{
		Code: codeFailuresHidden, Path: "cache.negative_ttl", Value: plain.Duration(c.NegativeTTL),
		Message: fmt.Sprintf("a key that failed with a class of cache.negative_on is not asked again within breaker.window.span %s, so failures of few keys never open the circuit", plain.Duration(span)),
		Fix:     "lower cache.negative_ttl well below breaker.window.span",
	}, p.Breaker.On() && len(c.NegativeOn) > 0 && span > 0 && c.NegativeTTL >= span
}

// staleInOpen finds stale answers that are gone before the circuit lets anybody fetch others.
func staleInOpen(p Policy) (fuseboard.Problem, bool) {
	c, open := p.Cache, p.Breaker.OpenFor
	return fuseboard.Problem{
		Code: codeStaleOpen, Path: "cache.stale_if_error", Value: plain.Duration(c.StaleIfError),
		Message: "stale answers are too old before an open circuit admits the first probe (breaker.open_for " + plain.Duration(open) + ")",
		Fix:     "raise it to several times breaker.open_for",
	}, p.Breaker.On() && c.StaleIfError > 0 && c.StaleIfError < open
}

// mostEntriesOfKeys is how many answers the keys of a Keyring may keep before that is worth a word.
const mostEntriesOfKeys = 1_000_000

// entriesOfKeys warns of the caches of all keys together.
func entriesOfKeys(p Policy, l KeyLimits) (found Problems) {
	c, keys := p.Cache.WithDefaults(), l.WithDefaults().Max
	if !c.On() || float64(c.MaxEntries)*float64(keys) <= mostEntriesOfKeys {
		return nil
	}
	return Problems{{
		Code: codeKeysEntries, Path: "cache.max_entries", Value: strconv.Itoa(c.MaxEntries), Warning: true,
		Message: fmt.Sprintf("is for each key: up to %s keep %s together", plain.Count(keys, "key", "keys"), plain.Count(c.MaxEntries*keys, "answer", "answers")),
		Fix:     "lower it, or limits.max",
	}}
}
