// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"sync"

	"github.com/fuseboard/fuseboard"
)

// ModeVariable is the environment variable whose word, if it has one, is the mode of
// every System that is started, in the place of Options.Mode: "enforce", "shadow" or
// "bypass", in any case and with any space around it. [Start] reads it once; at run time
// there is [System.SetMode].
const ModeVariable = "FUSEBOARD_MODE"

// switches puts changes of a System's mode in order. The mode itself is an atomic.
type switches struct {
	mu sync.Mutex
}

// voice tells the System's own events, one after the other.
type voice struct {
	mu  sync.Mutex
	seq uint64 // of the last one
}

// tellOwn tells an event of the System's own.
func (s *System) tellOwn(e Event) {
	s.voice.mu.Lock()
	defer s.voice.mu.Unlock()
	s.voice.seq++
	e.Seq, e.At = s.voice.seq, s.clock.Now()
	s.streams.publish(e)
}

// modeAtStart is the mode that a System begins with, and who says so.
func modeAtStart(o Options) (m PolicyMode, who string, wrong Problems) {
	m, who, wrong = o.Mode, "options", o.Mode.problems()
	given := os.Getenv(ModeVariable)
	word := strings.ToLower(strings.TrimSpace(given)) // typed in haste, or with the line's end of a file
	if word == "" {
		return m, who, wrong
	}
	if err := m.UnmarshalText([]byte(word)); err != nil {
		wrong = append(wrong, fuseboard.Problem{
			Path: ModeVariable, Code: codeMode, Value: strings.TrimSpace(given), Message: "is no mode of a policy",
			Accepted: policyModes(), Fix: "set the environment variable to one of them, or leave it out",
		})
	}
	return m, "environment", wrong
}

// Mode returns the System's mode. A guard whose policy has a weaker one obeys that.
func (s *System) Mode() PolicyMode {
	if !s.made() {
		return EnforcePolicy
	}
	return PolicyMode(s.mode.Load())
}

// SetMode changes the System's mode: when it returns, every call that begins, of
// every guard and key, finds the new one. Calls under way end as they began; those
// that wait in a queue, too. [EnforcePolicy] gives every guard back to the mode of
// its own policy. A change is an [EventMode] and a line in the log; it is kept
// nowhere: the next Start begins with Options.Mode or the environment again. It takes
// some nanoseconds for each guard.
//
// Errors: a [fuseboard.Problem] for an unknown mode or a System that no Start made.
func (s *System) SetMode(m PolicyMode) error {
	if !s.made() {
		return fuseboard.Problem{Path: "sys", Code: codeNil, Message: "must not be nil", Fix: "make it with Start, and look at its error"}
	}
	if wrong := m.problems(); wrong != nil {
		return wrong[0]
	}
	s.switches.mu.Lock()
	defer s.switches.mu.Unlock()
	before := PolicyMode(s.mode.Swap(uint32(m)))
	if before == m {
		return nil
	}
	s.steer()
	s.tellOwn(Event{Kind: EventMode, PolicyMode: m})
	s.logMode("", before, m, "SetMode")
	return nil
}

// logMode tells of a change of mode: of the System's, or of one dependency's policy.
func (s *System) logMode(dependency string, before, after PolicyMode, who string) {
	if before == after {
		return
	}
	level, attrs := slog.LevelInfo, make([]slog.Attr, 0, 4)
	if after != EnforcePolicy {
		level = slog.LevelWarn
	}
	if dependency != "" {
		attrs = append(attrs, slog.String("dependency", dependency))
	}
	attrs = append(attrs, slog.String("mode", after.String()), slog.String("before", before.String()), slog.String("by", who))
	s.log.LogAttrs(context.Background(), level, "policy mode", attrs...)
}
