// SPDX-License-Identifier: Apache-2.0

package httpserver

import (
	"encoding/json"
	"net/http"
	"strconv"
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

// write answers. A refusal is what an overload is made of, so it costs little.
func (a Answers) write(w http.ResponseWriter, r *http.Request, out answer) {
	if out.status == http.StatusGatewayTimeout {
		out.after = 0 // there is no later for a deadline that was over
	}
	p := problem{
		Type: "about:blank", Title: http.StatusText(out.status), Status: out.status,
		RetryAfter: int64((out.after + time.Second - 1) / time.Second),
	}
	if a.Details && out.err != nil {
		p.Detail = out.err.Error()
	}
	body, content := p.text(), "text/plain; charset=utf-8"
	if accepts := r.Header["Accept"]; len(accepts) > 0 && strings.Contains(accepts[0], "json") {
		body, content = p.json(), "application/problem+json"
	}
	h := w.Header()
	for _, of := range [...]string{"Content-Length", "Content-Encoding", "Etag", "Last-Modified"} { // the answer that is not given
		delete(h, of)
	}
	v := []string{"no-store", "nosniff", content} // one piece of memory for all three
	h["Cache-Control"], h["X-Content-Type-Options"], h["Content-Type"] = v[0:1:1], v[1:2:2], v[2:3:3]
	if out.after > 0 {
		wire.WriteRetryAfter(h, out.after)
	}
	w.WriteHeader(out.status)
	_, _ = w.Write(body) // who left hears nothing
}

func (p problem) json() []byte {
	body, err := json.Marshal(p)
	if err != nil { // it has only numbers and texts
		return p.text()
	}
	return append(body, '\n')
}

func (p problem) text() []byte {
	b := make([]byte, 0, 64)
	b = strconv.AppendInt(b, int64(p.Status), 10)
	b = append(append(b, ' '), p.Title...)
	if p.RetryAfter > 0 {
		b = strconv.AppendInt(append(b, "; again in "...), p.RetryAfter, 10)
		b = append(b, 's')
	}
	if p.Detail != "" {
		b = append(append(b, ": "...), p.Detail...)
	}
	return append(b, '\n')
}
