// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/VictoriaMetrics/metrics"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

func TestHandlerServesThePage(t *testing.T) {
	sys := start(t, actors.Options{})
	spawn(t, sys, "payments", full, echo)
	h := telemetryOf(t, sys, Options{}).Handler()
	for method, want := range map[string]int{http.MethodGet: 200, http.MethodHead: 200, http.MethodPost: 405} {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), method, "/metrics", nil))
		if rec.Code != want {
			t.Errorf("%s: %d", method, rec.Code)
		}
		if method == http.MethodGet {
			parse(t, rec.Body.String())
			if got := rec.Header().Get("Content-Type"); got != "text/plain; version=0.0.4; charset=utf-8" {
				t.Errorf("content type %q", got)
			}
		} else if method == http.MethodHead && rec.Body.Len() != 0 {
			t.Error("a body for HEAD")
		}
	}
}

func TestManyScrapesAtOnceAreWholePages(t *testing.T) {
	sys := start(t, actors.Options{})
	r := spawn(t, sys, "payments", full, echo)
	tel := telemetryOf(t, sys, Options{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				_, _ = r.Call(t.Context(), 1)
				if page := tel.page(); strings.Count(page, "\n# TYPE ") != len(families) || !strings.HasSuffix(page, "\n") {
					t.Error("a page that is not whole")
				}
			}
		})
	}
	wg.Wait()
	if got := parse(t, tel.page())[prefix+"scrapes_total"].sum(); got != 161 {
		t.Errorf("%v scrapes", got)
	}
}

func TestSetTakesMetricsOfTheUsersOwn(t *testing.T) {
	tel := telemetryOf(t, start(t, actors.Options{}), Options{Process: true})
	tel.Set().NewCounter("orders_total").Add(3)
	page := tel.page()
	if !strings.HasPrefix(page, "orders_total 3\n") || !strings.Contains(page, "go_goroutines ") || !strings.Contains(page, "process_start_time_seconds ") {
		t.Error("they are not on the page")
	}
	metrics.RegisterSet(tel.Set())
	defer metrics.UnregisterSet(tel.Set(), false)
	var b strings.Builder
	metrics.WritePrometheus(&b, false)
	if !strings.Contains(b.String(), "fuseboard_build_info{") {
		t.Error("not on the page of the process")
	}
}

type full4KB struct{ left int }

func (f *full4KB) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestWriterThatFailsEndsAScrapeQuietly(t *testing.T) {
	sys := start(t, actors.Options{})
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		spawn(t, sys, name, full, echo)
	}
	tel := telemetryOf(t, sys, Options{})
	w := &full4KB{4096}
	tel.WritePrometheus(w)
	if w.left >= 0 {
		t.Fatal("the writer took the whole page")
	}
	if got := parse(t, tel.page())[prefix+"scrapes_total"].sum(); got != 2 {
		t.Errorf("the page after it tells %v scrapes", got)
	}
}

func TestNewTellsAllThatIsWrong(t *testing.T) {
	_, err := New(nil, Options{TopKeys: 5000})
	ps, ok := errors.AsType[fuseboard.Problems](err)
	if !ok || len(ps) != 2 {
		t.Errorf("%v", err)
	}
	if tel, err := New(start(t, actors.Options{}), Options{}); err != nil || !strings.Contains(tel.page(), `service="telemetry.test"`) {
		t.Errorf("the service has no name: %v", err)
	}
}
