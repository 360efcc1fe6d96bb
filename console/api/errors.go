// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"

	"github.com/fuseboard/fuseboard"
)

// ErrUnreachable is what errors are that say that no answer came: nobody listens, or it took too long.
var ErrUnreachable = errors.New("the node cannot be reached")

var errSilent = errors.New("no answer in time")

// The codes of refusals that clients tell apart, beside the words of orders.Reason.
const (
	CodeUnauthorised = "unauthorised"       // the token is not the node's
	CodeUnknown      = "unknown-dependency" // the node has none of that name
	CodeLeft         = "left"               // the node has left its fleet
	CodePolicy       = "policy"             // a guard could not obey the order
)

const (
	codeNoConsole = "no-console"
	codeMissing   = "missing"
	codeForm      = "form"
)

// Error is an answer of a node that refuses.
type Error struct {
	// Status is that of HTTP.
	Status int
	// Code is that of [ErrorBody].
	Code string
	// Message says what is wrong and what to do.
	Message string
	// Problems is everything that is wrong, where there is more to say.
	Problems fuseboard.Problems
}

// Error returns Message.
func (e *Error) Error() string { return e.Message }

// Unauthorised reports whether the node did not take the token.
func (e *Error) Unauthorised() bool { return e.Status == http.StatusUnauthorized }

// NotFound reports whether there is no such thing as was asked for.
func (e *Error) NotFound() bool { return e.Status == http.StatusNotFound }

// refused reads an answer that refuses.
func (c *Client) refused(resp *http.Response, data []byte) error {
	e := &Error{Status: resp.StatusCode}
	if e.Unauthorised() {
		e.Code = CodeUnauthorised
		e.Message = fmt.Sprintf("the token is not that of the node at %s: read it from the file that the service gave to console.Serve as TokenFile", c.Node())
		return e
	}
	var body ErrorBody
	if json.Unmarshal(data, &body) != nil || body.Message == "" {
		e.Code = codeNoConsole
		e.Message = fmt.Sprintf("what listens on %s is no console of Fuseboard: it answers %s", c.Node(), resp.Status)
		if strings.Contains(string(data), "to an HTTPS server") { // as Go's server says it
			e.Message = fmt.Sprintf("the console on %s has TLS: write https:// before the address", c.Node())
		}
		return e
	}
	e.Code, e.Message = body.Code, body.Message
	for _, p := range body.Problems {
		e.Problems = append(e.Problems, p.plain())
	}
	return e
}

// unreachable says why no answer came.
func (c *Client) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil && !errors.Is(context.Cause(ctx), errSilent) {
		return context.Cause(ctx) // of the caller
	}
	at := c.Node()
	text := fmt.Sprintf("%s does not answer: %v", at, err)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		text = fmt.Sprintf("nothing listens on %s: is the service running, and does it call console.Serve?", at)
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		text = fmt.Sprintf("the console on %s has no TLS: write the address without https://", at)
	case strings.Contains(err.Error(), "malformed HTTP response"), errors.Is(err, io.EOF):
		text = fmt.Sprintf("what listens on %s speaks no HTTP: is it the address of a console, and not of the gossip?", at)
	case errors.Is(context.Cause(ctx), errSilent):
		text = fmt.Sprintf("%s took the question and did not answer within %s", at, LongestWait+answerWithin)
	}
	return &silence{text: text, cause: err}
}

// silence is an error that says that no answer came.
type silence struct {
	text  string
	cause error
}

func (s *silence) Error() string   { return s.text }
func (s *silence) Unwrap() []error { return []error{ErrUnreachable, s.cause} }
