// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Every command that the page of simulations and the README show can be given as it stands.
func TestCommandsOfSimulationsInDocsAreReal(t *testing.T) {
	shown := 0
	for _, page := range []string{"../../docs/simulations.md", "../../README.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^(?:go run \./cmd/)?fuseboard (simulate .*)$`).FindAllStringSubmatch(string(text), -1) {
			line, _, _ := strings.Cut(m[1], " > ")
			line, _, _ = strings.Cut(line, " #")
			shown++
			root := rootCommand(&session{})
			c, args, err := root.Find(strings.Fields(line))
			if err == nil {
				err = c.ParseFlags(args)
			}
			if err == nil {
				err = c.ValidateArgs(c.Flags().Args())
			}
			if err != nil || c.Name() != "simulate" {
				t.Errorf("%s: fuseboard %s: %v", page, line, err)
			}
		}
	}
	if shown < 8 {
		t.Errorf("%d commands", shown)
	}
}
