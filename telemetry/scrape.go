// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"io"
	"net/http"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// contentType is that of the text format.
const contentType = "text/plain; version=0.0.4; charset=utf-8"

// Handler serves the page, for /metrics. It answers GET and HEAD, and any other
// method with 405. It needs no protection from many scrapes at once, but from
// strangers: the page names the dependencies, and their busiest keys and tenants.
func (t *Telemetry) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("Content-Type", contentType)
		if r.Method == http.MethodGet {
			t.WritePrometheus(w)
		}
	})
}

// WritePrometheus writes the page in the text format of Prometheus: what is registered
// in [Telemetry.Set], then the numbers of the System, and those of the process where
// Options.Process says so. What the writer cannot take is lost.
func (t *Telemetry) WritePrometheus(w io.Writer) {
	t.set.WritePrometheus(w)
	if t.process {
		metrics.WriteProcessMetrics(w)
	}
}

// write is our part of the page.
func (t *Telemetry) write(w io.Writer) {
	from := t.sys.Now()
	t.scrapes.Add(1)
	v, p := t.look(), newPage(w)
	for i := range families {
		f := &families[i]
		p.begin(f)
		f.write(p, v)
	}
	p.flush()
	t.bytes.Store(p.written)
	t.nanos.Store(int64(t.sys.Now().Sub(from)))
}

// lastTook is how long the last scrape took, its writer's time included.
func (t *Telemetry) lastTook() time.Duration { return time.Duration(t.nanos.Load()) }
