// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Deadline is how long a caller waits for an answer, on all sides.
const Deadline = 500 * time.Millisecond

// idleConnections is more than either side ever uses at once, so that none
// pays for new connections; the standard library keeps two.
const idleConnections = 128

// client is today's code: an http.Client with a timeout.
type client struct {
	http http.Client
	url  string
}

func newClient(url string) *client {
	transport := &http.Transport{MaxIdleConns: idleConnections, MaxIdleConnsPerHost: idleConnections}
	return &client{http: http.Client{Transport: transport, Timeout: Deadline}, url: url}
}

// statusError is an answer that is not a 200.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("upstream answered %d", int(e)) }

// request is what a call asks for. How urgent it is, its context says.
type request struct {
	item int // from 0, below items
}

// answerFor is the upstream's good answer.
func answerFor(item int) string { return fmt.Sprintf("price of item %d", item) }

// get asks the upstream once and returns its answer.
func (c *client) get(ctx context.Context, r request) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/%d", c.url, r.item), nil)
	if err != nil {
		return "", err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1024))
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK {
		return "", statusError(resp.StatusCode)
	}
	return string(body), nil
}

func (c *client) close() { c.http.CloseIdleConnections() }
