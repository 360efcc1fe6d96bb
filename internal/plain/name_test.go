// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNameIsSnakeCase(t *testing.T) {
	for field, want := range map[string]string{
		"OpenFor": "open_for", "MinPerSecond": "min_per_second", "TTL": "ttl", "MaxTTL": "max_ttl",
		"TTLJitter": "ttl_jitter", "P99": "p99", "P99Limit": "p99_limit", "A": "a", "On": "on",
		"HTTPStatus2XX": "http_status2_xx", "already_fine": "already_fine", "": "", "Öffnung": "öffnung",
	} {
		if got := Name(field); got != want {
			t.Errorf("%s: %s, want %s", field, got, want)
		}
	}
}

func TestNearestFindsWhatWasMeant(t *testing.T) {
	names := []string{"open_for", "open_growth", "max_open", "ttl", "concurrency", "queue"}
	for given, want := range map[string]string{
		"openFor": "open_for", "OpenFor": "open_for", "open-for": "open_for", "opne_for": "open_for",
		"open_fr": "open_for", "concurency": "concurrency", "tll": "ttl", "queu": "queue", "queues": "queue",
		"banana": "", "": "", "x": "", "ope": "", strings.Repeat("open_for", 20): "",
	} {
		if got, found := Nearest(given, names); got != want || found != (want != "") {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
}

// editDistance is the textbook recursion.
func editDistance(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	other := editDistance(a[1:], b[1:])
	if a[0] != b[0] {
		other++
	}
	best := min(other, editDistance(a[1:], b)+1, editDistance(a, b[1:])+1)
	if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
		best = min(best, editDistance(a[2:], b[2:])+1)
	}
	return best
}

func TestDistanceEqualsTheTextbooks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.StringMatching("[abc]{0,6}").Draw(t, "a"), rapid.StringMatching("[abc]{0,6}").Draw(t, "b")
		if got, want := distance(a, b), editDistance(a, b); got != want {
			t.Fatalf("%q to %q: %d, want %d", a, b, got, want)
		}
	})
}

func TestPathsStayReadableWhateverTheName(t *testing.T) {
	for _, k := range [][3]string{
		{"", "retry", "retry"},
		{"retry", "on", "retry.on"},
		{"w", "connection-reset", "w.connection-reset"},
		{"w", "a.b", `w["a.b"]`},
		{"", "", `[""]`},
		{"w", "a\nb", `w["a\nb"]`},
		{"w", strings.Repeat("x", 60), `w["` + strings.Repeat("x", 48) + `…"]`},
		{"w", strings.Repeat("x", 47) + "ü", `w["` + strings.Repeat("x", 47) + `…"]`},
	} {
		if got := Below(k[0], k[1]); got != k[2] {
			t.Errorf("%q under %q: %s, want %s", k[1], k[0], got, k[2])
		}
	}
}
