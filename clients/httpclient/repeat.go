// SPDX-License-Identifier: Apache-2.0

package httpclient

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
)

// The two names of the header that makes any request safe to repeat, as the standard
// library and most APIs read them; the first is that of the IETF's draft
// "The Idempotency-Key HTTP Header Field".
const (
	headerKey  = "Idempotency-Key"
	headerKeyX = "X-Idempotency-Key"
)

// Idempotent reports whether a request may be sent twice by its own account: its method
// is one of RFC 9110, section 9.2.2 (GET, HEAD, OPTIONS, TRACE, PUT, DELETE), or it has an
// Idempotency-Key or X-Idempotency-Key that is not empty.
func Idempotent(req *http.Request) bool {
	switch req.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete:
		return true
	}
	return hasKey(req)
}

func hasKey(req *http.Request) bool {
	return says(req.Header[headerKey]) || says(req.Header[headerKeyX])
}

// says reports whether one of the values is more than white space: a key without a
// letter is one that the server does not see.
func says(values []string) bool {
	return slices.ContainsFunc(values, func(v string) bool { return strings.TrimSpace(v) != "" })
}

// wantsKey reports whether a key would make the request safe.
func wantsKey(req *http.Request) bool {
	return (req.Method == http.MethodPost || req.Method == http.MethodPatch) && !hasKey(req)
}

// newKey makes a key that nobody can guess: whoever knew it could take the answer.
func newKey() string { return rand.Text() }

// rewindable reports whether the request's body can be sent again.
func rewindable(req *http.Request) bool {
	return req.Body == nil || req.Body == http.NoBody || req.GetBody != nil
}

// safe is the Safe hook. A body that cannot be had again is neither repeated nor sent beside
// itself, as a copy.
func (t *Transport) safe(f *flight) bool { return !f.once && (f.key != nil || t.o.Safe(f.given)) }
