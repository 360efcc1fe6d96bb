// SPDX-License-Identifier: Apache-2.0

package config

import "testing"

func TestAFlawOfAnOperationNamesTheFieldsThatCountForIt(t *testing.T) {
	_, ps := Read(file(`
defaults: {deadline: {total: 9s, attempt: 800ms}}
dependencies:
  a:
    retry: {attempts: 3}
    operations:
      charge:
        deadline:
          total: 5s
          attempt: 2s
`), Options{})
	if len(ps) != 1 || ps[0].Code != "attempts-exceed-total" {
		t.Fatal(ps)
	}
	for _, o := range ps[0].Related {
		if o.Line == 3 {
			t.Errorf("it names %s, which does not count for charge", o)
		}
	}
	if n := len(ps[0].Related); n != 2 {
		t.Errorf("it names %v; want attempts and total", ps[0].Related)
	}
}
