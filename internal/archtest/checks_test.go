// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"strings"
	"testing"
)

// Each check is shown one broken house here. A check that cannot fail would
// look the same as one that keeps the house.

func TestImportChecksCanFail(t *testing.T) {
	low := pkg{ImportPath: module + "/low", Imports: []string{"time", module + "/high"}, TestImports: []string{"pgregory.net/rapid", module + "/low"}}
	high := pkg{ImportPath: module + "/high", Imports: []string{module + "/low", "example.org/kit/core", "example.org/kit/remote"}}
	pkgs := []pkg{low, high}
	table := []room{{"low", 1, nil, "low is low"}, {"high", 2, []string{"low", "example.org/kit/core"}, "high is high"}}

	complains(t, strayImports(pkgs, table),
		"room low must not import "+module+"/high: low is low",
		"room high must not import example.org/kit/remote: high is high")
	complains(t, unknownRooms(pkgs, []room{{"low", 1, []string{"lost"}, ""}, {"gone", 1, nil, ""}}),
		"package high has no row",
		"low may import lost, which has no row",
		"row for gone, which does not exist")
	complains(t, strangers(pkgs, "example.org/kit/core", []string{"low"}, "one home"),
		"room high must not import example.org/kit/core, which lives in low: one home",
		"room high must not import example.org/kit/remote",
		"said to live in low, which does not import it")
	complains(t, banned(pkgs, "low", []string{"time"}, "no clocks"), "room low must not import time: no clocks")
	complains(t, banned(pkgs, "gone", nil, ""), "a ban names room gone")
	complains(t, testKitsIn([]pkg{
		{ImportPath: "testing/synctest", Standard: true, Imports: []string{"testing"}},
		{ImportPath: importPath(bubbles), Imports: []string{"testing/synctest"}},
		{ImportPath: importPath("high"), Imports: []string{"testing/synctest"}},
		{ImportPath: "example.org/kit", Imports: []string{"time", "testing"}},
		{ImportPath: importPath(kits[0])},
	}),
		"high imports testing/synctest and is compiled into the product",
		"example.org/kit imports testing and is compiled into the product",
		kits[0]+" is compiled into the product")
	complains(t, bubblesBelow([]room{{"low", simulating - 1, []string{bubbles}, ""}, {"high", simulating, []string{bubbles}, ""}}),
		"the table lets low (floor 5) import internal/bubble")
	complains(t, kitsInProducts([]room{{"low", 1, []string{"kit"}, ""}, {"kit", 0, []string{"kit/deep"}, ""}}, []string{"kit", "kit/deep"}),
		"the table lets low import the kit kit",
		"the kit kit/deep has no row")
	complains(t, leaked("bench", map[string]bool{"example.org/peer": true, "example.org/pee": true, "example.org/x": true},
		"example.org/a v1 h1:x\nexample.org/peer v1 h1:y\nexample.org/x v1/go.mod h1:z\n"),
		"bench requires example.org/peer, and it is in the root's go.sum")
}

func TestFloorsMayOnlyLeadDownOrStayInTheRoom(t *testing.T) {
	complains(t, crookedFloors([]room{
		{root, 0, nil, ""},
		{"internal/words", 0, []string{root}, ""},
		{"one", 1, []string{root, "internal/words"}, ""},
		{"one/inner", 1, []string{"one"}, ""},
		{"two", 1, []string{"one"}, ""},
		{"one/more", 1, []string{"one", "one/inner"}, ""},
		{"three", 1, []string{"four"}, ""},
		{"four", 2, nil, ""},
	}),
		"the table lets two (floor 1) import one (floor 1)",
		"the table lets one/more (floor 1) import one/inner (floor 1)",
		"the table lets three (floor 1) import four (floor 2)")
}

func TestSourceChecksCanFail(t *testing.T) {
	complains(t, lostTests(map[string][]byte{
		"a_test.go": []byte("func Test" + "KnownThing(t *testing.T) {}"),
		"a.go":      []byte("// See Test" + "KnownThing and Test" + "LostThing."),
	}), "a.go names Test"+"LostThing as its proof")

	f := parse(t, "// Package x is documented.\npackage x\nfunc A() {}\nfunc (t *T[K]) B() {}\nfunc (t *hidden) C() {}\n"+
		"type T[K any] struct { D int; e int; F int // said\n// L and M are said together.\nL int\nM int\nN int\n}\n// I is said.\ntype I interface { G() }\nvar H = 1\n")
	names := undocumented(f)
	if got, want := strings.Join(names, " "), "A T.B T T.D T.N I.G H"; got != want {
		t.Errorf("undocumented: got %q, want %q", got, want)
	}
	complains(t, packageDocs("x", true, []*ast.File{f}), "no heading \"# Ordering and ownership\"")
	f.Doc = &ast.CommentGroup{List: []*ast.Comment{{Text: "// Package x.\n//"}, {Text: "// # Ordering and ownership"}, {Text: "//"}, {Text: "// All is in order."}}}
	complains(t, packageDocs("x", true, []*ast.File{f}), "names no test")
	complains(t, packageDocs("x", false, []*ast.File{f}))
	complains(t, packageDocs("x", false, []*ast.File{f, f}), "has 2 package docs")
	complains(t, packageDocs("x", false, []*ast.File{parse(t, "package x")}), "has 0 package docs")
	makers := parse(t, "package x\nfunc New() (*T, error) { return nil, nil }\nfunc Make[K any]() *L[K] { return nil }\nfunc Shown() *T { return nil }\n"+
		"func Find() *y.T { return nil }\nfunc Sum() T { return T{} }\nfunc (t *T) Next() *T { return t }\nfunc hidden() *T { return nil }\n")
	complains(t, unshown("x", []*ast.File{makers}, map[string]bool{"ExampleShown": true}),
		"constructs with New and has no ExampleNew", "constructs with Make")
	readme := "# X\n<!-- quickstart: begin (y) -->\n```go\na()\n\n\tb()\n```\n<!-- quickstart: end -->\n"
	if got, want := quickstart(readme), "\ta()\n\n\t\tb()\n"; got != want {
		t.Errorf("quickstart: got %q, want %q", got, want)
	}
	guide := map[string][]byte{
		"examples/x/main.go": []byte("func f() {\n\ta()\n\n\tif b {\n\t\tc()\n\t}\n}\n"),
		"docs/guides/x.md":   []byte("```go\na()\n\nif b {\n\tc()\n}\n```\n```sh\nls\n```\n```go\nc()\na()\n```\n"),
	}
	complains(t, untestedCode(guide), "It shows:\nc()\na()")
	complains(t, untestedCode(map[string][]byte{
		"docs/coming-from/x/before.go":    []byte("package x\nfunc f() {\n\ta()\n}\n"),
		"docs/coming-from/x/some_test.go": []byte("package x\nfunc g() {\n\tb()\n}\n"),
		"docs/coming-from/README.md":      []byte("no code\n"),
		"docs/coming-from/x.md":           []byte("```go\na()\n```\n```go\nb()\n```\n"),
	}), "It shows:\nb()", "docs/coming-from/x.md shows no piece of a file after*.go")
	complains(t, unwelcome("kit", "GNU General Public License"), "kit is under the GNU GENERAL PUBLIC LICENSE")
}

func TestTypeChecksCanFail(t *testing.T) {
	std := loadStandard(t)
	p := one(t, std, "package x\nimport \"time\"\n"+
		"var Clock = time.Now\nvar wait = map[string]struct{ c chan int }{}\nvar t0 time.Time\nvar timer *time.Timer\n"+
		"type Open struct { At []time.Time; hidden time.Time }\nfunc (Open) When(func(time.Month)) {}\nfunc Plain(int) {}\ntype Soon = time.Duration\n")
	found := maps.Collect(forbiddenUses(p, []string{"time.Now", "time.Since"}, "give it an instant"))
	if got, want := found["x/x.go"], "x/x.go:3 mentions time.Now: give it an instant"; got != want || len(found) != 1 {
		t.Errorf("forbidden uses: got %v, want %q", found, want)
	}
	complains(t, overdrawn(p, "time", []string{"Time", "Timer", "Month", "Duration", "Year"}, "lent"),
		"must not mention time.Now: lent", "is lent time.Year and does not mention it")
	complains(t, sharedVars(p), "x.timer owns a time.Timer", "x.wait owns a channel")
	complains(t, missingNames(std, []string{"time.Now", "time.Yesterday"}), "a rule forbids time.Yesterday")
	if got, want := strings.Join(mentions(p.types, "time"), " "), "Clock Open.At Open.When Soon"; got != want {
		t.Errorf("mentions: got %q, want %q", got, want)
	}
	complains(t, differences([]string{"A", "B"}, []string{"B", "C"}), "exports A", "names C")
}

func TestSleepsAreFoundOnlyOutsideBubbles(t *testing.T) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "x_test.go", `package x
func TestAwake(t *testing.T)  { nap() }
func TestDirect(t *testing.T) { synctest.Test(t, func(t *testing.T) { time.Sleep(1) }) }
func TestHelped(t *testing.T) { bubble(t, func() { doze() }) }
func TestOrder(t *testing.T)  { bubble(t, nil); time.Sleep(1) }
func TestTable(t *testing.T)  { steps := []func(){func() { time.Sleep(1) }}; bubble(t, steps[0]) }
func TestOurs(t *testing.T)   { bubble.Run(func() { time.Sleep(1) }); time.Sleep(1) }
func bubble(t *testing.T, f func()) { synctest.Test(t, func(t *testing.T) { f(); time.Sleep(1) }) }
func nap()    { time.Sleep(1) }
func doze()   { time.Sleep(1) }
func unused() { time.Sleep(1) }
`, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	// TestOrder and TestOurs sleep after their bubbles, and nap is reached by a test without one.
	complains(t, wallSleeps(fset, []*ast.File{f}), "x_test.go:9", "x_test.go:5", "x_test.go:7")
}

// complains fails unless there is one complaint for each wanted text, in order.
func complains(t *testing.T, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("got %d complaints, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
		return
	}
	for i, w := range want {
		if !strings.Contains(got[i], w) {
			t.Errorf("complaint %d is %q, want it to say %q", i, got[i], w)
		}
	}
}

func parse(t *testing.T, src string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "x.go", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// one type-checks a package of one file that imports only what std holds.
func one(t *testing.T, std map[string]*types.Package, src string) typed {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "x.go", src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	p, err := (&types.Config{Importer: held(std)}).Check("x", fset, []*ast.File{f}, info)
	if err != nil {
		t.Fatal(err)
	}
	return typed{room: "x", types: p, uses: info.Uses, fset: fset}
}

// held imports packages that are in memory already.
type held map[string]*types.Package

func (h held) Import(path string) (*types.Package, error) { return h[path], nil }
