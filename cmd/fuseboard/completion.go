// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// shells are those that complete, with what makes them.
var shells = []struct {
	name  string
	write func(root *cobra.Command, w io.Writer) error
}{
	{"bash", func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) }},
	{"zsh", func(root *cobra.Command, w io.Writer) error { return root.GenZshCompletion(w) }},
	{"fish", func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) }},
	{"powershell", func(root *cobra.Command, w io.Writer) error { return root.GenPowerShellCompletionWithDesc(w) }},
}

func completionCommand(s *session) *cobra.Command {
	c := &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print the script that lets a shell complete this command.",
		Example: `  source <(fuseboard completion bash)
  fuseboard completion zsh > _fuseboard
  fuseboard completion fish > fuseboard.fish`,
		Long: `To have it in every session, put the script where the shell looks for it:
  bash        /etc/bash_completion.d/fuseboard (needs package bash-completion)
  zsh         a file _fuseboard in a folder of $fpath, after compinit
  fish        ~/.config/fish/completions/fuseboard.fish
  powershell  fuseboard completion powershell | Out-String | Invoke-Expression
              in $PROFILE
It completes commands, flags and formats, and from a policy file the names of
its dependencies, rules and operations, and the paths of their values.`,
		Args: takes(1, 1, "one shell: bash, zsh, fish or powershell"),
		RunE: func(c *cobra.Command, args []string) error {
			for _, shell := range shells {
				if shell.name == args[0] {
					return shell.write(c.Root(), s.out)
				}
			}
			return &usageError{problem: fmt.Sprintf("%q is not a shell that completes;%s accepted: %s", args[0], meant(args[0], shellNames()), strings.Join(shellNames(), ", ")), of: c}
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return shellNames(), cobra.ShellCompDirectiveNoFileComp
		},
	}
	exits(c, exitError, exitUsage)
	return c
}

func shellNames() []string {
	names := make([]string, len(shells))
	for i, shell := range shells {
		names[i] = shell.name
	}
	return names
}
