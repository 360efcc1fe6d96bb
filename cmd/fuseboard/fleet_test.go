// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/console/api"
)

// oneNode starts a System with two dependencies, and joins it to a fleet of its own that obeys the key of ada.key.
func oneNode(t *testing.T) (*actors.System, *cluster.Node) {
	t.Helper()
	sys, err := actors.Start(actors.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sys.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	for name, p := range map[string]actors.Policy{"payments": {Fleet: actors.Fleet{Mode: actors.FleetFollow}, Breaker: actors.Breaker{Consecutive: 5}}, "search": {}} {
		p.Bulkhead.Concurrency = 4
		if _, err := actors.Protect(sys, name, p); err != nil {
			t.Fatal(err)
		}
	}
	signer, err := adasKey()
	if err != nil {
		t.Fatal(err)
	}
	ada, err := signer.Operator("ada")
	if err != nil {
		t.Fatal(err)
	}
	node, err := cluster.Join(t.Context(), sys, cluster.Options{Service: "shop", Name: "n0", Plaintext: true, Operators: []orders.Operator{ada}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = node.Close() })
	return sys, node
}

func TestARunningFleetIsHeldAndReleased(t *testing.T) {
	inFiles(t)
	node := realFleet(t)
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"members"}, exitOK, "shop/default, seen by n0"},
		{[]string{"status"}, exitOK, "follows nobody"},
		{[]string{"hold", "payments", "--for", "1h", "--reason", "their disk is full", "--author", "Ada", "--key", "ada.key"}, exitOK, "payments of shop/default: hold-open until "},
		{[]string{"hold", "search", "--set", "bulkhead.concurrency=2", "--set", "retry.attempts=2", "--reason", "INC-812", "--author", "Bob", "--key", "ada.key"}, exitOK, "by Bob (key of ada): INC-812"},
		{[]string{"hold", "search", "--set", "bulkhead.concurrency=-2", "--set", "retry.atempts=2", "--reason", "INC-812", "--key", "ada.key"}, exitInvalid, "search.retry.atempts"},
		{[]string{"hold", "serch", "--bypass", "--reason", "INC-812", "--key", "ada.key"}, exitNotFound, "did you mean search?"},
		{[]string{"hold", "search", "--reason", "INC-812", "--key", "ada.key", "--fleet", "shop/live"}, exitError, "nothing was signed"},
		{[]string{"hold", "search", "--reason", "INC-812", "--key", "ada.key.pub"}, exitError, "give the private key's file, ada.key"},
		{[]string{"hold", "search", "--set", "retry={attempts: 2}", "--reason", "INC-812", "--key", "ada.key"}, exitInvalid, "double quotes"},
		{[]string{"hold", "later", "--bypass", "--yes", "--reason", "INC-812", "--key", "ada.key"}, exitOK, "undo: fuseboard release later --only mode --yes --reason … --key ada.key\n"},
		{[]string{"operator", "keygen", "eve", "--out", "no/eve.key"}, exitError, "the folder of no/eve.key does not exist"},
		{[]string{"status", "payments"}, exitOK, "by ada: their disk is full"},
		{[]string{"status"}, exitOK, "bulkhead.concurrency=2 retry.attempts=2"},
		{[]string{"events", "--since", "1m"}, exitOK, "hold-open: ada: their disk is full"},
		{[]string{"release", "payments", "--reason", "they have room", "--key", "ada.key"}, exitOK, "ended: hold-open for payments, by ada: their disk is full"},
		{[]string{"release", "*", "--yes", "--reason", "over", "--key", "ada.key"}, exitOK, "every dependency of shop/default is released"},
		{[]string{"release", "payments", "--reason", "again", "--key", "ada.key"}, exitOK, "nothing was in force"},
	} {
		code, out, errs := ran(t, c.args...)
		if code != c.code || !strings.Contains(out+errs, c.want) {
			t.Errorf("%q: exit %d, want %d and %q:\n%s%s", c.args, code, c.code, c.want, out, errs)
		}
	}
	if st, err := node.Status(t.Context()); err != nil || len(st.Orders) != 0 {
		t.Errorf("in force at the end: %+v, %v", st.Orders, err)
	}
}

func TestAKeyThatNobodyTrustsIsRefused(t *testing.T) {
	inFiles(t)
	realFleet(t)
	if code, out, errs := ran(t, "operator", "keygen", "grace"); code != exitOK || !strings.HasSuffix(out, " grace\n") {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	if info, err := os.Stat("grace.key"); err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("the private key: %v, %v", info.Mode(), err)
	}
	code, out, errs := ran(t, "hold", "payments", "--reason", "x", "--key", "grace.key")
	if code != exitUnauthorised || !strings.Contains(errs, "nobody here trusts") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
}

func TestAKeyOfKeygenIsTheOneThatItsLineSays(t *testing.T) {
	inFiles(t)
	_, out, _ := ran(t, "operator", "keygen", "grace", "-o", "json")
	var a keyAnswer
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatal(err)
	}
	signer, err := orders.ReadSigner(a.PrivateFile)
	if err != nil {
		t.Fatal(err)
	}
	o, err := orders.ParseOperator(a.Public)
	if err != nil || o.Name != "grace" || o.Key() != signer.Key() || a.Fingerprint != signer.Key().String() {
		t.Errorf("%+v is not %v, %v", a, signer, err)
	}
	if line, err := os.ReadFile(a.PublicFile); err != nil || strings.TrimSpace(string(line)) != a.Public {
		t.Errorf("%s holds %s, %v", a.PublicFile, line, err)
	}
}

func TestNamesAreCompletedFromARunningNode(t *testing.T) {
	realFleet(t)
	for _, command := range []string{"status", "hold", "release"} {
		if got := completed(t, command, ""); !slices.Equal(got, []string{"payments", "search"}) {
			t.Errorf("%s: %q", command, got)
		}
	}
	t.Setenv("FUSEBOARD_TOKEN", "not-the-token-of-this-node")
	if got := completed(t, "status", ""); len(got) != 0 {
		t.Errorf("without the token: %q", got)
	}
}

func TestNothingIsSignedForAClockThatIsWrong(t *testing.T) {
	inFiles(t)
	var out, errs strings.Builder
	code := cannedSession(t, strings.NewReader(""), &out, &errs).run(t.Context(), strings.Fields("hold mail --yes --reason x --key ada.key --node "+cutOff))
	if code != exitError || !strings.Contains(errs.String(), "ahead of this machine's clock") {
		t.Errorf("exit %d: %s%s", code, out.String(), errs.String())
	}
}

func TestTablesOfFleetsAreNoWiderThanATerminal(t *testing.T) {
	for _, g := range golden {
		name, _, _ := strings.Cut(g.args, " ")
		if !slices.Contains([]string{"members", "status", "events"}, name) || strings.Contains(g.args, "-o ") {
			continue
		}
		t.Run(g.name, func(t *testing.T) {
			text, err := os.ReadFile("testdata/golden/" + g.name + ".golden")
			if err != nil {
				t.Fatal(err)
			}
			_, table, _ := strings.Cut(string(text), "--- standard output\n")
			table, _, _ = strings.Cut(table, "--- standard error")
			for line := range strings.Lines(table) {
				if n := len([]rune(strings.TrimRight(line, "\n"))); n > tableWidth {
					t.Errorf("%d columns: %s", n, line)
				}
			}
		})
	}
}

func TestEachOrderIsTakenBackByItsUndo(t *testing.T) {
	for _, o := range []api.OrderStatus{{Dependency: "payments", Verb: "hold-open"}, {Dependency: "*", Verb: "shadow"}, {Dependency: "mail", Verb: "policy"}} {
		words := strings.Fields(undo(ordering{at: at{node: "127.0.0.1:7979", tokenFile: "token"}, key: "ada.key"}, o))
		for i := range words {
			words[i] = strings.Trim(words[i], "'")
		}
		root := rootCommand(&session{})
		c, args, err := root.Find(words[1:])
		if err == nil {
			err = c.ParseFlags(args)
		}
		if err == nil {
			err = c.ValidateArgs(c.Flags().Args())
		}
		if err != nil || c.Name() != "release" || c.Flags().Arg(0) != o.Dependency || c.Flag("node").Value.String() != "127.0.0.1:7979" || c.Flag("token-file").Value.String() != "token" {
			t.Errorf("%q: %v", words, err)
		}
	}
}

var _ asked = (*api.Client)(nil)
