// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"bytes"
	"strings"
	"sync"
)

const (
	keepLines = 32  // of memberlist's log
	lineBytes = 256 // of each
)

// trouble is what memberlist's log tells us that nothing else does.
type trouble int

const (
	troubleNone trouble = iota
	troubleLabel
	troubleKey
	troublePlaintext
	troubleCorrupt
	troubleOverload
	troubleRefuted
	troubleSuspect
	troubleOther
	troubles
)

// signs are pieces of memberlist's lines, of v0.7.0 (TestWhatMemberlistLogsIsUnderstood holds them to its source). The first that is in a line counts.
var signs = []struct {
	piece string
	means trouble
}{
	{"with unacceptable label", troubleLabel},
	{"label header", troubleLabel},
	{"cannot decode label", troubleLabel},
	{"remote state is not encrypted", troublePlaintext},
	{"Decrypt packet failed", troubleKey},
	{"could decrypt the message", troubleKey},
	{"encryption is not configured", troubleKey},
	{"handler queue full", troubleOverload},
	{"Too many pending push/pull", troubleOverload},
	{"Refuting a", troubleRefuted},
	{"has failed, no acks received", troubleSuspect},
	{"failed to receive", troubleCorrupt},
	{"Failed to receive", troubleCorrupt},
	{"Failed to read remote state", troubleCorrupt},
	{"Failed to decode", troubleCorrupt},
	{"Failed to decompress", troubleCorrupt},
	{"truncated", troubleCorrupt},
	{"invalid checksum", troubleCorrupt},
	{"missing message type", troubleCorrupt},
	{"not supported", troubleCorrupt},
	{"invalid msgType", troubleCorrupt},
}

// refusedFor are the troubles that are reasons.
var refusedFor = map[trouble]Reason{
	troubleLabel: OtherLabel, troubleKey: OtherKey, troublePlaintext: Unencrypted, troubleCorrupt: Corrupt,
}

// lines takes what memberlist logs: counts it, keeps the last, and prints nothing.
type lines struct {
	doubt  func(full string)             // a member did not answer
	refuse func(why Reason, from string) // something was not let in

	mu     sync.Mutex
	counts [troubles]uint64
	last   []string
}

// Write takes one line. It never fails.
func (l *lines) Write(b []byte) (int, error) {
	if bytes.HasPrefix(b, []byte("[DEBUG]")) {
		return len(b), nil
	}
	line := strings.TrimSpace(string(b[:min(len(b), lineBytes)]))
	means := meaning(line)
	l.keep(line, means)
	if means == troubleSuspect && l.doubt != nil {
		if full := suspected(line); full != "" {
			l.doubt(full)
		}
	}
	if why, is := refusedFor[means]; is && l.refuse != nil {
		l.refuse(why, sender(b))
	}
	return len(b), nil
}

// sender is the address at the end of a line about something that came: "… from=10.0.0.2:7946".
func sender(line []byte) string {
	at := bytes.LastIndex(line, []byte(" from="))
	if at < 0 {
		return ""
	}
	return strings.TrimSpace(string(line[at+len(" from="):]))
}

func (l *lines) keep(line string, means trouble) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts[means]++
	if len(l.last) == keepLines {
		l.last = append(l.last[:0:0], l.last[1:]...)
	}
	l.last = append(l.last, line)
}

func meaning(line string) trouble {
	if strings.Contains(line, errInflated.Error()) {
		return troubleNone // the wire has counted it
	}
	for _, s := range signs {
		if strings.Contains(line, s.piece) {
			return s.means
		}
	}
	if strings.HasPrefix(line, "[ERR") || strings.HasPrefix(line, "[WARN") {
		return troubleOther
	}
	return troubleNone
}

// suspected is the name in "[INFO] memberlist: Suspect NAME has failed, no acks received".
func suspected(line string) string {
	_, rest, found := strings.Cut(line, "memberlist: Suspect ")
	if !found {
		return ""
	}
	full, _, _ := strings.Cut(rest, " ")
	return full
}

func (l *lines) read() (counts [troubles]uint64, last []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts, append([]string(nil), l.last...)
}
