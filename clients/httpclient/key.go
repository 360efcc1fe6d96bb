// SPDX-License-Identifier: Apache-2.0

package httpclient

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"github.com/fuseboard/fuseboard"
)

// ByHost divides requests by the host that they are sent to, with its port where the
// URL has one: api.example.com and api.example.com:8443 are two dependencies.
func ByHost(req *http.Request) string { return strings.ToLower(req.URL.Host) }

// ByRoute divides requests by the closest of the patterns that fit them, in the language of
// [http.ServeMux]: "GET /v1/charges/{id}", "POST payments.example.com/v1/". A request
// that fits none is divided by its host. The result is for Options.Key.
// Errors: [fuseboard.Problems] with each pattern that is none, or contradicts another.
func ByRoute(patterns ...string) (func(*http.Request) string, error) {
	mux := http.NewServeMux()
	var problems fuseboard.Problems
	for i, pattern := range patterns {
		if err := addPattern(mux, pattern); err != nil {
			problems = append(problems, fuseboard.Problem{
				Path: fmt.Sprintf("patterns[%d]", i), Code: "pattern", Value: pattern, Message: err.Error(),
				Accepted: "patterns of http.ServeMux, such as \"GET /v1/charges/{id}\"",
			})
		}
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return func(req *http.Request) string {
		if req.Host == "" || req.Method == "" { // the mux reads them alone
			asked := *req
			asked.Host, asked.Method = cmp.Or(req.Host, req.URL.Host), cmp.Or(req.Method, http.MethodGet)
			req = &asked
		}
		_, pattern := mux.Handler(req)
		return cmp.Or(pattern, ByHost(req))
	}, nil
}

// addPattern registers a pattern; the mux says by a panic what is wrong with it.
func addPattern(mux *http.ServeMux, pattern string) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%v", v)
		}
	}()
	mux.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
	return nil
}
