// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/console/api"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is for a machine that has much else to do.
const patience = 45 * time.Second

// fast is the policy of the example with times in which nobody grows old.
func fast() actors.Policy {
	p := policy()
	p.Breaker.OpenFor = time.Second
	p.Fleet.Window, p.Fleet.Hold, p.Fleet.Ramp = 2*time.Second, time.Second, time.Second
	return p
}

// gateway answers until it is told not to.
func gateway(t *testing.T) (address string, down *atomic.Bool) {
	down = new(atomic.Bool)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if down.Load() {
			http.Error(w, "down", http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		server.Close()
	})
	return server.URL, down
}

// fleet starts replicas, the first of which is the others' seed, and lets each be called until the test ends.
func fleet(t *testing.T, n int, address string) (all []*replica) {
	ctx, cancel := context.WithCancel(t.Context())
	var callers sync.WaitGroup
	t.Cleanup(func() {
		cancel()
		callers.Wait()
		for _, r := range all {
			if err := r.close(context.Background()); err != nil {
				t.Error(err)
			}
		}
	})
	s := settings{bind: "127.0.0.1:0", key: bytes.Repeat([]byte{7}, 32), gateway: address}
	for i := range n {
		s.name = fmt.Sprintf("checkout-%d", i)
		r, err := start(ctx, s, fast())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
		s.seeds = []string{all[0].node.Gossip().Self().Address}
		callers.Go(func() { call(ctx, r) })
	}
	return all
}

// call makes 50 calls a second.
func call(ctx context.Context, r *replica) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil {
		_, _ = r.charge.Call(ctx, Charge{Cents: 1})
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// until waits until all replicas are so, and fails where that takes too long.
func until(t *testing.T, all []*replica, what string, so func(cluster.DependencyStatus) bool) {
	t.Helper()
	began, last := time.Now(), make([]cluster.DependencyStatus, len(all))
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for time.Since(began) < patience {
		agree := 0
		for i, r := range all {
			s, err := r.node.Status(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Dependencies) != 1 {
				continue
			}
			if last[i] = s.Dependencies[0]; so(last[i]) {
				agree++
			}
		}
		if agree == len(all) {
			t.Logf("%s after %s", what, time.Since(began).Round(time.Millisecond))
			return
		}
		<-tick.C
	}
	t.Fatalf("not seen within %s: %s\n%+v", patience, what, last)
}

func TestAFleetHoldsWhatAllSeeFailAndLetsItGoWhenItIsBack(t *testing.T) {
	address, down := gateway(t)
	all := fleet(t, 3, address)
	until(t, all, "all see it work", func(d cluster.DependencyStatus) bool { return d.Callers == 3 && d.Passing == 3 && d.Phase == "clear" })
	down.Store(true)
	until(t, all, "evidence", func(d cluster.DependencyStatus) bool { return d.Failing >= d.Quorum })
	until(t, all, "a hold", func(d cluster.DependencyStatus) bool { return d.Phase == "hold" && d.Scope == "dependency" })
	if _, err := all[0].charge.Call(t.Context(), Charge{Cents: 1}); !errors.Is(err, actors.ErrFleet) {
		t.Errorf("a call in the hold got %v", err)
	}
	down.Store(false)
	until(t, all, "a release", func(d cluster.DependencyStatus) bool { return d.Phase == "clear" && d.Circuit == "closed" })
}

// begun is what run writes when it serves.
var begun = regexp.MustCompile(`^checkout-0 of checkout/example hears the fleet on 127\.0\.0\.1:\d+ and serves (http://127\.0\.0\.1:\d+)\n$`)

func TestARunServesUntilItIsToldToEnd(t *testing.T) {
	address, _ := gateway(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reads, writes := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, writes, settings{
			name: "checkout-0", bind: "127.0.0.1:0", listen: "127.0.0.1:0", key: bytes.Repeat([]byte{7}, 32), gateway: address,
		})
		_ = writes.CloseWithError(err)
		ended <- err
	}()
	line, err := bufio.NewReader(reads).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	served := begun.FindStringSubmatch(line)
	if served == nil {
		t.Fatalf("got %q", line)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, served[1]+"/charge", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.Body.Close() != nil || string(body) != "charged 1\n" {
		t.Errorf("got %d, %q, %v", resp.StatusCode, body, err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestOperatorsMayAskWhoKnowTheToken(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	r, err := start(t.Context(), settings{
		name: "checkout-0", key: bytes.Repeat([]byte{7}, 32), console: "127.0.0.1:0", tokenFile: token,
	}, policy())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	secret, err := os.ReadFile(token)
	if err != nil {
		t.Fatal(err)
	}
	client, err := api.NewClient(api.ClientOptions{Node: r.console.Addr(), Token: strings.TrimSpace(string(secret))})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if s, err := client.Status(t.Context()); err != nil || s.Name != "checkout-0" || s.Fleet != "checkout/example" {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestWhatCannotStartLeavesNothing(t *testing.T) { // TestMain finds goroutines
	if _, err := start(t.Context(), settings{name: "checkout-0", key: []byte("short")}, policy()); err == nil {
		t.Error("a replica with half a key")
	}
}

func TestSettingsAreReadFromFlagsAndTheEnvironment(t *testing.T) {
	env := map[string]string{"POD_NAME": "checkout-1", "FLEET_KEY": strings.Repeat("0f", 32), "FLEET_SEEDS": "10.0.0.1:7946,10.0.0.2:7946"}
	get := func(name string) string { return env[name] }
	s, err := read([]string{"-bind", "10.0.0.3:7946"}, get, io.Discard)
	if err != nil || s.name != "checkout-1" || len(s.seeds) != 2 || len(s.key) != 32 || s.bind != "10.0.0.3:7946" {
		t.Errorf("%+v, %v", s, err)
	}
	env["FLEET_KEY"] = "secret"
	if _, err := read(nil, get, io.Discard); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v, want a complaint that does not tell the key", err)
	}
	delete(env, "POD_NAME")
	env["FLEET_KEY"] = strings.Repeat("0f", 32)
	if _, err := read(nil, get, io.Discard); err == nil {
		t.Error("a replica without a name")
	}
}
