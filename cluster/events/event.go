// SPDX-License-Identifier: Apache-2.0

package events

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// The bounds of an event.
const (
	// MostBytes is how long an encoded event may be, so that several fit one packet.
	MostBytes = 300
	// Kept is how many of its last events a node publishes: who was away for
	// so many catches up, who was away for more is told how many he missed.
	Kept = 32
)

const (
	longestName = 63
	longestWord = 24
	latest      = 253_402_300_799_999 // the last millisecond of the year 9999
)

// Event is something that happened on a node and that people of a fleet want to see: a
// transition, an order taken, a member that failed.
type Event struct {
	// Origin is the stable name of the node where it happened: 1 to 63 printable bytes. Boot is that node's
	// boot, its start in ms since 1970 and above that of any earlier one; Seq counts the events of a boot from 1
	// on. [Source.Next] gives all three.
	Origin    string
	Boot, Seq uint64
	// At is the origin's wall clock, in whole milliseconds: to be shown, and nothing to order by.
	At time.Time
	// Kind is what happened, as one word: "transition". Required; at most 24 bytes. A reader shows a kind that
	// it does not know as it is.
	Kind string
	// Dependency is what it happened to; empty where it happened to the node.
	Dependency string
	// From, To and Cause are words of the kind, at most 24 bytes each; may be empty.
	From, To, Cause string
	// Text is the rest, for people: one line; may be empty. [Source.Next] cuts it to what fits [MostBytes], 41 bytes
	// at the least, and some 200 as names usually are.
	Text string
}

// Register names the place that the event takes among those that its node publishes: "event/7". The next
// with that name is [Kept] events later, and replaces it.
func (e Event) Register() string { return "event/" + strconv.FormatUint(e.Seq%Kept, 10) }

// Validate returns everything wrong with the event.
func (e Event) Validate() fuseboard.Problems {
	var c plain.Check
	word(&c, "origin", e.Origin, longestName, true)
	word(&c, "kind", e.Kind, longestWord, true)
	word(&c, "dependency", e.Dependency, longestName, false)
	word(&c, "from", e.From, longestWord, false)
	word(&c, "to", e.To, longestWord, false)
	word(&c, "cause", e.Cause, longestWord, false)
	if !isLine(e.Text) {
		c.Add(fuseboard.Problem{Path: "text", Code: "text", Value: quote(e.Text), Message: "is not one line of printable text", Fix: "leave line ends and control characters out"})
	}
	count(&c, "boot", e.Boot)
	count(&c, "seq", e.Seq)
	if ms := e.At.UnixMilli(); ms < 0 || ms > latest {
		c.Add(fuseboard.Problem{Path: "at", Code: plain.CodeRange, Value: e.At.Format(time.RFC3339), Message: "is out of range", Accepted: "1970 to 9999"})
	}
	if n := e.size(); n > MostBytes {
		c.Add(fuseboard.Problem{
			Path: "text", Code: plain.CodeRange, Value: plain.Count(n, "byte", "bytes"), Message: "makes the event too long",
			Accepted: "at most " + strconv.Itoa(MostBytes) + " bytes in all", Fix: "let a Source cut it",
		})
	}
	return c.Problems()
}

// count checks a number that a Source gives.
func count(c *plain.Check, path string, v uint64) {
	if v == 0 || v > math.MaxInt64 {
		c.Add(fuseboard.Problem{Path: path, Code: plain.CodeRange, Value: strconv.FormatUint(v, 10), Message: "is out of range", Accepted: "1 to " + strconv.FormatInt(math.MaxInt64, 10), Fix: "let a Source number the events"})
	}
}

// word checks a name or word that stands in tables and filters.
func word(c *plain.Check, path, value string, longest int, required bool) {
	switch {
	case value == "" && required:
		c.Add(fuseboard.Problem{Path: path, Code: "missing", Message: "is required", Fix: "say it in a word"})
	case len(value) > longest || !isLine(value):
		c.Add(fuseboard.Problem{
			Path: path, Code: "name", Value: quote(value), Message: "is no word",
			Accepted: "at most " + strconv.Itoa(longest) + " printable bytes", Fix: "shorten it, and leave line ends and control characters out",
		})
	}
}

func quote(s string) string { return strconv.Quote(plain.Shorten(s)) }

// isLine reports whether s can be shown in one line and moves no cursor.
func isLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// fit makes an event of what somebody wants to tell one that can travel: its text is cut, what cannot be
// printed becomes a space, and the time a whole millisecond.
func (e Event) fit() Event {
	e.At = e.At.UTC().Truncate(time.Millisecond)
	e.Text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(e.Text, " "))
	over := e.size() - MostBytes
	if over <= 0 {
		return e
	}
	const ellipsis = "…"
	room := max(0, len(e.Text)-over-len(ellipsis))
	for room > 0 && !utf8.RuneStart(e.Text[room]) {
		room--
	}
	e.Text = e.Text[:room] + ellipsis
	return e
}
