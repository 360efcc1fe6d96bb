// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// repeated is a text many times, with the number in place of #.
func repeated(n int, text string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(text, "#", fmt.Sprint(i)))
	}
	return b.String()
}

// hostile are files near the bounds of what is read, each of its own kind.
func hostile() map[string]string {
	const head = "apiVersion: fuseboard/v1\n"
	return map[string]string{
		"names by lines":       repeated(16, "a#:\n"+repeated(1990, "  k#: a\n")),
		"items by lines":       repeated(40, "a#:\n"+strings.Repeat("  -\n", 1990)),
		"names in brackets":    "{" + repeated(24_000, "k#: a, ") + "}",
		"lists in brackets":    "a: [" + strings.Repeat("[a], ", 24_000) + "]",
		"aliases":              "x: &x {a: 1}\n" + repeated(12, "a#:\n"+repeated(1990, "  k#: *x\n")),
		"one long text":        "a: " + strings.Repeat("x ", 500_000),
		"one name many times":  head + "dependencies: {" + strings.Repeat("a: {}, ", 24_000) + "}",
		"wrong dependencies":   head + "dependencies:\n" + repeated(1990, "  d#: {retry: {attempts: 99, foo: 1}, deadline: {total: 5, attempt: x}}\n"),
		"unknown profiles":     head + "dependencies: {a: {profiles: [" + repeated(24_000, "a#, ") + "]}}",
		"wrong lines of force": head + "dependencies: {a: {}}\nforce: [" + repeated(24_000, "a.retry.b#, ") + "]",
		"profiles in circles":  head + "profiles:\n" + repeated(1990, "  p#: {extends: [p0, p1, p2, p3, p4, p5, p6, p7]}\n"),
	}
}

// BenchmarkReadHostile is the most that a file can cost.
func BenchmarkReadHostile(b *testing.B) {
	for name, text := range hostile() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Read([]Source{{Name: "a.yaml", Data: []byte(text)}}, Options{})
			}
		})
	}
}

// BenchmarkReadDocument reads a thousand dependencies, each of eight lines.
func BenchmarkReadDocument(b *testing.B) {
	text := []byte("apiVersion: fuseboard/v1\nprofiles: {quick: {deadline: {total: 300ms}}}\ndependencies:\n" + repeated(1000,
		"  d#:\n    profiles: [quick]\n    retry:\n      attempts: 3\n      backoff: {base: 10ms}\n    bulkhead:\n      concurrency: 8\n      queue: 16\n"))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, ps := readDocument([]Source{{Name: "a.yaml", Data: text}}); len(ps) > 0 {
			b.Fatal(ps)
		}
	}
}

func TestNoMoreThanAThousandProblemsAreTold(t *testing.T) {
	text := "apiVersion: fuseboard/v1\ndependencies: {a: {profiles: [" + repeated(1200, "a#, ") + "]}}\nforce: [" + repeated(1200, "b#, ") + "]\n"
	for most, text := range map[int]string{mostFlaws + 1: text, 20: "apiVersion: fuseboard/v1\n" + repeated(20, "x#: 1\n")} {
		_, ps := readDocument([]Source{{Name: "a.yaml", Data: []byte(text)}})
		if len(ps) != most {
			t.Errorf("%d problems, want %d", len(ps), most)
		}
		if said := slices.ContainsFunc(ps, func(p Problem) bool { return p.Code == CodeTooMany }); said != (most > mostFlaws) {
			t.Errorf("of %d problems it is said that there are more: %v", most, said)
		}
	}
}
