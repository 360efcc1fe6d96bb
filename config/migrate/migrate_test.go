// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"slices"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/config"
)

// A file without a version, what becomes of it, and "line:column code" of the notes; those with an ! are left to do.
var migrated = map[string]struct {
	name, was, becomes string
	notes              []string
}{
	"a version alone": {
		"a.yaml", "# ours\n\ndependencies:\n  payments: {retry: {attempts: 2}, deadline: {total: 3s}} # twice\n",
		"# ours\n\napiVersion: fuseboard/v1\ndependencies:\n  payments: {retry: {attempts: 2}, deadline: {total: 3s}} # twice\n",
		[]string{"3:1 api-version"},
	},
	"policies by their names": {
		"a.yaml", "# who pays\npayments:\n  deadline: {total: 2s}\n\n  # often\n  breaker:\n    minCalls: 20\nsearch:\n    deadline:\n        total: 1s\n",
		"# who pays\napiVersion: fuseboard/v1\ndependencies:\n  payments:\n    deadline: {total: 2s}\n\n    # often\n    breaker:\n      min_calls: 20\n  search:\n      deadline:\n          total: 1s\n",
		[]string{"2:1 wrapped", "2:1 api-version", "7:5 renamed"},
	},
	"one policy": {
		"conf/orders-db.yml", "deadline: {total: 2s}\nbulkhead:\n  concurrency: 8\n",
		"apiVersion: fuseboard/v1\ndependencies:\n  orders-db:\n    deadline: {total: 2s}\n    bulkhead:\n      concurrency: 8\n",
		[]string{"1:1 wrapped", "1:1 api-version"},
	},
	"one policy as the admin API has it": {
		"policy.json", `{"deadline":{"total":"2s"},"bulkhead":{"concurrency":8}}`,
		`{"apiVersion": "fuseboard/v1", "dependencies": {"policy": {"deadline":{"total":"2s"},"bulkhead":{"concurrency":8}}}}` + "\n",
		[]string{"1:1 wrapped", "1:1 api-version"},
	},
	"names in another spelling": {
		"a.yaml", "Defaults:\n  deadline: {Total: 2s}\ndependencies:\n  payments:\n    breaker: {failure-rate: 50%, \"openFor\": 10s}\n    operations: {charge: {maxWait: 10ms}}\n    bulkhead: {queue: 10}\n    cases: [{tenant: a, maxWait: 5ms}]\n",
		"apiVersion: fuseboard/v1\ndefaults:\n  deadline: {total: 2s}\ndependencies:\n  payments:\n    breaker: {failure_rate: 50%, \"open_for\": 10s}\n    operations: {charge: {max_wait: 10ms}}\n    bulkhead: {queue: 10}\n    cases: [{tenant: a, max_wait: 5ms}]\n",
		[]string{"1:1 renamed", "1:1 api-version", "2:14 renamed", "5:15 renamed", "5:34 renamed", "6:27 renamed", "8:25 renamed"},
	},
	"the version in another spelling": {
		"a.yaml", "apiversion: fuseboard/v1\ndependencies: {payments: {deadline: {total: 2s}}}\n",
		"apiVersion: fuseboard/v1\ndependencies: {payments: {deadline: {total: 2s}}}\n",
		[]string{"1:1 renamed"},
	},
	"times without a unit": {
		"a.yaml", "payments:\n  deadline: {total: 2000000000, attempt: 0, reserve: 10ms}\n  retry: {backoff: {base: 50}}\n",
		"apiVersion: fuseboard/v1\ndependencies:\n  payments:\n    deadline: {total: 2000000000, attempt: 0, reserve: 10ms}\n    retry: {backoff: {base: 50}}\n",
		[]string{"1:1 wrapped", "1:1 api-version", "2:21 !no-unit", "3:27 !no-unit"},
	},
	"what is left alone": {
		"a.yaml", "payments:\n  retry: {classes: {timeOut: {attempts: 2}}, only: [timeout]}\n  fallback: {steps: [{value: {maxAge: 3}}]}\n  deadline: {total: 1s}\n",
		"apiVersion: fuseboard/v1\ndependencies:\n  payments:\n    retry: {classes: {timeOut: {attempts: 2}}, only: [timeout]}\n    fallback: {steps: [{value: {maxAge: 3}}]}\n    deadline: {total: 1s}\n",
		[]string{"1:1 wrapped", "1:1 api-version"},
	},
}

func TestFilesWithoutAVersionAreMigrated(t *testing.T) {
	for what, k := range migrated {
		out, notes, err := Migrate(config.Source{Name: k.name, Data: []byte(k.was)})
		if err != nil || string(out) != k.becomes {
			t.Errorf("%s: %v\n%s", what, err, out)
		}
		if got := codes(notes); !slices.Equal(got, k.notes) {
			t.Errorf("%s: notes %q, want %q", what, got, k.notes)
		}
		if notes.Err() == nil && what != "what is left alone" { // its class is none
			judged(t, what, out)
		}
	}
}

func codes(notes config.Problems) (all []string) {
	for _, n := range notes {
		at, _, _ := strings.Cut(lines(config.Problems{n}), ": ")
		_, at, _ = strings.Cut(at, ":")
		if n.Warning {
			all = append(all, at+" "+n.Code)
		} else {
			all = append(all, at+" !"+n.Code)
		}
	}
	return all
}

func TestMigratingChangesNothingElse(t *testing.T) {
	const file = "apiVersion: fuseboard/v1 # ours\n\n\ndependencies:\n    payments:   {deadline: {total: 2s}}\n# the end"
	out, notes, err := Migrate(config.Source{Name: "a.yaml", Data: []byte(file)})
	if string(out) != file || len(notes) > 0 || err != nil {
		t.Errorf("%v %v\n%s", notes, err, out)
	}
	for what, k := range migrated {
		once, _, _ := Migrate(config.Source{Name: k.name, Data: []byte(k.was)})
		twice, notes, err := Migrate(config.Source{Name: k.name, Data: once})
		if string(twice) != string(once) || len(notes) > 0 || err != nil {
			t.Errorf("%s, once more: %v %v\n%s", what, notes, err, twice)
		}
	}
}

func TestWhatIsNoPolicyFileIsRefused(t *testing.T) {
	for file, want := range map[string]string{
		"apiVersion: fuseboard/v9\n": "does not know", "apiVersion: apps/v1\nkind: Deployment\n": "does not know",
		"server: {port: 80}\n": "is no policy file", "- a\n": "is no policy file", "payments: 5\n": "is no policy file",
		"payments: {retry: [\n": "a.yaml:", "": "says nothing", "payments: {}\n": "is no policy file",
	} {
		out, _, err := Migrate(config.Source{Name: "a.yaml", Data: []byte(file)})
		if err == nil || !strings.Contains(err.Error(), want) || out != nil {
			t.Errorf("%q: %v\n%s", file, err, out)
		}
	}
}

func FuzzMigrate(f *testing.F) {
	for _, k := range migrated {
		f.Add(k.was)
	}
	f.Fuzz(func(t *testing.T, file string) {
		out, notes, err := Migrate(config.Source{Name: "a.yaml", Data: []byte(file)})
		if err != nil || len(notes) == 0 || notes.Err() != nil {
			return
		}
		if _, version, err := opened(config.Source{Name: "a.yaml", Data: out}); err != nil || version != config.APIVersion {
			t.Errorf("%v, version %q\n%s\n%s", err, version, file, out)
		}
	})
}

func TestAByteOrderMarkDoesNotEndUpWithinTheFile(t *testing.T) {
	for _, text := range []string{"payments:\n  retry: {attempts: 2}\n", "dependencies:\n  payments: {retry: {attempts: 2}}\n"} {
		out, _, err := Migrate(config.Source{Name: "a.yaml", Data: []byte("\ufeff" + text)})
		if err != nil {
			t.Fatal(err)
		}
		if set, problems := config.Read([]config.Source{{Name: "a.yaml", Data: out}}, config.Options{}); set == nil {
			t.Errorf("%s\nof %q", problems, out)
		}
	}
}
