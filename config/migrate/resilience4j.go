// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// FromResilience4j turns the application.yml of a Spring service into a policy file: the configs of
// resilience4j become profiles, its instances dependencies, with the sections that say the same. Names
// are read in any spelling that Spring reads, with points or without; of several documents those
// for all Spring profiles. The defaults of resilience4j are written out, as profiles of their own, since ours are others.
//
// Every property is said in our words, or named in a note. A warning tells what means a little
// else here, or needs no counterpart; an error among the notes tells what is left to be done by hand, such as
// classes of exceptions. [config.Read] has no error for the result either way.
//
// The error err is for a source that cannot be read, or has nothing of resilience4j in it.
func FromResilience4j(s config.Source) (out []byte, notes config.Problems, err error) {
	r := resilience{notes: newNotes(s), dependencies: map[string]*entry{}}
	var tree plain.Node // of all documents, the later ones over the earlier ones
	for _, doc := range documents(s.Data) {
		one, err := springTree(s, doc)
		if err != nil {
			return nil, r.sorted(), err
		}
		if _, is := at(one, "resilience4j"); is && !r.isForAll(one) {
			continue
		}
		for _, m := range one.Members {
			tree.Members = joined(tree.Members, m)
		}
	}
	all, found := at(tree, "resilience4j")
	if found {
		r.read(all.Value)
		if m, is := at(tree, "spring", "cloud", "circuitbreaker"); is {
			r.leave(m.At, "spring.cloud.circuitbreaker", CodeByHand, "is of Spring Cloud, and says where its circuit breakers run", "there is nothing like it here; see workers in docs/policy.md")
		}
	}
	if !found || all.Value.Form != plain.Object {
		return nil, r.sorted(), fmt.Errorf("%s has nothing under resilience4j that is for all Spring profiles", s.Name)
	}
	return r.file(), r.sorted(), nil
}

// resilience is what was read so far.
type resilience struct {
	*notes
	profiles     []entry
	dependencies map[string]*entry
	names        []string          // of the dependencies, in their order
	was          map[string]string // what an instance was called, by its name here
}

func (r *resilience) leave(at plain.Place, path, code, message, fix string) {
	r.add(at, fuseboard.Problem{Path: path, Code: code, Message: message, Fix: fix, Warning: code == CodeNeedless || code == CodeChanged}, 0)
}

// isForAll reports whether a document is for all Spring profiles, or tells for which.
func (r *resilience) isForAll(tree plain.Node) bool {
	profile, where := forAProfile(tree)
	if profile != "" {
		r.leave(where, "spring.config.activate.on-profile", CodeByHand, "a document for the Spring profile "+profile+" was left out",
			"put it into a file of its own, and migrate that; the program reads the files of its environment")
	}
	return profile == ""
}

// read reads what stands under resilience4j.
func (r *resilience) read(tree plain.Node) {
	for i := range modules {
		if m, found := at(tree, modules[i].name); found {
			r.module(&modules[i], m)
		}
	}
	for _, m := range tree.Members {
		if !slices.ContainsFunc(modules, func(known aModule) bool { return known.name == letters(m.Name) }) {
			r.leave(m.At, "resilience4j."+m.Name, CodeNeedless, "is no pattern, and is left out", "see docs/guides/telemetry.md for metrics and endpoints")
		}
	}
}

// module reads one pattern: its configs, then its instances.
func (r *resilience) module(m *aModule, at plain.Member) {
	p := pattern{resilience: r, aModule: m, path: "resilience4j." + at.Name, configs: map[string]*set{}}
	for _, part := range at.Value.Members {
		switch letters(part.Name) {
		case "configs":
			p.readConfigs(part)
		case "instances", "backends", "limiters":
		default:
			p.beside(below(p.path, part.Name), part)
		}
	}
	p.chain()
	for _, part := range at.Value.Members {
		if slices.Contains([]string{"instances", "backends", "limiters"}, letters(part.Name)) {
			for _, instance := range part.Value.Members {
				p.instance(below(p.path, part.Name), instance)
			}
		}
	}
	if m.changed != "" {
		r.leave(at.At, p.path, CodeChanged, m.changed, "")
	}
}

// freeName is the name for an instance: itself, or with a number where another instance has it.
func (r *resilience) freeName(name, instance string) string {
	free := name
	for n := 2; ; n++ {
		if was, taken := r.was[free]; !taken || was == instance {
			return free
		}
		free = name[:min(len(name), longestStem)] + "-" + strconv.Itoa(n)
	}
}

// longestStem leaves room for a number in a name of 63 letters.
const longestStem = 56

// dependency is the entry for an instance.
func (r *resilience) dependency(path string, m plain.Member) *entry {
	name := dependencyName(m.Name)
	if name == "" {
		name = "payments"
	}
	if r.was == nil {
		r.was = map[string]string{}
	}
	free := r.freeName(name, m.Name)
	switch _, known := r.was[free]; {
	case free != name && !known:
		r.leave(m.At, path, CodeByHand, "and "+r.was[name]+" would both be called "+name+"; it is called "+free+" here", "give it the name that it has in Go")
	case free != m.Name && !known:
		r.leave(m.At, path, CodeChanged, "is called "+name+" here", "name the dependency so in Go: names have small letters")
	}
	name = free
	r.was[name] = m.Name
	if r.dependencies[name] == nil {
		r.dependencies[name] = &entry{name: name}
		r.names = append(r.names, name)
	}
	return r.dependencies[name]
}

// file writes what was read.
func (r *resilience) file() []byte {
	var b bytes.Buffer
	b.WriteString("# Migrated from resilience4j: the notes say what means a little else, and what is left to do.\n")
	b.WriteString("apiVersion: " + config.APIVersion + "\n")
	if len(r.profiles) > 0 {
		b.WriteString("\nprofiles:\n")
		for _, e := range r.profiles {
			e.write(&b, "extends")
		}
	}
	b.WriteString("\ndependencies:")
	if len(r.names) == 0 {
		return append(bytes.TrimSuffix(b.Bytes(), []byte("\ndependencies:")), "\ndependencies: {}\n"...)
	}
	b.WriteString("\n")
	for _, name := range r.names {
		r.dependencies[name].write(&b, "profiles")
	}
	return []byte(strings.TrimRight(b.String(), "\n") + "\n")
}
