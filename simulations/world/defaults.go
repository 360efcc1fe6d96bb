// SPDX-License-Identifier: Apache-2.0

package world

import "time"

// The defaults of a [Load] and of a [Model].
const (
	DefaultOperation = "call"
	DefaultTimeout   = 10 * time.Second
	DefaultThink     = time.Second
	DefaultAgain     = time.Second
	DefaultWarmFrom  = 0.1
	DefaultQuotaPer  = time.Second
)

// WithDefaults returns l with every default written out.
func (l Load) WithDefaults() Load {
	l.Name = or(l.Name, l.To)
	l.Operation = or(l.Operation, DefaultOperation)
	l.Timeout = or(l.Timeout, DefaultTimeout)
	if l.Users > 0 {
		l.Think = or(l.Think, DefaultThink)
	}
	if l.Again.Times > 0 {
		l.Again.After = or(l.Again.After, DefaultAgain)
	}
	return l
}

func (m Model) withDefaults() Model {
	m.WarmUp.From = or(m.WarmUp.From, DefaultWarmFrom)
	m.Quota.Per = or(m.Quota.Per, DefaultQuotaPer)
	return m
}

// or returns v, or what it is by default.
func or[V comparable](v, byDefault V) V {
	var zero V
	if v == zero {
		return byDefault
	}
	return v
}
