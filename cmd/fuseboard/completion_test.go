// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// completed are the words that may stand in place of the last argument.
func completed(t *testing.T, args ...string) []string {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), append([]string{"__complete"}, args...), nobody{t}, &out, &errs)
	if code != exitOK {
		t.Errorf("%q: exit %d, %s", args, code, errs.String())
	}
	var words []string
	for line := range strings.Lines(out.String()) {
		word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if !strings.HasPrefix(word, ":") {
			words = append(words, word)
		}
	}
	return words
}

// nobody is a standard input at which nobody writes: who reads it would wait.
type nobody struct{ t *testing.T }

func (n nobody) Read([]byte) (int, error) {
	n.t.Error("standard input is waited for")
	return 0, io.EOF
}

func TestNamesAreCompletedFromThePolicyFile(t *testing.T) {
	inFiles(t)
	for _, c := range []struct {
		args, want []string
	}{
		{[]string{"pol"}, []string{"policy"}},
		{[]string{"policy", "ex"}, []string{"explain"}},
		{[]string{"help", "policy", ""}, []string{"diff", "explain", "lint", "migrate", "preview", "schema", "validate"}},
		{[]string{"completion", ""}, []string{"bash", "zsh", "fish", "powershell"}},
		{[]string{"policy", "validate", ""}, []string{"yaml", "yml", "json"}}, // what files end with: the shell lists them
		{[]string{"policy", "explain", "fuseboard.yaml", ""}, []string{"search-*", "payments"}},
		{[]string{"policy", "explain", "fuseboard.yaml", "payments", ""}, nil},
		{[]string{"policy", "explain", "broken.yaml", ""}, nil},
		{[]string{"policy", "explain", "-", ""}, nil},
		{[]string{"policy", "explain", "fuseboard.yaml", "--rule", ""}, []string{"host-busy", "night"}},
		{[]string{"policy", "explain", "fuseboard.yaml", "payments", "--rule", "host"}, []string{"host-busy"}},
		{[]string{"policy", "explain", "fuseboard.yaml", "payments", "--operation", ""}, []string{"charge"}},
		{[]string{"policy", "explain", "fuseboard.yaml", "payments", "--path", "retry.at"}, []string{"retry.attempts"}},
		{[]string{"policy", "explain", "fuseboard.yaml", "-o", ""}, []string{"table", "wide", "json", "yaml"}},
		{[]string{"policy", "preview", "fuseboard.yaml", "--rule", ""}, []string{"host-busy", "night"}},
		{[]string{"policy", "preview", "fuseboard.yaml", "--when", "cp"}, []string{"cpu="}},
		{[]string{"policy", "diff", "old.yaml", "fuseboard.yaml", "--dependency", ""}, []string{"search-*", "payments"}},
		{[]string{"policy", "lint", "--ignore", "unused"}, []string{"unused-profile"}},
		{[]string{"simulate", "outage.yaml", "--sweep", "payments.retry.att"}, []string{"payments.retry.attempts="}},
		{[]string{"simulate", "outage.yaml", "-o", ""}, []string{"text", "json", "junit"}},
		{[]string{"simulate", "x", "--compare", ""}, []string{"json"}},
		{[]string{"policy", "migrate", "--from", ""}, []string{"fuseboard", "resilience4j"}},
	} {
		got := slices.DeleteFunc(completed(t, c.args...), func(word string) bool { return !strings.HasPrefix(word, c.args[len(c.args)-1]) })
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.args, got, c.want)
		}
	}
}

// inShells asks each shell for what it completes, with its own script loaded: programs print the words, one a line.
var inShells = []struct{ shell, program string }{
	{"bash", `
# what the package bash-completion has, for where it is missing
type _get_comp_words_by_ref >/dev/null 2>&1 || _get_comp_words_by_ref() {
  cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
}
type compopt >/dev/null && compopt() { :; } # there is no command line
source <(fuseboard completion bash)
ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMP_TYPE=9; COMPREPLY=(); __start_fuseboard; printf '%s\n' "${COMPREPLY[@]}"; }
ask fuseboard policy expl
ask fuseboard policy explain fuseboard.yaml pay
ask fuseboard policy explain fuseboard.yaml payments -o wi`},
	{"zsh", `
autoload -Uz compinit && compinit -D -u
source <(fuseboard completion zsh)
compadd() { :; }
_describe() { local name=${@[-1]}; [[ ${(t)${(P)name}} == array* ]] || name=completions; local all=(${${(P)name}%%:*}); print -l -- ${(M)all:#${words[-1]}*}; } # those that fit, as zsh does
ask() { words=("$@"); CURRENT=$#; _fuseboard; }
ask fuseboard policy expl
ask fuseboard policy explain fuseboard.yaml pay
ask fuseboard policy explain fuseboard.yaml payments -o wi`},
	{"fish", `
fuseboard completion fish | source
complete -C 'fuseboard policy expl'
complete -C 'fuseboard policy explain fuseboard.yaml pay'
complete -C 'fuseboard policy explain fuseboard.yaml payments -o wi'`},
}

func TestShellsCompleteWithTheirScripts(t *testing.T) {
	folder := onPath(t)
	for _, s := range inShells {
		t.Run(s.shell, func(t *testing.T) {
			program, err := exec.LookPath(s.shell)
			if err != nil {
				t.Skipf("needs %s: apt-get install %[1]s", s.shell)
			}
			inFiles(t)
			cmd := exec.CommandContext(t.Context(), program, "-c", s.program)
			cmd.Env = append(os.Environ(), "PATH="+folder+string(os.PathListSeparator)+os.Getenv("PATH"), asCommand+"=1", "HOME="+t.TempDir())
			out, err := cmd.CombinedOutput()
			var words []string
			for line := range strings.Lines(string(out)) {
				word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
				words = append(words, word)
			}
			if want := []string{"explain", "payments", "wide"}; !slices.Equal(words, want) {
				t.Errorf("%v: got %q, want %q:\n%s", err, words, want, out)
			}
		})
	}
}

func TestEachShellHasAScript(t *testing.T) {
	for _, shell := range shellNames() {
		code, out, errs := ran(t, "completion", shell)
		if code != exitOK || errs != "" || !strings.Contains(out, "fuseboard __complete") && !strings.Contains(out, "__complete") {
			t.Errorf("%s: exit %d, %s, script of %d bytes", shell, code, errs, len(out))
		}
	}
}
