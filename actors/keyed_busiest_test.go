// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestBusiestKeysAreThoseWithTheMostCalls(t *testing.T) {
	k := keyed(t, start(t), Policy{}, KeyLimits{Max: 100}, echo)
	calls := map[string]uint64{}
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 40).Draw(rt, "calls") {
			key := keyNumber(rapid.IntRange(0, 30).Draw(rt, "key"))
			_, _ = k.Call(t.Context(), key, 1)
			calls["tenants:"+key]++
		}
		var want []string
		for name := range calls {
			want = append(want, name)
		}
		slices.SortFunc(want, func(a, b string) int { return cmp.Or(cmp.Compare(calls[b], calls[a]), cmp.Compare(a, b)) })
		n := rapid.IntRange(0, 35).Draw(rt, "n")
		var got []string
		for _, g := range k.Busiest(n) {
			got = append(got, g.Name())
		}
		if want = want[:min(n, len(want))]; !slices.Equal(got, want) {
			rt.Fatalf("got %v, want %v of %v", got, want, calls)
		}
	})
	if (*Keyring)(nil).Busiest(3) != nil {
		t.Error("a keyring that nobody made has keys")
	}
}
