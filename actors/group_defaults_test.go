// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"reflect"
	"testing"
)

const groupsHead = "\n## Groups\n\nThe policy of a group. `restart` is never off, `breaker` is off unless one of its fields is set. None of\nthe three peers has supervisors or groups.\n\n"

// groupReasons say of a GroupPolicy what reasons says of a Policy.
var groupReasons = []reason{
	{path: "restart.max", unit: "restarts", why: "more is no accident of a moment; it goes up", resilience4j: "has none", polly: "has none", failsafe: "has none", others: "protoactor 10, Erlang 1, Akka any number"},
	{path: "restart.within", unit: "time", why: "what broke a minute ago is another fault", resilience4j: "has none", polly: "has none", failsafe: "has none", others: "protoactor 10s, Erlang 5s"},
	{path: "restart.backoff.kind", unit: "word", byDefault: "exponential", why: "what breaks again and again is rebuilt less and less", resilience4j: "has none", polly: "has none", failsafe: "has none", others: "protoactor linear, Akka exponential"},
	{path: "restart.backoff.base", unit: "time", why: "longer than a hiccup, short enough for callers who wait", resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Erlang none, Akka as given"},
	{path: "restart.backoff.max", unit: "time", why: "nobody waits longer for a guard that would work again", resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Erlang none, Akka as given"},
	{path: "restart.backoff.factor", unit: "number, times the wait before", why: "doubling", resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Akka 2"},
	{path: "restart.backoff.jitter", unit: "word", byDefault: "full", why: "guards that broke together do not come back together", resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Akka as given"},
	{path: "restart.timeout", unit: "time", why: "of no use to a group: its members' own policies bound their builds", resilience4j: "has none", polly: "has none", failsafe: "has none"},
	{path: "breaker.share", unit: "share of the members", why: "half of a region open is no accident", resilience4j: "has none", polly: "has none", failsafe: "has none"},
	{path: "breaker.min_members", unit: "members", why: "of two, one is no majority", resilience4j: "has none", polly: "has none", failsafe: "has none"},
	{path: "breaker.open_for", unit: "time", why: "as for a guard's breaker", resilience4j: "has none", polly: "has none", failsafe: "has none"},
	{path: "breaker.open_growth", unit: "number, times the time before", why: "a region that stays down is let back less and less often", resilience4j: "has none", polly: "has none", failsafe: "has none"},
	{path: "breaker.max_open", unit: "time", why: "nobody waits longer for a region that is back", resilience4j: "has none", polly: "has none", failsafe: "has none"},
	{path: "breaker.open_jitter", unit: "share of the time", why: "groups that opened together do not come back together", resilience4j: "has none", polly: "has none", failsafe: "has none"},
}

// groupDefaults is the part of the page about groups.
func groupDefaults(t *testing.T) string {
	t.Helper()
	return groupsHead + tableOf(t, groupReasons, reflect.TypeFor[GroupPolicy](),
		valuesOf(t, GroupPolicy{Breaker: GroupBreaker{Share: defaultShare}}.WithDefaults()))
}
