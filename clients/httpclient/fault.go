// SPDX-License-Identifier: Apache-2.0

package httpclient

import (
	"errors"
	"net/http"
	"strings"
)

// callersFault reports that an attempt failed because of what the caller asked for. It
// says nothing about the dependency, and to repeat it helps nobody.
func (a answer) callersFault(err error) bool {
	_, rewound := errors.AsType[*rewindError](err)
	return rewound || a.upload.broke(err) || malformed(a.flight.given) ||
		strings.HasPrefix(err.Error(), "unsupported protocol scheme")
}

// malformed reports whether the standard transport refuses the request before it
// looks for a connection. It is asked of requests that failed, so it costs others nothing.
func malformed(req *http.Request) bool {
	return req.Method != "" && !isToken(req.Method) || badFields(req.Header) || badFields(req.Trailer)
}

// badFields reports whether a name or value cannot be sent: RFC 9110, section 5.
func badFields(h http.Header) bool {
	for name, values := range h {
		if !isToken(name) {
			return true
		}
		for _, v := range values {
			for i := range len(v) {
				if v[i] < ' ' && v[i] != '\t' || v[i] == 0x7f {
					return true
				}
			}
		}
	}
	return false
}

// isToken reports whether v is a token as RFC 9110, section 5.6.2, has it.
func isToken(v string) bool {
	for i := range len(v) {
		c := v[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return v != ""
}
