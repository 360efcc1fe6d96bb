// SPDX-License-Identifier: Apache-2.0

package servers

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// self starts this test binary as a server that plays role.
func self(t *testing.T, role string, env ...string) Spec {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Spec{
		Program: Program{Name: exe},
		Args:    func(addrs []string) []string { return addrs },
		Env:     append(env, "SERVERS_ROLE="+role),
	}
}

func TestAServerAnswersWhenStartReturns(t *testing.T) {
	srv := Start(t, self(t, "sound"))
	if err := dial(t.Context(), srv.Addrs[0]); err != nil {
		t.Fatal(err)
	}
	srv.Stop()
	srv.Stop()
	if got := srv.Output(); !strings.Contains(got, "listening on "+srv.Addrs[0]) {
		t.Errorf("Output: got %q", got)
	}
	if err := dial(t.Context(), srv.Addrs[0]); err == nil {
		t.Error("the server answers after Stop")
	}
}

func TestAProgramThatEndsBeforeItIsReadyFailsTheTestWithItsWords(t *testing.T) {
	asked := 0
	spec := self(t, "broken")
	spec.Args = func(addrs []string) []string { asked++; return addrs }
	said := watch(t, func(t testing.TB) { Start(t, spec) })
	if !said.failed || !strings.Contains(said.text, "ended before it was ready (exit status 3)") || !strings.Contains(said.text, "no such directive: teapot") {
		t.Errorf("failed: %v, said %q", said.failed, said.text)
	}
	if asked != tries {
		t.Errorf("got %d tries, want %d", asked, tries)
	}
}

func TestAProgramThatEndsEarlyIsTriedAgainOnOtherPorts(t *testing.T) {
	var given []string
	spec := self(t, "broken-once", "SERVERS_ONCE="+filepath.Join(t.TempDir(), "once"))
	spec.Args = func(addrs []string) []string { given = append(given, addrs...); return addrs }
	srv := Start(t, spec)
	if len(given) != 2 || srv.Addrs[0] != given[1] {
		t.Errorf("got addresses %v, server at %v", given, srv.Addrs)
	}
}

func TestAServerThatIsNeverReadyFailsTheTest(t *testing.T) {
	spec := self(t, "sound")
	spec.Within = 50 * time.Millisecond
	spec.Ready = func(ctx, string) error { return fmt.Errorf("still warming up") }
	said := watch(t, func(t testing.TB) { Start(t, spec) })
	if !said.failed || !strings.Contains(said.text, "not ready within 50ms: still warming up") {
		t.Errorf("failed: %v, said %q", said.failed, said.text)
	}
}

func TestAServerThatDoesNotStopIsKilledAndFailsTheTest(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no signals to ignore")
	}
	spec := self(t, "stubborn")
	spec.StopWithin = 50 * time.Millisecond
	said := watch(t, func(t testing.TB) { Start(t, spec) })
	if !said.failed || !strings.Contains(said.text, "did not stop within 50ms and was killed") {
		t.Errorf("failed: %v, said %q", said.failed, said.text)
	}
}

func TestAMissingProgramSkipsWithTheLineThatInstallsIt(t *testing.T) {
	t.Setenv(Required, "")
	said := watch(t, func(t testing.TB) { Find(t, Program{Name: "no-such-server", Package: "no-such-package"}) })
	if !said.skipped || !strings.HasSuffix(said.text, "apt-get install --no-install-recommends no-such-package\n") {
		t.Errorf("skipped: %v, said %q", said.skipped, said.text)
	}
}

func TestAMissingProgramFailsWhereServersAreRequired(t *testing.T) {
	t.Setenv(Required, "1")
	said := watch(t, func(t testing.TB) { Find(t, Program{Name: "no-such-server"}) })
	if !said.failed || said.skipped || !strings.HasSuffix(said.text, "apt-get install --no-install-recommends no-such-server\n") {
		t.Errorf("failed: %v, skipped: %v, said %q", said.failed, said.skipped, said.text)
	}
}

func TestAddressesDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range Addresses(t, 20) {
		if seen[a] {
			t.Errorf("%s was given twice", a)
		}
		seen[a] = true
	}
}
