// SPDX-License-Identifier: Apache-2.0

package config

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAPatternMatchesAsItsRegularExpressionDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*?]{0,6}`).Draw(t, "pattern")
		name := rapid.StringMatching(`[ab]{0,8}`).Draw(t, "name")
		want := regexp.MustCompile("^" + strings.NewReplacer("*", ".*", "?", ".").Replace(pattern) + "$").MatchString(name)
		if got := matches(pattern, name); got != want {
			t.Errorf("matches(%q, %q) = %v", pattern, name, got)
		}
	})
}

func TestAPatternThatMatchesAnotherMatchesAllItsNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wide := rapid.StringMatching(`[ab*?]{0,5}`).Draw(t, "wide")
		narrow := rapid.StringMatching(`[ab*?]{0,5}`).Draw(t, "narrow")
		name := rapid.StringMatching(`[ab]{0,6}`).Draw(t, "name")
		if matches(wide, narrow) && matches(narrow, name) && !matches(wide, name) {
			t.Errorf("%q matches %q, which matches %q", wide, narrow, name)
		}
	})
}
