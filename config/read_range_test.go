// SPDX-License-Identifier: Apache-2.0

package config

import "testing"

func TestTheRangeOfAFieldIsToldOfWhatCanNotBeRead(t *testing.T) {
	for text, want := range map[string]string{
		"retry: {attempts: three}":                            "1 to 10",
		"retry: {attempts: 1.5}":                              "1 to 10",
		"bulkhead: {concurrency: 99999999999999999999999}":    "1 to 1000000",
		"bulkhead: {concurrency: -99999999999999999999999}":   "1 to 1000000",
		"deadline: {total: 30}":                               "1ms to 24h",
		"deadline: {total: 9999999999999s}":                   "1ms to 24h, with the units ns, us, ms, s, m and h",
		"breaker: {failure_rate: half}":                       "0% to 100%",
		"retry: {attempts: 2, backoff: {factor: much}}":       "1 to 10",
		"breaker: {failure_rate: 50%, weights: {timeout: x}}": "0 to 4",
		"mode: 3": "",
	} {
		_, ps := Read(file("dependencies: {a: {"+text+"}}\n"), Options{})
		if errs := ps.Errors(); len(errs) != 1 || errs[0].Accepted != want {
			t.Errorf("%s: want accepted %q:\n%s", text, want, ps)
		}
	}
}
