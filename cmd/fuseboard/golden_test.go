// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "write testdata/golden from what the commands say")

// golden are command lines whose answers are written down in testdata/golden, under their
// names. They run in a copy of testdata/files.
var golden = slices.Concat(ofFiles, ofFleets)

type goldenLine struct {
	name  string
	args  string
	stdin string // a file of testdata/files; empty: standard input is closed
	env   string
}

var ofFiles = []goldenLine{
	{name: "help", args: "help"},
	{name: "help-policy", args: "help policy"},
	{name: "help-policy-validate", args: "help policy validate"},
	{name: "version", args: "version"},
	{name: "version-json", args: "version -o json"},
	{name: "validate-good", args: "policy validate fuseboard.yaml"},
	{name: "validate-bad", args: "policy validate broken.yaml"},
	{name: "validate-warned", args: "policy validate warned.yaml"},
	{name: "validate-strict", args: "policy validate --strict warned.yaml"},
	{name: "validate-json", args: "policy validate -o json fuseboard.yaml broken.yaml policies"},
	{name: "validate-stdin", args: "policy validate -", stdin: "broken.yaml"},
	{name: "validate-nothing-on-stdin", args: "policy validate -"},
	{name: "validate-missing", args: "policy validate no.yaml fuseboard.yaml"},
	{name: "validate-missing-json", args: "policy validate no.yaml -o json"},
	{name: "validate-empty-folder", args: "policy validate empty"},
	{name: "validate-flag", args: "policy validate --set payments.retry.attempts=300 fuseboard.yaml"},
	{name: "validate-env", args: "policy validate fuseboard.yaml", env: "FUSEBOARD_SET__PAYMENTS__RETRY__ATTEMPTS=300"},
	{name: "validate-no-env", args: "policy validate --no-env fuseboard.yaml", env: "FUSEBOARD_SET__PAYMENTS__RETRY__ATTEMPTS=300"},
	{name: "validate-usage", args: "policy validate"},
	{name: "lint", args: "policy lint warned.yaml"},
	{name: "lint-json", args: "policy lint warned.yaml -o json"},
	{name: "lint-ignored", args: "policy lint --ignore unused-profile,retry-without-deadline warned.yaml"},
	{name: "lint-ignore-typo", args: "policy lint --ignore unused-profil warned.yaml"},
	{name: "lint-missing", args: "policy lint no.yaml"},
	{name: "lint-list", args: "policy lint --list"},
	{name: "lint-list-json", args: "policy lint --list -o json"},
	{name: "explain-entries", args: "policy explain fuseboard.yaml"},
	{name: "explain-entries-wide", args: "policy explain policies -o wide"},
	{name: "explain-entries-json", args: "policy explain fuseboard.yaml -o json"},
	{name: "explain-entries-yaml", args: "policy explain fuseboard.yaml -o yaml"},
	{name: "explain", args: "policy explain fuseboard.yaml payments"},
	{name: "explain-wide", args: "policy explain fuseboard.yaml payments -o wide"},
	{name: "explain-json", args: "policy explain fuseboard.yaml payments -o json --path deadline"},
	{name: "explain-yaml", args: "policy explain fuseboard.yaml payments -o yaml"},
	{name: "explain-wildcard", args: "policy explain fuseboard.yaml search-eu --path deadline"},
	{name: "explain-operation", args: "policy explain fuseboard.yaml payments --operation charge --path deadline"},
	{name: "explain-operation-of-nobody", args: "policy explain fuseboard.yaml payments --operation refund --path deadline.total"},
	{name: "explain-rule", args: "policy explain fuseboard.yaml payments --rule host-busy --path bulkhead"},
	{name: "explain-set", args: "policy explain fuseboard.yaml payments --set payments.retry.attempts=4 --path retry.attempts", env: "FUSEBOARD_SET__PAYMENTS__RETRY__ATTEMPTS=3"},
	{name: "explain-unknown", args: "policy explain fuseboard.yaml paymets"},
	{name: "explain-unknown-rule", args: "policy explain fuseboard.yaml --rule host-bsy"},
	{name: "explain-unknown-path", args: "policy explain fuseboard.yaml payments --path retry.atempts"},
	{name: "explain-invalid", args: "policy explain broken.yaml payments"},
	{name: "explain-usage", args: "policy explain fuseboard.yaml --operation charge"},
	{name: "preview", args: "policy preview fuseboard.yaml --rule host-busy"},
	{name: "preview-json", args: "policy preview fuseboard.yaml --rule night -o json"},
	{name: "preview-when", args: "policy preview fuseboard.yaml --when cpu=91%,amplification=2 --at 2026-11-26T12:00:00Z"},
	{name: "preview-when-json", args: "policy preview fuseboard.yaml --when amplification=2 --at 2026-11-26T23:00:00Z -o json"},
	{name: "preview-when-bad", args: "policy preview fuseboard.yaml --when cpuu=91%,amplification=x"},
	{name: "preview-unknown", args: "policy preview fuseboard.yaml --rule host-bsy"},
	{name: "preview-usage", args: "policy preview fuseboard.yaml"},
	{name: "preview-invalid", args: "policy preview broken.yaml --rule a"},
	{name: "diff", args: "policy diff old.yaml fuseboard.yaml"},
	{name: "diff-same", args: "policy diff old.yaml old.yaml --exit-code"},
	{name: "diff-exit-code", args: "policy diff old.yaml fuseboard.yaml --exit-code --dependency orders"},
	{name: "diff-check-force", args: "policy diff old.yaml fuseboard.yaml --check-force"},
	{name: "diff-forced", args: "policy diff old.yaml forced.yaml --check-force --dependency payments"},
	{name: "diff-json", args: "policy diff old.yaml fuseboard.yaml -o json --dependency payments"},
	{name: "diff-stdin", args: "policy diff - old.yaml", stdin: "old.yaml"},
	{name: "diff-invalid", args: "policy diff old.yaml broken.yaml"},
	{name: "diff-missing", args: "policy diff no.yaml fuseboard.yaml"},
	{name: "diff-usage", args: "policy diff - -"},
	{name: "schema", args: "policy schema"},
	{name: "schema-usage", args: "policy schema -o yaml"},
	{name: "migrate", args: "policy migrate ancient.yaml"},
	{name: "migrate-json", args: "policy migrate ancient.yaml -o json"},
	{name: "migrate-current", args: "policy migrate old.yaml --write"},
	{name: "migrate-write", args: "policy migrate ancient.yaml --write"},
	{name: "migrate-write-again", args: "policy migrate kept.yaml --write"},
	{name: "migrate-resilience4j", args: "policy migrate --from resilience4j application.yml"},
	{name: "migrate-usage", args: "policy migrate --from resilience4j --write application.yml"},
	{name: "migrate-nonsense", args: "policy migrate notes.txt"},
	{name: "migrate-missing", args: "policy migrate no.yaml"},
	{name: "init", args: "init new.yaml --dependency search"},
	{name: "init-again", args: "init fuseboard.yaml"},
	{name: "init-other-schema", args: "init policies"},
	{name: "init-no-schema", args: "init policies --no-schema"},
	{name: "init-usage", args: "init a b"},
	{name: "init-bad-name", args: "init --dependency Payments"},
	{name: "help-simulate", args: "help simulate"},
	{name: "simulate", args: "simulate outage.yaml"},
	{name: "simulate-narrow", args: "simulate outage.yaml --alone --seed 40 --runs 3 --set payments.retry.attempts=3", env: "COLUMNS=80"},
	{name: "simulate-ascii", args: "simulate outage.yaml", env: "LC_ALL=C"},
	{name: "simulate-json", args: "simulate outage.yaml -o json"},
	{name: "simulate-junit", args: "simulate outage.yaml unmet.yaml mistaken.yaml -o junit"},
	{name: "simulate-quiet", args: "simulate outage.yaml unmet.yaml shaky.yaml hung.yaml --quiet"},
	{name: "simulate-unmet", args: "simulate unmet.yaml"},
	{name: "simulate-unsettled", args: "simulate shaky.yaml --alone"},
	{name: "simulate-hung", args: "simulate hung.yaml --alone"},
	{name: "simulate-sweep", args: "simulate outage.yaml --sweep payments.retry.attempts=1..3"},
	{name: "simulate-compare", args: "simulate unmet.yaml --compare base.json --alone"},
	{name: "simulate-compare-nothing", args: "simulate outage.yaml --compare no.json"},
	{name: "simulate-compare-other", args: "simulate outage.yaml --compare policies/b.json"},
	{name: "simulate-stdin", args: "simulate - --quiet", stdin: "outage.yaml"},
	{name: "simulate-warned", args: "simulate idle.yaml --quiet -o json"},
	{name: "simulate-invalid", args: "simulate mistaken.yaml"},
	{name: "simulate-invalid-json", args: "simulate mistaken.yaml -o json"},
	{name: "simulate-invalid-set", args: "simulate outage.yaml --set payments.retry.atempts=3"},
	{name: "simulate-missing", args: "simulate no.yaml"},
	{name: "simulate-missing-json", args: "simulate nothing -o json"},
	{name: "simulate-interrupted", args: "simulate interrupted.yaml outage.yaml --quiet"},
	{name: "simulate-old-go", args: "simulate outage.yaml", env: "OLD_GO=1"},
	{name: "simulate-conflict", args: "simulate outage.yaml --out ."},
	{name: "simulate-usage", args: "simulate outage.yaml --sweep payments.retry.attempts"},
	{name: "simulate-list", args: "simulate --list"},
	{name: "simulate-list-json", args: "simulate --list -o json"},
	{name: "completion-usage", args: "completion bsh"},
}

func TestCommandsSayWhatIsWrittenDown(t *testing.T) {
	for _, g := range golden {
		t.Run(g.name, func(t *testing.T) {
			at := filepath.Join(workFolder(t), "testdata", "golden", g.name+".golden")
			got := transcript(t, g.args, g.stdin, g.env)
			if *update {
				if err := os.WriteFile(at, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(at)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("it says\n%s\nand %s has\n%s\nIf that is meant: go test ./cmd/fuseboard -run CommandsSay -update", got, at, want)
			}
		})
	}
}

// workFolder is where the test began, whatever folder it is in now.
func workFolder(t *testing.T) string {
	t.Helper()
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		t.Fatal("no caller")
	}
	return filepath.Dir(file)
}

// inFiles goes into a copy of testdata/files.
func inFiles(t *testing.T) {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(filepath.Join(workFolder(t), "testdata", "files"))); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
	writeAdasKey(t)
}

// transcript runs a command line in a copy of the files, and tells what became of it.
func transcript(t *testing.T, args, stdin, env string) string {
	t.Helper()
	inFiles(t)
	in := []byte(nil)
	if stdin != "" {
		var err error
		if in, err = os.ReadFile(stdin); err != nil {
			t.Fatal(err)
		}
	}
	if name, value, found := strings.Cut(env, "="); found {
		t.Setenv(name, value)
	}
	var out, errs bytes.Buffer
	code := cannedSession(t, bytes.NewReader(in), &out, &errs).run(t.Context(), strings.Fields(args))
	var b strings.Builder
	if env != "" {
		env += " "
	}
	fmt.Fprintf(&b, "$ %sfuseboard %s\nexit %d\n", env, args, code)
	for _, part := range []struct{ name, text string }{{"standard output", out.String()}, {"standard error", errs.String()}} {
		if part.text != "" {
			fmt.Fprintf(&b, "--- %s\n%s", part.name, shortened(part.text))
		}
	}
	return keys.ReplaceAllString(platform.Replace(b.String()), "KEY")
}

// keys are what differs from run to run of new keys: public halves and fingerprints.
var keys = regexp.MustCompile(`[A-Za-z0-9+/]{43}=|\b[a-z2-7]{4}(-[a-z2-7]{4}){3}\b`)

var platform = strings.NewReplacer(runtime.Version(), "GO", runtime.GOOS+"/"+runtime.GOARCH, "PLATFORM")

// shortened is the beginning of a text that has a golden file of its own elsewhere: the schema.
func shortened(text string) string {
	if lines := strings.SplitAfter(text, "\n"); len(lines) > 1000 {
		return strings.Join(lines[:5], "") + "...\n"
	}
	return text
}

// leaves are the commands that do something, by the words that call them.
func leaves(c *cobra.Command) map[string]*cobra.Command {
	all := map[string]*cobra.Command{}
	for _, below := range c.Commands() {
		if below.Hidden || below.Name() == "help" {
			continue
		}
		if !below.HasSubCommands() {
			all[called(below)] = below
		}
		for name, leaf := range leaves(below) {
			all[name] = leaf
		}
	}
	return all
}

func TestEveryCommandHasAGoldenFileForEachFormatAndExitCode(t *testing.T) {
	type seen struct{ formats, codes []string }
	all := map[string]*seen{}
	root := rootCommand(&session{})
	for _, g := range golden {
		c, _, err := root.Find(strings.Fields(g.args))
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join("testdata", "golden", g.name+".golden"))
		if err != nil {
			t.Fatal(err)
		}
		s := all[called(c)]
		if s == nil {
			s = &seen{}
			all[called(c)] = s
		}
		s.codes = append(s.codes, regexp.MustCompile(`(?m)^exit (\d+)$`).FindStringSubmatch(string(text))[1])
		format := "default"
		if m := regexp.MustCompile(`-o (\w+)`).FindStringSubmatch(g.args); m != nil {
			format = m[1]
		}
		s.formats = append(s.formats, format)
	}
	for name, c := range leaves(root) {
		if name == "demo" {
			continue // its answer takes seconds and differs: it has tests of its own
		}
		s := all[name]
		if s == nil {
			t.Errorf("%s has no golden file", name)
			continue
		}
		if o := c.Flags().Lookup("output"); o != nil {
			for i, format := range strings.Split(o.Value.Type(), "|") {
				if !slices.Contains(s.formats, format) && (i > 0 || !slices.Contains(s.formats, "default")) {
					t.Errorf("%s has no golden file for -o %s", name, format)
				}
			}
		}
		for code := range strings.FieldsSeq(c.Annotations[exitsOf]) {
			if code != strconv.Itoa(exitError) && !slices.Contains(s.codes, code) && (name != "version" || code != "2") {
				t.Errorf("%s can end with %s, and no golden file shows it", name, code)
			}
		}
		for _, code := range s.codes {
			if said := "0 " + c.Annotations[exitsOf]; !slices.Contains(strings.Fields(said), code) {
				t.Errorf("%s ends with %s, and its help does not say so", name, code)
			}
		}
	}
}

func TestEveryJSONAnswerSaysItsVersionAndKind(t *testing.T) {
	for _, g := range golden {
		if !strings.Contains(g.args, "-o json") || strings.Contains(g.args, "-o jsonl") || strings.HasSuffix(g.name, "-usage") || strings.HasSuffix(g.name, "-unreachable") {
			continue // jsonl is many answers
		}
		t.Run(g.name, func(t *testing.T) {
			inFiles(t)
			var out, errs bytes.Buffer
			code := cannedSession(t, bytes.NewReader(nil), &out, &errs).run(t.Context(), strings.Fields(g.args))
			var a answer
			if err := json.Unmarshal(out.Bytes(), &a); err != nil || a.APIVersion != answersVersion || a.Kind == "" {
				t.Errorf("exit %d: %v, %+v in\n%s%s", code, err, a, out.String(), errs.String())
			}
		})
	}
}
