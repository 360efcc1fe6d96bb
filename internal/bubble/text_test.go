// SPDX-License-Identifier: Apache-2.0

package bubble

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestStacksAreShortenedWithWhatHoldsTimeUpFirst(t *testing.T) {
	var dump strings.Builder
	block := func(state, frames string) {
		fmt.Fprintf(&dump, "goroutine %d [%s]:\n%s\n\n", dump.Len(), state, frames)
	}
	block("running", "main.outside()\n\t/x.go:1 +0x1")
	for i := range 40 {
		block("select (durable), synctest bubble 7", fmt.Sprintf("main.waits%d(0x%x, {0x1?, 0x2})\n\t/x.go:2 +0x%x", i%20, i, i))
	}
	block("chan receive (durable), synctest bubble 70", "main.elsewhere()\n\t/x.go:3 +0x1")
	block("synctest.Run (durable), synctest bubble 7", "internal/synctest.Run(0x1)\n\t/y.go:1 +0x1")
	block("chan receive (durable), synctest bubble 7", "x()\n\t/y.go:1 +0x1\ntesting.tRunner(0x1)\n\t/y.go:1 +0x1")
	block("IO wait, 3 minutes, synctest bubble 7", strings.Repeat("main.deep(...)\n\t/x.go:4 +0x1\n", 100)+"created by main.main in goroutine 3\n\t/x.go:5 +0x1")

	text := shorten(dump.String(), func(header string) bool { return inBubble(header, "7") })
	lines := strings.Split(text, "\n")
	if !strings.Contains(lines[0], "IO wait") || lines[1] != "main.deep(...)" || lines[2] != "\t/x.go:4" {
		t.Errorf("the one that waits for the network is not first:\n%s", text)
	}
	if !strings.Contains(text, "2 goroutines like this one:\n") || !strings.Contains(text, "\nmain.waits3(...)\n") {
		t.Errorf("equal stacks are not written once:\n%s", text)
	}
	if !strings.HasSuffix(text, "… and 9 other stacks") || len(lines) > 100 {
		t.Errorf("it is not short:\n%s", text)
	}
	for _, noise := range []string{"outside", "elsewhere", "synctest.Run", "tRunner"} {
		if strings.Contains(text, noise) {
			t.Errorf("it shows %s:\n%s", noise, text)
		}
	}
}

func TestTextsAboutFailuresAreBounded(t *testing.T) {
	var kept tail
	for i := range 10000 {
		fmt.Fprintf(&kept, "line %d ends with ü\n", i)
	}
	text := kept.String()
	if len(text) > bounded || len(text) < bounded/2 || !strings.HasPrefix(text, "line ") || !strings.HasSuffix(text, "line 9999 ends with ü\n") {
		t.Errorf("the tail has %d bytes: %.40q … %q", len(text), text, text[len(text)-20:])
	}
	for cut := range 4 {
		long := strings.Repeat("a", cut) + strings.Repeat("ü", bounded)
		if text := clip(long); len(text) > bounded || !utf8.ValidString(text) || !strings.HasSuffix(text, "(cut)") {
			t.Errorf("clip leaves %d bytes, valid: %v", len(text), utf8.ValidString(text))
		}
	}
	if got := clip("short"); got != "short" {
		t.Errorf("clip makes %q of what is short", got)
	}
}
