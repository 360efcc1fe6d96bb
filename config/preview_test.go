// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"fmt"
	"testing"

	"github.com/fuseboard/fuseboard/config"
)

const previewed = `apiVersion: fuseboard/v1
profiles:
  brownout: {bulkhead: {concurrency: 8}}
  single: {retry: off}
dependencies:
  payments: {deadline: {total: 2s, attempt: 800ms}, retry: {attempts: 2}, bulkhead: {concurrency: 32}}
  search: {bulkhead: {concurrency: 64}}
rules:
  host-busy: {when: cpu > 85% for 10s, profiles: [brownout]}
  night: {when: "time 22:00-06:00", profiles: [single], dependencies: [payments]}
`

func TestPreviewTellsWhatARuleWouldChangeForWhom(t *testing.T) {
	set, problems := config.Read([]config.Source{{Name: "a.yaml", Data: []byte(previewed)}}, config.Options{})
	if set == nil {
		t.Fatal(problems)
	}
	for _, c := range []struct {
		name  string
		rules []string
		want  string
	}{
		{"payments", nil, "[]"},
		{"payments", []string{"nightly"}, "[]"},
		{"payments", []string{"host-busy"}, "[bulkhead.concurrency: 32 -> 8]"},
		{"search", []string{"host-busy"}, "[bulkhead.concurrency: 64 -> 8]"},
		{"search", []string{"night"}, "[]"},
	} {
		var got []string
		for _, change := range set.Preview(c.name, c.rules...).Changes {
			got = append(got, fmt.Sprintf("%s: %s -> %s", change.Path, change.Before, change.After))
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s, %v: got %v, want %s", c.name, c.rules, got, c.want)
		}
	}
	d := set.Preview("payments", "night", "host-busy")
	first, gone := d.Changes[0], false
	for _, change := range d.Changes {
		gone = gone || change.Path == "retry.attempts" && change.Before == "2" && change.After == ""
	}
	if !gone || first.Origin.Layer != config.ByRule || first.Risk != "" {
		t.Errorf("both rules: got %+v", d)
	}
}
