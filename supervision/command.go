// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

const longestCommand = 24 * time.Hour

// Command is what a person or the fleet wants of a circuit for a while.
type Command struct {
	// Mode is the mode to take. Enforce ends whatever command holds.
	Mode Mode
	// Reason says why, for those who meet the effect. Required.
	Reason string
	// By says who. Required.
	By string
	// TTL is after how long the command ends by itself and the state beneath
	// resumes: above 0 to 24h. Required for every mode but Enforce, which has no end.
	TTL time.Duration
	// Reset closes the circuit and empties its window, whatever the mode.
	Reset bool
}

// Validate returns everything wrong with the command.
func (cmd Command) Validate() fuseboard.Problems {
	var c plain.Check
	if int(cmd.Mode) >= len(modeNames) {
		c.Add(fuseboard.Problem{
			Path: "mode", Code: plain.CodeRange, Value: plain.Number(float64(cmd.Mode)),
			Message: "is not a mode", Accepted: strings.Join(modeNames[:], ", "),
		})
	}
	cmd.require(&c, "reason", cmd.Reason, "say why, for those who meet the effect")
	cmd.require(&c, "by", cmd.By, "say who gives the command")
	ttl := "1ns to " + plain.Duration(longestCommand)
	switch {
	case cmd.Mode == Enforce && cmd.TTL != 0:
		c.Add(fuseboard.Problem{
			Path: "ttl", Code: codeNoEffect, Value: plain.Duration(cmd.TTL), Warning: true,
			Message: "has no effect: enforce is what commands end in", Fix: "leave it out",
		})
	case cmd.Mode != Enforce && cmd.TTL == 0:
		c.Add(fuseboard.Problem{
			Path: "ttl", Code: codeMissing, Message: "is required: a command must end by itself",
			Accepted: ttl, Fix: "take the time you need to look into it, such as 15m",
		})
	case cmd.Mode != Enforce:
		c.Duration("ttl", cmd.TTL, 1, longestCommand, "repeat the command to prolong it")
	}
	return c.Problems()
}

func (Command) require(c *plain.Check, path, value, fix string) {
	if strings.TrimSpace(value) == "" {
		c.Add(fuseboard.Problem{Path: path, Code: codeMissing, Message: "is required", Fix: fix})
	}
}

// Command puts the circuit under cmd and returns the transition. It moves
// nothing and reports false when cmd asks for what already is: Enforce without
// Reset under Enforce. Any other command is a transition of its own, so that a
// prolonged one is on record. The error lists everything wrong with cmd.
func (c *Circuit) Command(now fuseboard.Instant, cmd Command) (Transition, bool, error) {
	return c.command(now, cmd, false)
}

// Propose is Command for whoever must not overrule anybody: it moves nothing and
// reports false while a command is in force.
func (c *Circuit) Propose(now fuseboard.Instant, cmd Command) (Transition, bool, error) {
	return c.command(now, cmd, true)
}

func (c *Circuit) command(now fuseboard.Instant, cmd Command, yields bool) (Transition, bool, error) {
	if err := cmd.Validate().Err(); err != nil {
		return Transition{}, false, err
	}
	for {
		old, _, _ := c.catchUp(now) // what ended before the command came is not ended by it
		if yields && old.mode != Enforce {
			return Transition{}, false, nil
		}
		if cmd.Mode == Enforce && old.mode == Enforce && !cmd.Reset {
			return Transition{}, false, nil
		}
		f := old.facts
		if cmd.Reset {
			f = f.closed()
		}
		f = f.under(cmd, now)
		t := Transition{Cause: CauseCommand, Reason: cmd.Reason, By: cmd.By, At: now, Before: old.numbers(now)}
		if t, ok := c.move(old, f, t); ok {
			return t, true, nil
		}
	}
}
