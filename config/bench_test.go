// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"strings"
	"testing"
)

// thousand is a file with a thousand entries under a few wildcards.
func thousand() string {
	var b strings.Builder
	b.WriteString(layered)
	for i := range 1000 {
		fmt.Fprintf(&b, "  dep-%d: {profiles: quick, retry: {attempts: 3}, breaker: {failure_rate: 40%%}}\n", i)
	}
	text := b.String()
	rules := text[strings.Index(text, "rules:"):strings.Index(text, "  dep-0")]
	return strings.Replace(text, rules, "", 1) + rules
}

func BenchmarkResolveOneOfAThousand(b *testing.B) {
	s := sound(b, thousand(), Options{})
	b.ReportAllocs()
	for b.Loop() {
		if r, _ := s.Resolve("dep-500", Layers{Rules: []string{"busy"}}); !r.Policy.Breaker.On() {
			b.Fatal("no policy")
		}
	}
}

func BenchmarkReadAThousand(b *testing.B) {
	text := thousand()
	b.ReportAllocs()
	for b.Loop() {
		if s, ps := Read(file(text), Options{}); s == nil {
			b.Fatal(ps)
		}
	}
}
