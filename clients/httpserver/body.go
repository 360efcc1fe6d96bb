// SPDX-License-Identifier: Apache-2.0

package httpserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/clients/internal/wire"
)

// answer is what is said to a caller who gets no answer of a handler.
type answer struct {
	status int
	after  time.Duration // until he may come again; zero: it is not said
	err    error
}

// problem is the body of an answer as RFC 9457 has it.
type problem struct {
	Type       string `json:"type"`
	Title      string `json:"title"`
	Status     int    `json:"status"`
	Detail     string `json:"detail,omitempty"`
	RetryAfter int64  `json:"retry_after_s,omitempty"`
}

func (a Answers) write(w http.ResponseWriter, r *http.Request, out answer) {
	h := w.Header()
	for _, of := range []string{"Content-Length", "Content-Encoding", "Etag", "Last-Modified"} { // the answer that is not given
		h.Del(of)
	}
	if out.status == http.StatusGatewayTimeout {
		out.after = 0 // there is no later for a deadline that was over
	}
	if out.after > 0 {
		wire.WriteRetryAfter(h, out.after)
	}
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	detail := ""
	if a.Details && out.err != nil {
		detail = out.err.Error()
	}
	seconds := int64((out.after + time.Second - 1) / time.Second)
	if strings.Contains(r.Header.Get("Accept"), "json") {
		h.Set("Content-Type", "application/problem+json")
		w.WriteHeader(out.status)
		_ = json.NewEncoder(w).Encode(problem{ // who left hears nothing
			Type: "about:blank", Title: http.StatusText(out.status), Status: out.status, Detail: detail, RetryAfter: seconds,
		})
		return
	}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(out.status)
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s", out.status, http.StatusText(out.status))
	if seconds > 0 {
		fmt.Fprintf(&b, "; again in %ds", seconds)
	}
	if detail != "" {
		fmt.Fprintf(&b, ": %s", detail)
	}
	fmt.Fprintln(w, b.String())
}
