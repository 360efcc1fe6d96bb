// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// pattern is one module of resilience4j as a file has it.
type pattern struct {
	*resilience
	*aModule
	path    string
	configs map[string]*set
	order   []string // of the configs
	// builtins is what holds without a config; written: as a profile.
	builtins *set
	written  bool
}

// set is the properties of one config, as they stand and with what they are based on.
type set struct {
	name    string
	own     properties
	profile string // what it is called here
	whole   properties
	values  values
	state   int // of its chain: 1 being followed, 2 done
	builtin bool
}

// readConfigs reads the configs as they stand.
func (p *pattern) readConfigs(part plain.Member) {
	for _, m := range part.Value.Members {
		s := &set{name: m.Name, own: p.properties(below(p.path, part.Name, m.Name), m.Value)}
		s.profile = p.profileName(m.Name)
		p.configs[m.Name] = s
		p.order = append(p.order, m.Name)
	}
}

// profileName is the profile of a config: configs of two patterns may have one name, and say different things.
func (p *pattern) profileName(config string) string {
	name := dependencyName(config)
	if name == "" {
		name = "config"
	}
	name = name[:min(len(name), 40)]
	for n := 1; ; n++ {
		profile := name + "-" + p.name
		if n > 1 {
			profile = name + "-" + strconv.Itoa(n) + "-" + p.name
		}
		if profile != "resilience4j-"+p.name && !slices.ContainsFunc(slices.Collect(maps.Values(p.configs)), func(s *set) bool { return s.profile == profile }) {
			return profile
		}
	}
}

// below is the path of a name in the source; names with points or signs stand in brackets, as Spring has them.
func below(path string, names ...string) string {
	for _, name := range names {
		if strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" {
			name = "[" + plain.Shorten(name) + "]"
		}
		path += "." + name
	}
	return strings.ReplaceAll(path, ".[", "[")
}

// properties reads the properties of a config or an instance.
func (p *pattern) properties(path string, n plain.Node) properties {
	all := properties{}
	for _, m := range n.Members {
		all[letters(m.Name)] = property{path: below(path, m.Name), at: m.At, value: m.Value}
	}
	return all
}

// builtinSet is what holds where no config is: resilience4j's own defaults, as a profile that is written if it is used.
func (p *pattern) builtinSet() *set {
	if p.builtins == nil {
		p.builtins = &set{profile: "resilience4j-" + p.name, whole: p.defaults(), state: 2, builtin: true}
		p.builtins.values, _ = p.converted(p.builtins.whole, nil)
	}
	return p.builtins
}

// over is what an entry says over its base, and the profile of that. Where hardly anything of resilience4j's own defaults is
// left, all is said by the entry itself.
func (p *pattern) over(base *set, all values) (said values, profiles []string) {
	said = all.over(base.values)
	if !base.builtin {
		return said, []string{base.profile}
	}
	if 2*len(said) > len(base.values) || slices.ContainsFunc(said, func(v value) bool { return v.text == nothingLeft }) {
		return all, nil
	}
	if !p.written {
		p.written = true
		p.profiles = append(p.profiles, entry{name: base.profile, values: base.values})
	}
	return said, []string{base.profile}
}

// chain makes the configs into profiles, each after what it is based on.
func (p *pattern) chain() {
	for _, name := range p.order {
		p.follow(p.configs[name])
	}
}

func (p *pattern) follow(s *set) {
	if s.state != 0 {
		return
	}
	s.state = 1
	base := p.base(s.own, s.name, true)
	s.whole = overlaid(base.whole, s.own)
	values, used := p.converted(base.whole, s.own)
	s.values, s.state = values, 2
	p.left(s.own, used)
	said, over := p.over(base, s.values)
	p.profiles = append(p.profiles, entry{name: s.profile, over: over, values: said})
}

// base is what properties are based on: the config that they name, or the one that resilience4j takes for them.
func (p *pattern) base(own properties, name string, isConfig bool) *set {
	named, given := own["baseconfig"]
	if !given {
		return p.unnamed(name, isConfig)
	}
	s := p.configs[named.value.Word]
	switch {
	case s == nil:
		p.leave(named.at, named.path, CodeByHand, "names the config "+plain.Shorten(named.value.Word)+", which is not in this file", "add its fields to the result")
		return p.builtinSet()
	case s.state == 1:
		p.leave(named.at, named.path, CodeByHand, "goes round in a circle, which resilience4j refuses as well", "remove one of the base-configs")
		return p.builtinSet()
	}
	p.follow(s)
	return s
}

// unnamed is what properties are based on that name no config: the config default, but for a config where the pattern
// is flat, and there an instance with the name of a config has that.
func (p *pattern) unnamed(name string, isConfig bool) *set {
	s := p.configs["default"]
	switch {
	case isConfig && (p.flat || name == "default"):
		return p.builtinSet()
	case !isConfig && p.flat && p.configs[name] != nil:
		s = p.configs[name]
	}
	if s == nil || s.state == 1 {
		return p.builtinSet()
	}
	p.follow(s)
	return s
}

// overlaid are the properties of base with own ones over them.
func overlaid(base, own properties) properties {
	all := maps.Clone(base)
	maps.Copy(all, own)
	return all
}

// converted says the properties as fields of a policy, and which properties were asked for. One that cannot
// be read was told; then what it stands over holds.
func (p *pattern) converted(base, own properties) (values, map[string]bool) {
	c := conversion{notes: p.notes, of: overlaid(base, own), used: map[string]bool{"baseconfig": true}, unread: map[string]bool{}}
	p.convert(&c)
	if slices.Contains(slices.Collect(maps.Values(c.unread)), true) {
		own = maps.Clone(own)
		maps.DeleteFunc(own, func(name string, _ property) bool { return c.unread[name] })
		again := conversion{notes: p.notes, of: overlaid(base, own), used: c.used, unread: map[string]bool{}}
		p.convert(&again)
		return again.values, c.used
	}
	return c.values, c.used
}

// instance makes an instance a part of the entry for its dependency.
func (p *pattern) instance(path string, m plain.Member) {
	path = below(path, m.Name)
	own := p.properties(path, m.Value)
	base := p.base(own, m.Name, false)
	all, used := p.converted(base.whole, own)
	p.left(own, used)
	e := p.dependency(path, m)
	said, over := p.over(base, all)
	e.over = append(e.over, over...)
	for _, v := range all {
		before := e.whole.find(v.path)
		if before >= 0 && e.whole[before].text != v.text {
			p.leave(m.At, path, CodeChanged, v.path+" is said by another pattern, too; this one counts", "see which one is meant")
			said = said.with(v.path, v.text) // what an entry says itself lies over all its profiles
		}
		e.whole = e.whole.with(v.path, v.text)
	}
	for _, v := range said {
		e.values = e.values.with(v.path, v.text)
	}
}

// left tells of the properties that no field stands for.
func (p *pattern) left(own properties, used map[string]bool) {
	for _, name := range slices.Sorted(maps.Keys(own)) {
		if !used[name] {
			p.tell(name, own[name])
		}
	}
}

// beside tells of a member of the pattern that is neither configs nor instances.
func (p *pattern) beside(path string, m plain.Member) {
	p.tell(letters(m.Name), property{path: path, at: m.At, value: m.Value})
}

func (p *pattern) tell(name string, one property) {
	why, known := p.aModule.beside[name]
	if !known {
		why = leftover{CodeUnknown, "is no property of resilience4j 2.4 that is known here", "look for its field in docs/policy.md"}
	}
	p.leave(one.at, one.path, why.code, why.message, why.fix)
}
