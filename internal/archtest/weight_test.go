// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestGoModReplacesNothing(t *testing.T) {
	out, err := goTool(load(t).dir, "mod", "edit", "-json")
	if err != nil {
		t.Fatal(err)
	}
	var gomod struct{ Replace []struct{ Old, New mod } }
	if err := json.Unmarshal(out, &gomod); err != nil {
		t.Fatal(err)
	}
	for _, r := range gomod.Replace {
		t.Errorf("go.mod replaces %s by %s: replace does not reach users, who would build something else than we test", r.Old.Path, r.New.Path)
	}
}

func TestNoTestKitIsCompiledIntoTheProduct(t *testing.T) {
	report(t, testKitsIn(deps(t, products(load(t).pkgs)...)))
}

func TestOnlyWhoSimulatesMakesBubbles(t *testing.T) {
	report(t, bubblesBelow(rooms))
}

// products returns the import paths of what users can have: all packages but our kits.
func products(pkgs []pkg) (paths []string) {
	for _, p := range pkgs {
		if !slices.Contains(kits, p.room()) {
			paths = append(paths, p.ImportPath)
		}
	}
	return paths
}

func TestActorsCompilesNoMoreModulesThanAgreed(t *testing.T) {
	names := slices.Sorted(maps.Keys(outside(deps(t, "./actors"))))
	t.Logf("weight: ./actors compiles %d modules (bound %d): %s", len(names), weight.modules, strings.Join(names, " "))
	if len(names) > weight.modules {
		t.Errorf("./actors compiles %d modules, agreed are %d: %s", len(names), weight.modules, weight.why)
	}
}

func TestActorsAndTheCommandCarryNoCopyleft(t *testing.T) {
	users := outside(deps(t, "./actors", "./clients/...", "./config/...", "./telemetry"))
	for _, m := range outside(deps(t, "./actors", "./clients/...", "./config/...", "./telemetry", "./cmd/fuseboard")) {
		text, err := licenceText(m.Dir)
		if err != nil {
			t.Errorf("%s: %v", m.Path, err)
			continue
		}
		if users[m.Path] == nil && slices.Contains(weight.fileByFile, m.Path) {
			continue // in the command, for its fleets
		}
		report(t, unwelcome(m.Path, text))
	}
}

func TestQuickstartBinaryGrowsNoMoreThanAgreed(t *testing.T) {
	if testing.Short() {
		t.Skip("builds two binaries; run without -short")
	}
	dir := loadSound(t).dir
	empty := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(empty, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const mib = 1 << 20
	whole, bare := strippedSize(t, dir, "./examples/quickstart"), strippedSize(t, dir, empty)
	growth := float64(whole-bare) / mib
	t.Logf("weight: quickstart %.2f MiB - empty main %.2f MiB = %.2f MiB (bound %.2f on linux/amd64)",
		float64(whole)/mib, float64(bare)/mib, growth, weight.growthMB)
	if runtime.GOOS+"/"+runtime.GOARCH == "linux/amd64" && growth > weight.growthMB {
		t.Errorf("the quickstart adds %.2f MiB to a binary, agreed are %.2f: %s", growth, weight.growthMB, weight.why)
	}
}

func strippedSize(t *testing.T, dir, what string) int64 {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "bin")
	if _, err := goTool(dir, "build", "-ldflags=-s -w", "-o", bin, what); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(bin)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// deps lists the packages that are compiled into what, tests aside.
func deps(t *testing.T, args ...string) []pkg {
	t.Helper()
	pkgs, err := list(loadSound(t).dir, append([]string{"-deps"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	return pkgs
}

// outside returns the modules of pkgs, by path, without our own.
func outside(pkgs []pkg) map[string]*mod {
	mods := map[string]*mod{}
	for _, p := range pkgs {
		if p.Module != nil && !p.Module.Main {
			mods[p.Module.Path] = p.Module
		}
	}
	return mods
}

// testKitsIn lists packages that belong into tests and are compiled into the product,
// and who imports package testing.
func testKitsIn(pkgs []pkg) (complaints []string) {
	unwanted := append([]string{"github.com/stretchr/testify"}, testKits...)
	for _, kit := range kits {
		unwanted = append(unwanted, importPath(kit))
	}
	for _, p := range pkgs {
		for _, kit := range unwanted {
			if within(p.ImportPath, kit) {
				complaints = append(complaints, fmt.Sprintf("%s is compiled into the product: it belongs into tests, and users would carry it and its flags", p.ImportPath))
			}
		}
		at := slices.IndexFunc(p.Imports, func(i string) bool { return within(i, "testing") })
		if at >= 0 && !p.Standard && p.ImportPath != importPath(bubbles) {
			complaints = append(complaints, fmt.Sprintf("%s imports %s and is compiled into the product: only %s may, which asks for no flags", p.ImportPath, p.Imports[at], bubbles))
		}
	}
	return complaints
}

// within reports whether a package is what, or below it.
func within(path, what string) bool { return path == what || strings.HasPrefix(path, what+"/") }

// bubblesBelow lists permits for rooms that don't simulate to import what does.
func bubblesBelow(table []room) (complaints []string) {
	for _, r := range table {
		if r.floor < simulating && slices.Contains(r.may, bubbles) {
			complaints = append(complaints, fmt.Sprintf("the table lets %s (floor %d) import %s: users of the runtime would carry package testing", r.path, r.floor, bubbles))
		}
	}
	return complaints
}

// unwelcome complains about a licence that users of actors must not meet.
func unwelcome(name, text string) (complaints []string) {
	for _, l := range weight.mayNotCarry {
		if strings.Contains(strings.ToLower(text), strings.ToLower(l)) {
			complaints = append(complaints, fmt.Sprintf("%s is under the %s: what a user of actors compiles stays permissive", name, l))
		}
	}
	return complaints
}
