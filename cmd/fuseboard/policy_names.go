// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard/config"
)

// policyFiles completes paths: shells do that themselves, and go into directories.
func policyFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"yaml", "yml", "json"}, cobra.ShellCompDirectiveFilterFileExt
}

// fileThen completes a path, and then names that the policies there have.
func (s *session) fileThen(names func(*config.Set) []string) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, given string) ([]string, cobra.ShellCompDirective) {
		switch len(args) {
		case 0:
			return policyFiles(c, args, given)
		case 1:
			return s.ofFile(names)(c, args, given)
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
}

// ofFile completes names that the policies of the last path among the arguments have. Where they can't be read there are none.
func (s *session) ofFile(names func(*config.Set) []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		for _, path := range slices.Backward(args) {
			if path == stdin || handedOver(path) {
				break // who completes must not wait for it
			}
			if r, err := s.read(path, beside{noEnv: true}); err == nil && r.set != nil {
				return names(r.set), cobra.ShellCompDirectiveNoFileComp
			}
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
}

func dependencyNames(set *config.Set) []string { return set.Dependencies() }

func ruleNames(set *config.Set) []string {
	var names []string
	for _, r := range set.Rules() {
		names = append(names, r.Name)
	}
	return names
}

// pathsOf lists the paths of everything that the policies of a file say.
func pathsOf(set *config.Set) []string {
	var paths []string
	for _, name := range set.Dependencies() {
		paths = append(paths, pathsOfOne(set, name)...)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// pathsOfOne lists the paths of everything that the policy of one dependency says.
func pathsOfOne(set *config.Set, name string) (paths []string) {
	r, _ := set.Resolve(name, config.Layers{})
	for _, v := range r.Values {
		paths = append(paths, v.Path)
	}
	return paths
}

// operationsOf lists the operations that a file has something to say of.
func operationsOf(set *config.Set) []string {
	var names []string
	for _, name := range set.Dependencies() {
		r, _ := set.Resolve(name, config.Layers{})
		names = append(names, operations(r)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func operations(r config.Resolved) (names []string) {
	for _, c := range r.Policy.Cases {
		names = append(names, c.Operations...)
	}
	return names
}

// rulesOf checks that the rules are there.
func rulesOf(set *config.Set, rules []string) error {
	names := ruleNames(set)
	for _, rule := range rules {
		if !slices.Contains(names, rule) {
			return notFound("rule", rule, names)
		}
	}
	return nil
}
