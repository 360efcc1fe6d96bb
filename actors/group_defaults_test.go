// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// groupReasons say of a GroupPolicy what reasons says of a Policy.
var groupReasons = []struct{ path, byDefault, why, peers string }{
	{"restart.max", "", "more is no accident of a moment; it goes up", "protoactor 10, Erlang 1, Akka: any number"},
	{"restart.within", "", "what broke a minute ago is another fault", "protoactor 10s, Erlang 5s"},
	{"restart.backoff.kind", "exponential", "what breaks again and again is rebuilt less and less", "its like in protoactor is linear"},
	{"restart.backoff.base", "", "longer than a hiccup, short enough for callers who wait", "Erlang, protoactor: none; Akka: as given"},
	{"restart.backoff.max", "", "nobody waits longer for a guard that would work again", "Erlang: none; Akka: as given"},
	{"restart.backoff.factor", "", "doubling", "Akka 2"},
	{"restart.backoff.jitter", "full", "guards that broke together do not come back together", "Erlang: none; Akka: as given"},
	{"breaker.share", "", "half of a region open is no accident", "none have it"},
	{"breaker.min_members", "", "of two, one is no majority", "none have it"},
	{"breaker.open_for", "", "as for a guard's breaker", "none have it"},
	{"breaker.open_growth", "", "a region that stays down is let back less and less often", "none have it"},
	{"breaker.max_open", "", "nobody waits longer for a region that is back", "none have it"},
	{"breaker.open_jitter", "", "groups that opened together do not come back together", "none have it"},
}

// groupDefaults is the part of the page about groups.
func groupDefaults(t *testing.T) string {
	t.Helper()
	data, err := json.Marshal(GroupPolicy{Breaker: GroupBreaker{Share: defaultShare}}.WithDefaults())
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		t.Fatal(err)
	}
	values := make(map[string]string)
	flatten("", tree, values)
	var b strings.Builder
	b.WriteString("\n## Groups\n\nThe policy of a group. `restart` is never off, `breaker` is off unless one of its fields is set.\n\n| field | default | because | peers |\n|---|---|---|---|\n")
	missing := leaves("", reflect.TypeFor[GroupPolicy]())
	for _, r := range groupReasons {
		value := r.byDefault
		if value == "" {
			if value = values[r.path]; value == "" {
				t.Errorf("%s has no default", r.path)
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.path, value, r.why, r.peers)
		i := slices.Index(missing, r.path)
		if i < 0 {
			t.Fatalf("%s is no field", r.path)
		}
		missing = slices.Delete(missing, i, i+1)
	}
	if len(missing) > 0 {
		t.Errorf("no row for %v", missing)
	}
	return b.String()
}
