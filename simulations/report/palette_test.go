// SPDX-License-Identifier: Apache-2.0

package report

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// palettes reads the colours of both themes from the style: the first block of variables, and the one for the dark.
func palettes(t *testing.T) map[string]map[string]string {
	t.Helper()
	blocks := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(styleSheet, -1)
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of variables, want 2", len(blocks))
	}
	all := map[string]map[string]string{}
	for i, theme := range []string{"light", "dark"} {
		all[theme] = map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z0-9-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(blocks[i][1], -1) {
			all[theme][m[1]] = m[2]
		}
	}
	return all
}

// luminance is that of WCAG 2.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	if len(colour) != 7 {
		t.Fatalf("no colour: %q", colour)
	}
	total := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		v := float64(n) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		total += weight * v
	}
	return total
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestTextAndLinesStandOutInBothThemes(t *testing.T) {
	for theme, colour := range palettes(t) {
		for _, text := range strings.Fields("ink dim link held missed unsettled") {
			for _, ground := range []string{"paper", "panel"} {
				if c := contrast(t, colour[text], colour[ground]); c < 4.5 {
					t.Errorf("%s: text in %s on %s has a contrast of %.2f, want 4.5", theme, text, ground, c)
				}
			}
		}
		for _, line := range strings.Fields("good degraded late refused failed open half ramping c1 c2 c3 ghost edge fault held missed") {
			if c := contrast(t, colour[line], colour["paper"]); c < 3 {
				t.Errorf("%s: lines and areas in %s have a contrast of %.2f, want 3", theme, line, c)
			}
		}
	}
}

func TestBothThemesHaveTheSameColours(t *testing.T) {
	all := palettes(t)
	for name := range all["light"] {
		if all["dark"][name] == "" {
			t.Errorf("the dark theme has no %s", name)
		}
	}
	for _, m := range regexp.MustCompile(`var\(--([a-z0-9-]+)\)`).FindAllStringSubmatch(styleSheet, -1) {
		if name := m[1]; all["light"][name] == "" && !strings.Contains(styleSheet, "--"+name+": ") {
			t.Errorf("the style uses --%s, which has no value", name)
		}
	}
}
