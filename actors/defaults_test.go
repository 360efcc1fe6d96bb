// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/patterns/adaptive"
	"github.com/fuseboard/fuseboard/patterns/cache"
	"github.com/fuseboard/fuseboard/patterns/deadline"
	"github.com/fuseboard/fuseboard/patterns/fallback"
	"github.com/fuseboard/fuseboard/patterns/hedge"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/shedding"
	"github.com/fuseboard/fuseboard/patterns/throttle"
	"github.com/fuseboard/fuseboard/supervision"
)

var rewrite = flag.Bool("rewrite", false, "write docs/defaults.md anew")

const defaultsFile = "../docs/defaults.md"

func TestDefaultsPageIsTrue(t *testing.T) {
	page := defaultsPage(t)
	if *rewrite {
		if err := os.WriteFile(defaultsFile, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(defaultsFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != page {
		t.Errorf("%s is not what the code does; run go test ./actors -run Defaults -rewrite", defaultsFile)
	}
}

func defaultsPage(t *testing.T) string {
	t.Helper()
	given := valuesOf(t, Policy{
		Retry:    supervision.Retry{Attempts: supervision.DefaultRetryAttempts},
		Breaker:  Breaker{FailureRate: 0.5},
		Bulkhead: Bulkhead{Concurrency: 16},
		Panics:   Panics{Max: supervision.DefaultPanicsMax},
		Restart:  Restart{Max: supervision.DefaultRestartMax},
	}.WithDefaults())
	sections := valuesOf(t, Policy{ // each section on, by a field that has another's default
		Retry:    Retry{MaxRetryAfter: supervision.DefaultRetryMaxRetryAfter},
		Breaker:  Breaker{MinCalls: 20},
		Bulkhead: Bulkhead{Queue: 1},
		Panics:   Panics{Hold: supervision.DefaultPanicsHold},
		Restart:  Restart{Within: supervision.DefaultRestartWithin},
	}.WithDefaults())
	given = loadDefaults(t, given, Policy{
		Throttle: Throttle{Ratio: throttle.DefaultRatio},
		Rate:     RateLimit{Adaptive: ratelimit.Adaptive{Backoff: ratelimit.DefaultBackoff}},
		Adaptive: Adaptive{Min: adaptive.DefaultMin},
		Shedding: Shedding{Margin: shedding.DefaultMargin},
		Hedge:    Hedge{Copies: hedge.DefaultCopies},
		Cache:    Cache{TTL: cache.DefaultTTL},
		Fallback: Fallback{Timeout: fallback.DefaultTimeout},
		Deadline: Deadline{Adaptive: AdaptiveAttempt{Factor: deadline.DefaultFactor}},
		Fleet:    Fleet{Mode: FleetAdvise},
	})
	sections = loadDefaults(t, sections, Policy{
		Throttle: Throttle{MinCalls: throttle.DefaultMinCalls},
		Rate:     RateLimit{Adaptive: ratelimit.Adaptive{Every: ratelimit.DefaultEvery}},
		Adaptive: Adaptive{Max: adaptive.DefaultMax},
		Shedding: Shedding{Every: shedding.DefaultEvery},
		Hedge:    Hedge{Window: hedge.DefaultWindow},
		Cache:    Cache{MaxEntries: cache.DefaultMaxEntries},
		Fallback: Fallback{MaxKeys: fallback.DefaultMaxKeys},
		Deadline: Deadline{Adaptive: AdaptiveAttempt{Window: deadline.DefaultWindow}},
		Fleet:    Fleet{Mode: FleetFollow},
	})
	return defaultsHead + tableOf(t, policyReasons(), reflect.TypeFor[Policy](), given, sections) + groupDefaults(t) + limitDefaults(t)
}

const tableHead = "| field | unit | default | because | resilience4j | Polly | failsafe-go | others |\n|---|---|---|---|---|---|---|---|\n"

// tableOf writes the rows that belong to the fields of a type. A default that a
// row does not say is read from all the values, which must agree.
func tableOf(t *testing.T, rows []reason, of reflect.Type, values ...map[string]string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(tableHead)
	var listed []string
	for _, r := range rows {
		value := r.byDefault
		for i, read := range values {
			switch {
			case r.byDefault == "" && (read[r.path] == "" || read[r.path] != values[0][r.path]):
				t.Errorf("%s has the defaults %q and %q", r.path, values[0][r.path], read[r.path])
			case i == 0 && r.byDefault != "" && read[r.path] != "":
				t.Errorf("%s is by default %q in the code, and %q here", r.path, read[r.path], value)
			case r.byDefault == "":
				value = read[r.path]
			}
		}
		listed = append(listed, r.path)
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s | %s |\n",
			r.path, r.unit, value, r.why, r.resilience4j, r.polly, r.failsafe, r.others)
	}
	for _, flaw := range flawsOf(rows, of) {
		t.Error(flaw)
	}
	for _, path := range leaves("", of) {
		if i := slices.Index(listed, path); i < 0 {
			t.Errorf("%s has no row", path)
		} else {
			listed = slices.Delete(listed, i, i+1)
		}
	}
	if len(listed) > 0 {
		t.Errorf("rows without a field: %v", listed)
	}
	return b.String()
}

// valuesOf returns the values of a policy by their paths, as a file says them.
func valuesOf(t *testing.T, p any) map[string]string {
	t.Helper()
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return leavesOf(data)
}

func leavesOf(data []byte) map[string]string {
	var tree any
	read := json.NewDecoder(bytes.NewReader(data))
	read.UseNumber() // as they are written
	if err := read.Decode(&tree); err != nil {
		return nil
	}
	values := make(map[string]string)
	flatten("", tree, values)
	return values
}

func flatten(path string, tree any, into map[string]string) {
	list, _ := tree.([]any)
	for i, one := range list {
		if _, ok := one.(map[string]any); ok {
			flatten(fmt.Sprintf("%s[%d]", path, i), one, into)
			if i == len(list)-1 {
				return
			}
		}
	}
	fields, ok := tree.(map[string]any)
	if !ok {
		into[path] = fmt.Sprint(tree)
		return
	}
	for name, value := range fields {
		flatten(strings.TrimPrefix(path+"."+name, "."), value, into)
	}
}

func leaves(path string, t reflect.Type) []string {
	if t.Kind() != reflect.Struct {
		return []string{path}
	}
	var all []string
	for i := range t.NumField() {
		all = append(all, leaves(strings.TrimPrefix(path+"."+plain.Name(t.Field(i).Name), "."), t.Field(i).Type)...)
	}
	return all
}
