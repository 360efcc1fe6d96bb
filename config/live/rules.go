// SPDX-License-Identifier: Apache-2.0

package live

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/config/rule"
)

// switched is a rule at work: one machine where its condition is the host's, one for each dependency where
// it is theirs.
type switched struct {
	rule config.Rule
	host *rule.Machine
	each map[string]*rule.Machine
}

// switchesFor are the rules of the files. One that was there before, by its name, goes on as it is; where
// it was edited it stays on or off, and what ends that is counted anew.
func (k *keeper) switchesFor(set *config.Set) (rules []*switched) {
	for _, r := range set.Rules() {
		s := &switched{rule: r, each: map[string]*rule.Machine{}}
		if r.When.Scope() == rule.Host && r.Until.Scope() == rule.Host {
			s.host = machineOf(r)
		}
		if i := slices.IndexFunc(k.rules, func(before *switched) bool { return before.rule.Name == r.Name }); i >= 0 {
			s.goOn(k.rules[i])
		}
		rules = append(rules, s)
	}
	return rules
}

// goOn takes over where the rule of that name is.
func (s *switched) goOn(before *switched) {
	same := before.rule.When.Equal(s.rule.When) && before.rule.Until.Equal(s.rule.Until)
	if s.host != nil && before.host != nil {
		s.host = heir(s.rule, before.host, same)
	}
	if s.host == nil {
		for name, m := range before.each {
			if s.rule.For(name) {
				s.each[name] = heir(s.rule, m, same)
			}
		}
	}
}

// heir is the machine itself, or a new one that begins where it is.
func heir(r config.Rule, before *rule.Machine, same bool) *rule.Machine {
	if same {
		return before
	}
	m := machineOf(r)
	m.Inherit(before)
	return m
}

// machineOf is one that is off. A rule of a Set has a condition.
func machineOf(r config.Rule) *rule.Machine {
	m, err := rule.NewMachine(r.When, r.Until)
	if err != nil {
		return nil
	}
	return m
}

// holdings are the rules that hold for somebody.
func holdings(rules []*switched) (all []holding) {
	for _, s := range rules {
		h := holding{rule: s.rule, all: s.host != nil && s.host.On(), some: map[string]bool{}}
		for name, m := range s.each {
			if m.On() {
				h.some[name] = true
			}
		}
		if h.all || len(h.some) > 0 {
			all = append(all, h)
		}
	}
	return all
}

// meterFor gives the guard a meter, where a rule looks at it. What it has measured stays where that is the same
// as before.
func (k *keeper) meterFor(name string) {
	f := k.followed[name]
	var asked []rule.Condition
	for _, s := range k.rules {
		if s.host == nil && s.rule.For(name) {
			asked = append(asked, s.rule.When, s.rule.Until)
		}
	}
	if slices.EqualFunc(f.asked, asked, rule.Condition.Equal) {
		return
	}
	if f.asked, f.meter = asked, nil; len(asked) > 0 {
		f.meter = rule.NewMeter(asked...)
	}
}

// step shows the rules what host and guards do now, and returns what began or ended, in words.
func (k *keeper) step(wall time.Time) (news []string) {
	now := k.sys.Now()
	host := rule.ReadHost(now, k.sys.Stats())
	if k.asksHost() {
		host = host.Over(rule.OfHost(k.host(now)))
	}
	samples := map[string]rule.Sample{}
	for name, f := range k.followed {
		if f.meter != nil {
			samples[name] = f.sample(now).Over(host)
		}
	}
	for _, s := range k.rules {
		if s.host != nil {
			if s.host.Step(now, wall, host) {
				news = append(news, told(s.rule.Name, "", s.host))
			}
			continue
		}
		news = append(news, s.stepEach(now, wall, samples)...)
	}
	slices.Sort(news)
	return news
}

// asksHost reports whether a rule compares signals that are read from the machine.
func (k *keeper) asksHost() bool {
	return slices.ContainsFunc(k.rules, func(s *switched) bool {
		return slices.ContainsFunc(append(s.rule.When.Signals(), s.rule.Until.Signals()...), func(name string) bool {
			return slices.Contains([]string{"cpu", "memory", "gc", "run_queue"}, name)
		})
	})
}

func (s *switched) stepEach(now fuseboard.Instant, wall time.Time, samples map[string]rule.Sample) (news []string) {
	for name := range s.each {
		if _, runs := samples[name]; !runs {
			delete(s.each, name)
		}
	}
	for name, sample := range samples {
		if !s.rule.For(name) {
			continue
		}
		m := s.each[name]
		if m == nil {
			m = machineOf(s.rule)
			s.each[name] = m
		}
		if m.Step(now, wall, sample) {
			news = append(news, told(s.rule.Name, name, m))
		}
	}
	return news
}

func (f *followed) sample(now fuseboard.Instant) rule.Sample {
	switch t := f.target.(type) {
	case *actors.Guard:
		return f.meter.Read(now, t.Stats())
	case *actors.Keyring:
		return f.meter.ReadKeys(now, t.Stats())
	}
	return rule.Sample{}
}

// told says that a rule began or ended, and why.
func told(name, dependency string, m *rule.Machine) string {
	what := "rule " + name
	if dependency != "" {
		what += " for " + dependency
	}
	if m.On() {
		return what + " began: " + m.Why()
	}
	return what + " ended: " + m.Why()
}

// tick does what is due: ends of overrides, rules, guards that have not got their policies.
func (k *keeper) tick() {
	now := time.Now()
	k.ticked = now
	k.endOverrides(now)
	if len(k.rules) > 0 {
		if news := k.step(now); len(news) > 0 {
			k.bringRules(strings.Join(news, "; "))
		}
	}
	if len(k.late) > 0 {
		k.catchUp(slices.Sorted(maps.Keys(k.late)))
	}
}

// bringRules puts what holds now in force, for all who can have it; others keep what they have, and are tried again: an
// override may end that speaks against it.
func (k *keeper) bringRules(news string) {
	holding := holdings(k.rules)
	p := proposal{holding: &holding, cause: CauseRule, reason: news}
	if _, err := k.bring(p); err != nil {
		k.log.Error("a rule could not change the policies of all its guards", "rule", news, "problems", err.Error())
		k.bringFact(p)
	}
	k.again()
}

// idle is how long nothing is due where no rules are, no overrides and nobody to be tried again.
const idle = time.Hour

// pause is how long nothing is due. It does not begin anew with each question that comes between.
func (k *keeper) pause() time.Duration {
	next := idle
	if len(k.rules) > 0 || len(k.late) > 0 {
		next = rule.Period
	}
	pause := time.Until(k.ticked.Add(next))
	for _, o := range k.overrides {
		until := o.Until
		if again := k.ticked.Add(rule.Period); !until.After(k.ticked) {
			until = again // it could not end when it was to
		}
		pause = min(pause, time.Until(until))
	}
	return max(pause, 0)
}
