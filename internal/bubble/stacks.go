// SPDX-License-Identifier: Apache-2.0

package bubble

import (
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

const (
	bounded   = 64 << 10 // bytes of any text about a failure
	dumpLimit = 16 << 20 // bytes of stacks that are looked at
	showLines = 25       // of one stack: the header and a dozen frames
	showKinds = 12       // of stacks
)

const inBubbleMark = ", synctest bubble "

// stacks returns the stacks of all goroutines.
func stacks() string {
	for size := 64 << 10; ; size *= 4 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size || size >= dumpLimit {
			return string(buf[:n])
		}
	}
}

// bubbleOf returns the name of the bubble that the caller is in.
func bubbleOf() string {
	buf := make([]byte, 256)
	header, _, _ := strings.Cut(string(buf[:runtime.Stack(buf, false)]), "\n")
	_, name, _ := strings.Cut(header, inBubbleMark)
	return name[:digits(name)]
}

// inBubble reports whether a goroutine's header names the bubble.
func inBubble(header, id string) bool {
	_, name, found := strings.Cut(header, inBubbleMark)
	return found && name[:digits(name)] == id
}

func inAnyBubble(header string) bool { return strings.Contains(header, inBubbleMark) }

func digits(s string) int {
	n := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if n < 0 {
		return len(s)
	}
	return n
}

var (
	arguments = regexp.MustCompile(`(?m)\((?:0x|\{|\.\.\.|_)[0-9a-fx?{}, ._]*\)$`)
	offsets   = regexp.MustCompile(`(?m) \+0x[0-9a-f]+$`)
	creators  = regexp.MustCompile(`(?m)^(created by .*) in goroutine \d+$`)
)

// kind is stacks that are the same but for their arguments.
type kind struct {
	header, frames string
	count          int
	durable        bool // it waits for something of its bubble, so it lets time pass
}

// shorten picks the goroutines whose header is wanted out of a dump, leaves out those by
// which a bubble is held, and writes equal stacks once. Those that keep time from passing
// come first.
func shorten(dump string, wanted func(header string) bool) string {
	kinds := sorted(dump, wanted)
	var b strings.Builder
	for i, k := range kinds {
		if i == showKinds || b.Len() > bounded/2 {
			fmt.Fprintf(&b, "… and %d other stacks\n", len(kinds)-i)
			break
		}
		if k.count > 1 {
			fmt.Fprintf(&b, "%d goroutines like this one:\n", k.count)
		}
		lines := strings.Split(k.header+"\n"+k.frames, "\n")
		if len(lines) > showLines {
			lines = append(lines[:showLines], "\t…")
		}
		b.WriteString(strings.Join(lines, "\n") + "\n\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

func sorted(dump string, wanted func(header string) bool) (kinds []*kind) {
	for block := range strings.SplitSeq(strings.TrimSpace(dump), "\n\n") {
		header, frames, _ := strings.Cut(block, "\n")
		if !wanted(header) || holds(frames) {
			continue
		}
		frames = creators.ReplaceAllString(offsets.ReplaceAllString(arguments.ReplaceAllString(frames, "(...)"), ""), "$1")
		durable := strings.Contains(header, "(durable)")
		at := slices.IndexFunc(kinds, func(k *kind) bool { return k.frames == frames && k.durable == durable })
		if at < 0 {
			at = len(kinds)
			kinds = append(kinds, &kind{header: header, frames: frames, durable: durable})
		}
		kinds[at].count++
	}
	slices.SortStableFunc(kinds, func(a, b *kind) int { return rank(a) - rank(b) })
	return kinds
}

func rank(k *kind) int {
	if k.durable {
		return 1
	}
	return 0
}

// holds reports whether a stack is one of the three by which synctest and Run hold a bubble.
func holds(frames string) bool {
	for _, of := range []string{"internal/synctest.Run(", "testing/synctest.testingSynctestTest(", "testing.tRunner("} {
		if strings.HasPrefix(frames, of) || strings.Contains(frames, "\n"+of) {
			return true
		}
	}
	return false
}
