// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write NOTICE from what is compiled")

// TestNoticeListsEveryModuleWithItsLicence keeps NOTICE true. `make notice`
// runs it with -update.
func TestNoticeListsEveryModuleWithItsLicence(t *testing.T) {
	compiled := outside(deps(t, "./actors", "./cmd/fuseboard"))
	elsewhere := outside(deps(t, "./..."))
	tests := outside(deps(t, "-test", "./..."))
	for name := range elsewhere {
		delete(tests, name)
	}
	for name := range compiled {
		delete(elsewhere, name)
	}
	want, err := notice(compiled, elsewhere, tests)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(load(t).dir, "NOTICE")
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil { //nolint:gosec // NOTICE is for everyone to read
			t.Fatal(err)
		}
		return
	}
	if runtime.GOOS != "linux" {
		t.Skip("NOTICE lists what is compiled on linux; other systems compile a few modules more or less")
	}
	if have := load(t).files["NOTICE"]; !bytes.Equal(have, want) {
		t.Errorf("NOTICE is not what is compiled: run `make notice` and look at the difference. It should read:\n%s", want)
	}
}

const noticeHead = `Fuseboard
Copyright the Fuseboard authors

This product is licensed under the Apache License, Version 2.0 (see LICENSE).
It is built with the modules below; each keeps its own licence, whose text
stands in that module. Written by ` + "`make notice`" + `.
`

func notice(compiled, elsewhere, tests map[string]*mod) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(noticeHead)
	for _, part := range []struct {
		head string
		mods map[string]*mod
	}{
		{"Compiled into Fuseboard (./actors, ./cmd/fuseboard)", compiled},
		{"Compiled into other packages of Fuseboard, for those who import them", elsewhere},
		{"Used by tests only, compiled into nothing that is shipped", tests},
	} {
		fmt.Fprintf(&b, "\n%s\n\n", part.head)
		for _, name := range slices.Sorted(maps.Keys(part.mods)) {
			text, err := licenceText(part.mods[name].Dir)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			id := licenceID(text)
			if id == "" {
				return nil, fmt.Errorf("%s: its licence is not one that notice_test.go recognises; read it and add it", name)
			}
			fmt.Fprintf(&b, "  %-50s %s\n", name, id)
		}
	}
	b.WriteString("\nNotices that modules compiled in ask to be passed on\n")
	shipped := maps.Clone(compiled)
	maps.Copy(shipped, elsewhere)
	for _, name := range slices.Sorted(maps.Keys(shipped)) {
		text, err := textOf(shipped[name].Dir, noticeFile)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if text != "" {
			fmt.Fprintf(&b, "\n--- %s\n\n%s\n", name, strings.TrimSpace(text))
		}
	}
	return b.Bytes(), nil
}

var (
	licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying)(\.|-|$)`)
	noticeFile  = regexp.MustCompile(`(?i)^notice(\.|$)`)
)

// licenceText reads the licence files in a module's folder.
func licenceText(dir string) (string, error) {
	text, err := textOf(dir, licenceFile)
	if err == nil && text == "" {
		err = fmt.Errorf("no licence file in %s", dir)
	}
	return text, err
}

// textOf joins the files of a folder whose names fit.
func textOf(dir string, name *regexp.Regexp) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, e := range entries {
		if e.IsDir() || !name.MatchString(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return "", err
		}
		b.Write(text)
	}
	return b.String(), nil
}

// licenceID names the licences of a text by a sentence that only they have.
func licenceID(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	says := func(sentence string) bool { return strings.Contains(text, sentence) }
	var ids []string
	for _, l := range []struct {
		id string
		is bool
	}{
		{"Apache-2.0", says("Apache License Version 2.0")},
		{"MIT", says("Permission is hereby granted, free of charge")},
		{"BSD-2-Clause", says("Redistribution and use in source and binary forms") && !says("Neither the name of")},
		{"BSD-3-Clause", says("Redistribution and use in source and binary forms") && says("Neither the name of")},
		{"ISC", says("Permission to use, copy, modify, and distribute this software for any purpose")},
		{"MPL-2.0", says("Mozilla Public License Version 2.0") || says("Mozilla Public License, version 2.0")},
	} {
		if l.is {
			ids = append(ids, l.id)
		}
	}
	return strings.Join(ids, " AND ")
}
