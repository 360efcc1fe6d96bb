// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard/config"
)

func readSet(t *testing.T, data string) *config.Set {
	t.Helper()
	set, problems := config.Read([]config.Source{{Name: "a.yaml", Data: []byte(data)}}, config.Options{})
	if set == nil {
		t.Fatalf("%s\nof\n%s", problems.Error(), data)
	}
	return set
}

func TestTheResolvedPolicyAsAFileSaysTheSame(t *testing.T) {
	inFiles(t)
	for _, path := range []string{"fuseboard.yaml", "old.yaml", "policies"} {
		_, all, _ := ran(t, "policy", "explain", path, "-o", "yaml")
		s := session{}
		before, err := s.read(path, beside{})
		if err != nil || before.set == nil {
			t.Fatal(err, before.problems)
		}
		after := readSet(t, all)
		for _, name := range before.set.Dependencies() {
			was, _ := before.set.Resolve(name, config.Layers{})
			is, _ := after.Resolve(name, config.Layers{})
			if !reflect.DeepEqual(was.Policy, is.Policy) {
				t.Errorf("%s of %s: got %+v, want %+v of\n%s", name, path, is.Policy, was.Policy, all)
			}
		}
	}
}

func TestAnyTextIsWrittenSoThatYAMLReadsItBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.String(), rapid.StringMatching(`[-+0-9.eExob_:#,~ ]{1,6}`),
			rapid.SampledFrom([]string{"null", "True", "no", "~", "- a", "a: b", "a #b", "'", "\"", "0x1f", "1e3", ".5", "50%", "10s", "*", "&a", "!t", "a\tb", "\u0085", "\u2028", "{}", "[]", "=", "<<"}),
		).Filter(func(s string) bool { return s != "" && len(s) < 200 && !strings.ContainsAny(s, "\x00\ufffd") }).Draw(t, "text")
		data, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		file := "apiVersion: fuseboard/v1\ndependencies:\n  a:\n    cases: [{tenant: " + scalar(text) + ", max_wait: 1s}]\n    bulkhead: {concurrency: 1, queue: 1}\n"
		set, problems := config.Read([]config.Source{{Name: "a.yaml", Data: []byte(file)}}, config.Options{})
		if set == nil {
			t.Fatalf("%s: %v\n%s", data, problems, file)
		}
		r, _ := set.Resolve("a", config.Layers{})
		if got := r.Policy.Cases[0].Tenant; got != text {
			t.Fatalf("got %q, want %q of %s", got, text, file)
		}
	})
}

func TestMigrateKeepsWhatTheFileWasBesideIt(t *testing.T) {
	inFiles(t)
	was, err := os.ReadFile("ancient.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod("ancient.yaml", 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("ancient.yaml", "link.yaml"); err != nil {
		t.Skip("needs symbolic links: ", err)
	}
	code, out, errs := ran(t, "policy", "migrate", "--write", "link.yaml")
	if code != exitOK || out != "" {
		t.Fatalf("exit %d, %q, %s", code, out, errs)
	}
	now, err := os.ReadFile("ancient.yaml")
	if err != nil || !bytes.Contains(now, []byte("apiVersion: fuseboard/v1")) {
		t.Errorf("the file has %s, %v", now, err)
	}
	kept, err := os.ReadFile("link.yaml.bak")
	if err != nil || !bytes.Equal(kept, was) {
		t.Errorf("kept %s, %v", kept, err)
	}
	link, err := os.Lstat("link.yaml")
	if err != nil || link.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", link, err)
	}
	if info, err := os.Stat("ancient.yaml"); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the file is %v, %v", info, err)
	}
	if left, err := filepath.Glob(".ancient*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestInitWritesAFileWithoutAFlawAndOverwritesNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	if code, out, errs := ran(t, "init", "--dependency", "search"); code != exitOK || out != "fuseboard.yaml\nfuseboard.schema.json\n" {
		t.Fatalf("exit %d, %q, %s", code, out, errs)
	}
	if code, out, errs := ran(t, "policy", "lint", "."); code != exitOK || out != "" {
		t.Errorf("lint: exit %d, %s, %s", code, out, errs)
	}
	if code, out, _ := ran(t, "policy", "explain", ".", "search"); code != exitOK || !strings.Contains(out, "deadline.total") {
		t.Errorf("explain: exit %d, %s", code, out)
	}
	if err := os.WriteFile("fuseboard.yaml", []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := ran(t, "init"); code != exitConflict || !strings.Contains(errs, "nothing is overwritten") {
		t.Errorf("again: exit %d, %s", code, errs)
	}
	if data, err := os.ReadFile("fuseboard.yaml"); err != nil || string(data) != "mine" {
		t.Errorf("the file has %s, %v", data, err)
	}
	if code, out, errs := ran(t, "init", "other.yaml"); code != exitOK || out != "other.yaml\n" {
		t.Errorf("beside the same schema: exit %d, %q, %s", code, out, errs)
	}
}

func TestColourIsForTerminalsThatWantIt(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = null.Close() })
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	if !colored(null, nil) { // a device, as a terminal is
		t.Error("a device gets no colour")
	}
	if colored(file, nil) || colored(&bytes.Buffer{}, nil) || colored(null, []string{"NO_COLOR=1"}) || colored(null, []string{"TERM=dumb"}) {
		t.Error("colour for a file, a buffer, or against the environment")
	}
	if !colored(null, []string{"NO_COLOR="}) {
		t.Error("an empty NO_COLOR forbids colour; no-color.org wants it not empty")
	}
}

func TestAnswersThatNobodyReadsAreFailures(t *testing.T) {
	inFiles(t)
	for name, c := range leaves(rootCommand(&session{})) {
		if name == "demo" {
			continue
		}
		args, found := map[string]string{
			"policy validate": "policy validate broken.yaml", "policy lint": "policy lint --list", "policy explain": "policy explain fuseboard.yaml payments",
			"policy preview": "policy preview fuseboard.yaml --rule night", "policy diff": "policy diff old.yaml fuseboard.yaml",
			"policy schema": "policy schema", "policy migrate": "policy migrate old.yaml", "version": "version", "completion": "completion bash", "init": "",
			"simulate": "simulate --init", "operator keygen": "operator keygen ann --out ann.key",
			"members": "", "status": "", "events": "", "hold": "", "release": "", // they ask a node, and there is none here
		}[name]
		if !found {
			t.Errorf("%s: say how it is called", c.CommandPath())
		}
		if args == "" {
			continue // its files are the answer
		}
		var errs bytes.Buffer
		if code := run(t.Context(), strings.Fields(args), strings.NewReader(""), closedPipe{}, &errs); code == exitOK {
			t.Errorf("%s: exit %d, %s", args, code, errs.String())
		}
	}
}

func TestTablesKeepTheirColumns(t *testing.T) {
	var b strings.Builder
	if err := writeTable(&b, [][]string{{"A", "B"}, {"größer", "x"}, {"", ""}}); err != nil || b.String() != "A       B\ngrößer  x\n\n" {
		t.Errorf("%v: %q", err, b.String())
	}
	if got := wrap("a bb ccc", "  ", 5); got != "a bb\n  ccc" {
		t.Errorf("got %q", got)
	}
}
