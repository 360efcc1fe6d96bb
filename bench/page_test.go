// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const performancePage = "../docs/performance.md"

// TestPageHasEveryScenarioAndEveryContender: what is measured is shown, all of it.
func TestPageHasEveryScenarioAndEveryContender(t *testing.T) {
	page, err := os.ReadFile(performancePage)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range scenarios {
		_, table, found := strings.Cut(string(page), "\n### "+s.name+"\n")
		if !found {
			t.Errorf("%s has no table of %s: make compare writes it", performancePage, s.name)
			continue
		}
		table, _, _ = strings.Cut(table, "\n### ")
		for _, c := range s.field() {
			if !strings.Contains(table, "\n| "+s.title(c)+" | ") {
				t.Errorf("%s, %s: no row of %s", performancePage, s.name, s.title(c))
			}
		}
	}
	for _, c := range contenders {
		if c.note != "" && !strings.Contains(string(page), "\n- "+c.name+": "+c.note+".\n") {
			t.Errorf("%s does not say of %s: %s", performancePage, c.name, c.note)
		}
	}
}

func TestTablesGoIntoTheirPlaceInAPage(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(page, []byte("above\n"+figuresBegin+"old\n"+figuresEnd+"below\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // again and again
		if err := writeInto(page, "new\n"); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if want := "above\n" + figuresBegin + "\nnew\n\n" + figuresEnd + "below\n"; err != nil || string(got) != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	if err := os.WriteFile(page, []byte("no place\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeInto(page, "new\n"); err == nil || !strings.Contains(err.Error(), "figures of bench: begin") {
		t.Errorf("%v: want the marks that are missing", err)
	}
}
