// SPDX-License-Identifier: Apache-2.0

package config

import "testing"

// The most costly files are answered, and what is told of them is bounded; BenchmarkReadHostile says what they cost.
func TestHostileFilesAreAnswered(t *testing.T) {
	for name, text := range hostile() {
		s, ps := Read([]Source{{Name: "a.yaml", Data: []byte(text)}}, Options{})
		if (s == nil) != (ps.Err() != nil) {
			t.Errorf("%s: a Set and errors, or neither", name)
		}
	}
}
