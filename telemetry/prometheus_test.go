// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/servers"
)

// prometheus is a real one that scrapes a page ten times a second.
type prometheus struct {
	t    *testing.T
	addr string
}

const prometheusConfig = `
global: {scrape_interval: 100ms, scrape_timeout: 100ms, evaluation_interval: 200ms}
rule_files: [%q]
scrape_configs:
  - job_name: fuseboard
    static_configs: [{targets: [%q]}]
`

func startPrometheus(t *testing.T, scraped *httptest.Server) *prometheus {
	t.Helper()
	dir := t.TempDir()
	shipped := filepath.Join(dir, "rules.yml")
	config := filepath.Join(dir, "prometheus.yml")
	target := strings.TrimPrefix(scraped.URL, "http://")
	for path, text := range map[string]string{shipped: string(Rules()), config: fmt.Sprintf(prometheusConfig, shipped, target)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	srv := servers.Start(t, servers.Spec{
		Program: servers.Program{Name: "prometheus"},
		Args: func(addrs []string) []string {
			return []string{
				"--config.file=" + config, "--storage.tsdb.path=" + filepath.Join(dir, "data"),
				"--web.listen-address=" + addrs[0], "--log.level=warn",
			}
		},
		Ready: func(ctx context.Context, addr string) error {
			return get(ctx, "http://"+addr+"/-/ready", nil)
		},
	})
	return &prometheus{t: t, addr: srv.Addrs[0]}
}

// get reads a JSON answer, if it is to be read.
func get(ctx context.Context, at string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return err
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("%s: %s: %s", at, resp.Status, body)
	case into == nil:
		return nil
	}
	return json.Unmarshal(body, into)
}

// api asks the API until the answer is enough, or the time is over.
func (p *prometheus) api(path string, into any, enough func() string) {
	p.t.Helper()
	ctx, end := context.WithTimeout(p.t.Context(), 30*time.Second)
	defer end()
	ask := time.NewTicker(50 * time.Millisecond)
	defer ask.Stop()
	for {
		if err := get(ctx, "http://"+p.addr+"/api/v1/"+path, into); err != nil {
			p.t.Errorf("%v", err)
			return
		}
		why := enough()
		if why == "" {
			return
		}
		select {
		case <-ask.C:
		case <-ctx.Done():
			p.t.Errorf("%s: %s", path, why)
			return
		}
	}
}

type result struct {
	Data struct {
		Result []struct {
			Metric map[string]string
		}
	}
}

// wants runs a query until it returns something.
func (p *prometheus) wants(query string) (r result) {
	p.t.Helper()
	p.api("query?query="+url.QueryEscape(query), &r, func() string {
		if len(r.Data.Result) == 0 {
			return "no data for " + query
		}
		return ""
	})
	return r
}

// busy lives so that every family and every panel has something to show.
func busy(t *testing.T, sys *actors.System) {
	group, err := sys.Group("eu", actors.GroupPolicy{})
	if err != nil {
		t.Fatal(err)
	}
	tight := full
	tight.Retry.Budget = actors.Budget{Ratio: 0.01, MinPerSecond: 1}
	tight.Breaker = actors.Breaker{FailureRate: 0.9, MinCalls: 50, OpenFor: time.Second}
	payments, search := spawn(t, group, "payments", tight, takes), spawn(t, sys, "search", full, takes)
	tenants := spawnKeyed(t, sys, "tenants", actors.KeyLimits{Max: 4}, takes)
	watched := tight
	watched.Mode, watched.Breaker = actors.ShadowPolicy, full.Breaker
	shadow := spawn(t, sys, "shadow", watched, takes)
	wide := laden
	wide.Rate.Limit, wide.Rate.PerTenant.Limit = 60_000, 60_000
	quota := spawn(t, sys, "quota", wide, func(ctx context.Context, n int) (int, error) {
		if _, err := takes(ctx, 1); err != nil {
			return 0, err
		}
		return accepts(ctx, n)
	})
	quotes := spawnAnswering(t, sys, "quotes")
	acme := ofTenant(t, "acme")
	ctx, end := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			_ = payments.Tell(ctx, i%2*2-1) // every second one fails
			_ = payments.Tell(ctx, 3)       // two at once: one waits
			_ = search.Tell(ctx, -1)        // opens, and again
			_ = shadow.Tell(ctx, -1)        // would open
			_ = quota.Tell(acme, i%3)       // refuses two of three
			_ = tenants.Tell(ctx, fmt.Sprint("tenant-", i%3), 1)
			_ = quotes.Tell(ctx, i%4/2*2-1) // the key of all: fresh, and failing
			_ = quotes.Tell(ctx, 2+i%20)    // too many keys
			_ = quotes.Tell(ctx, -100-i%50) // no stale ones; one of them has a fallback
		}
	}()
	t.Cleanup(func() {
		end()
		<-done
	})
	held := actors.Command{Mode: actors.Shadow, Reason: "drill", By: "test", TTL: time.Hour}
	if err := tenants.Command(t.Context(), "tenant-0", held); err != nil {
		t.Fatal(err)
	}
}

func TestPrometheusReadsThePageTheRulesAndTheDashboard(t *testing.T) {
	servers.Find(t, servers.Program{Name: "prometheus"})
	sys := start(t, pressed())
	scraped := httptest.NewServer(telemetryOf(t, sys, Options{Policies: edited, Fleet: joined}).Handler())
	t.Cleanup(scraped.Close)
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	busy(t, sys)
	p := startPrometheus(t, scraped)
	p.wants(`up{job="fuseboard"} == 1`)
	for _, f := range families {
		name := prefix + f.name
		if f.kind == histogram {
			name += "_bucket"
		}
		if _, isShown := p.wants(name).Data.Result[0].Metric["service"]; !isShown {
			t.Errorf("%s has no service", name)
		}
	}
	p.checkMetadata()
	p.checkRules()
	for _, expr := range expressions(t) {
		p.wants(expr)
	}
}

// checkMetadata compares types and help with what Prometheus has read.
func (p *prometheus) checkMetadata() {
	var meta struct {
		Data map[string][]struct{ Type, Help string }
	}
	p.api("metadata", &meta, func() string {
		for _, f := range families {
			if got := meta.Data[prefix+f.name]; len(got) != 1 || got[0].Type != f.kind || got[0].Help != f.help {
				return fmt.Sprintf("%s is %v", f.name, got)
			}
		}
		return ""
	})
}

func (p *prometheus) checkRules() {
	type rule struct{ Name, Query, Type, Health, LastError string }
	var loaded struct {
		Data struct {
			Groups []struct{ Rules []rule }
		}
	}
	p.api("rules", &loaded, func() string {
		n := 0
		for _, g := range loaded.Data.Groups {
			for _, r := range g.Rules {
				if n++; r.Health != "ok" {
					return fmt.Sprintf("%s is %s: %s", r.Name, r.Health, r.LastError)
				}
			}
		}
		if n != strings.Count(string(Rules()), "- record:")+strings.Count(string(Rules()), "- alert:") {
			return fmt.Sprintf("%d rules are loaded", n)
		}
		return ""
	})
	for _, g := range loaded.Data.Groups {
		for _, r := range g.Rules {
			if r.Type == "recording" {
				p.wants(r.Name)
			}
		}
	}
	p.wants(`ALERTS{alertname="FuseboardCircuitOpen",dependency="search"}`)
	p.wants(`ALERTS{alertname="FuseboardCommandInForce",dependency="tenants"}`)
	p.wants(`ALERTS{alertname="FuseboardRetryBudgetSpent",dependency="payments"}`)
	p.wants(`ALERTS{alertname="FuseboardPolicyFilesRefused",service="shop"}`)
}

// expressions are all queries of the dashboard, with its variables filled in.
func expressions(t *testing.T) (all []string) {
	t.Helper()
	var board struct {
		Annotations struct{ List []struct{ Expr string } }
		Panels      []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(Dashboard(), &board); err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer("$service", ".*", "$dependency", ".*", "$__rate_interval", "5s")
	for _, a := range board.Annotations.List {
		all = append(all, fill.Replace(a.Expr))
	}
	for _, panel := range board.Panels {
		if len(panel.Targets) == 0 {
			t.Errorf("%s shows nothing", panel.Title)
		}
		for _, q := range panel.Targets {
			all = append(all, fill.Replace(q.Expr))
		}
	}
	return all
}

func TestShippedFilesNameMetricsThatExist(t *testing.T) {
	known := map[string]bool{}
	for _, f := range families {
		known[prefix+f.name] = true
		if f.kind == histogram {
			known[prefix+f.name+"_bucket"] = true
		}
	}
	words := func(c rune) bool { return c != '_' && (c < 'a' || c > 'z') }
	for _, word := range strings.FieldsFunc(string(Rules())+strings.Join(expressions(t), "\n"), words) {
		if strings.HasPrefix(word, prefix) && !known[word] {
			t.Errorf("%s is no metric", word)
		}
	}
}

func TestPromtoolFindsNothingAndAlertsFireWhereTheyShould(t *testing.T) {
	tool := servers.Find(t, servers.Program{Name: "promtool", Package: "prometheus"})
	dir := t.TempDir()
	path, play := filepath.Join(dir, "rules.yml"), []string{"test", "rules"}
	if err := os.WriteFile(path, Rules(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"rules_test.yml", "rules_idle_test.yml", "rules_slow_test.yml", "rules_load_test.yml", "rules_answers_test.yml", "rules_policies_test.yml"} {
		played, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		at := filepath.Join(dir, name)
		if err := os.WriteFile(at, played, 0o600); err != nil {
			t.Fatal(err)
		}
		play = append(play, at)
	}
	page, err := os.Open("testdata/page.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = page.Close() }()
	for _, args := range [][]string{{"check", "rules", path}, {"check", "metrics"}, play} {
		cmd := exec.CommandContext(t.Context(), tool, args...)
		cmd.Stdin = page
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, out)
		}
	}
}
