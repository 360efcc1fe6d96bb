// SPDX-License-Identifier: Apache-2.0

package upstream

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const answerPath = "/answer"

// Answer is an answer that a request asks for by its path: redirects, throttling,
// storms, 204 and 304 are written so.
type Answer struct {
	// Status is the code. Default: 200.
	Status int
	// Header holds headers of the answer: Location, Retry-After, Connection ("close" makes
	// an HTTP/2 server send GOAWAY after it).
	Header http.Header
	// Body is sent where the status has one.
	Body string
	// Times is how many requests for this very path get this answer; those after them
	// get 200 and "recovered". Default: all.
	Times int
	// Tag makes a path of its own, with a count of its own. Default: none.
	Tag string
}

// Path returns the path, with its query, that is answered so.
func (a Answer) Path() string {
	q := url.Values{}
	if a.Status != 0 {
		q.Set("status", strconv.Itoa(a.Status))
	}
	for _, name := range slices.Sorted(maps.Keys(a.Header)) {
		for _, v := range a.Header[name] {
			q.Add("h", name+":"+v)
		}
	}
	if a.Body != "" {
		q.Set("body", a.Body)
	}
	if a.Times != 0 {
		q.Set("times", strconv.Itoa(a.Times))
	}
	if a.Tag != "" {
		q.Set("tag", a.Tag)
	}
	return answerPath + "?" + q.Encode()
}

// Throttled answers 429 so many times, with Retry-After in whole seconds.
func Throttled(times int, after time.Duration) Answer {
	return Answer{
		Status: http.StatusTooManyRequests, Times: times, Body: "slow down",
		Header: http.Header{"Retry-After": {strconv.Itoa(int(after / time.Second))}},
	}
}

// ThrottledUntil answers 429 so many times, with Retry-After as a date of HTTP.
func ThrottledUntil(times int, until time.Time) Answer {
	return Answer{
		Status: http.StatusTooManyRequests, Times: times, Body: "slow down",
		Header: http.Header{"Retry-After": {until.UTC().Format(http.TimeFormat)}},
	}
}

// Storm answers 503 so many times.
func Storm(times int) Answer {
	return Answer{Status: http.StatusServiceUnavailable, Times: times, Body: "come back later"}
}

// Redirect sends the client to another path.
func Redirect(status int, to string) Answer {
	return Answer{Status: status, Header: http.Header{"Location": {to}}, Body: "moved"}
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.mu.Lock()
	s.asked[r.URL.RequestURI()]++
	nth := s.asked[r.URL.RequestURI()]
	s.mu.Unlock()
	if times := number(q.Get("times"), 0); times > 0 && nth > times {
		_, _ = io.WriteString(w, "recovered")
		return
	}
	for _, h := range q["h"] {
		name, value, _ := strings.Cut(h, ":")
		w.Header().Add(name, value)
	}
	w.WriteHeader(number(q.Get("status"), http.StatusOK))
	_, _ = io.WriteString(w, q.Get("body"))
}

func number(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return otherwise
}
