// SPDX-License-Identifier: Apache-2.0

package main

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard/simulations"
)

// scenarioNames completes names of the gallery together with files here, or paths alone.
func (s *session) scenarioNames(c *cobra.Command, args []string, given string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, name := range s.galleryNames() {
		if strings.HasPrefix(name, given) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return policyFiles(c, args, given)
	}
	for _, ending := range []string{yamlEnding, ".yml"} {
		here, _ := filepath.Glob("*" + ending) // the pattern is a good one
		names = append(names, here...)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeSimulate says what may stand after its flags.
func (s *session) completeSimulate(c *cobra.Command) {
	complete(c, "set", s.policyPaths)
	complete(c, "sweep", s.policyPaths)
	complete(c, "compare", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{"json"}, cobra.ShellCompDirectiveFilterFileExt
	})
	complete(c, "out", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	})
}

// policyPaths completes what the policies of the last scenario among the arguments say.
func (s *session) policyPaths(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	const directive = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	for _, arg := range slices.Backward(args) {
		if arg == stdin || handedOver(arg) {
			break // who completes must not wait for it
		}
		sc, _, err := s.scenario(arg, simulations.Options{})
		if err != nil || sc.Policies.Set == nil {
			continue
		}
		var paths []string
		for _, name := range dependencyNames(sc.Policies.Set) {
			for _, path := range pathsOfOne(sc.Policies.Set, name) {
				paths = append(paths, name+"."+path+"=")
			}
		}
		return paths, directive
	}
	return nil, directive
}
