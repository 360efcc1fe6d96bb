// SPDX-License-Identifier: Apache-2.0

package api

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/cluster/orders"
)

// The bounds of a question for events.
const (
	// LongestWait is how long a client may wait for events.
	LongestWait = time.Minute
	// MostEvents is how many come at once, and the default.
	MostEvents = 256
)

// FromEnd as a cursor is behind everything that has happened.
const FromEnd = "end"

const (
	mostAnswer   = 32 << 20         // a node tells less
	answerWithin = 15 * time.Second // beside what it was asked to wait
)

// ClientOptions say which node is asked, and with what token.
type ClientOptions struct {
	// Node is where its console listens: "127.0.0.1:7979" or "https://10.0.0.7:7979". Default [DefaultListen]. Without
	// https it has to be on loopback: the token would be read on the way.
	Node string
	// Token is the one of the node. Required.
	Token string
	// TLS is for https. Default: the certificates that the system trusts.
	TLS *tls.Config
}

// Client asks the console of one node. Any number of goroutines may use it. Make one with [NewClient].
type Client struct {
	base  url.URL
	token string
	http  *http.Client
}

// NewClient returns a client. It asks nothing yet. The error lists everything wrong with the options, as [fuseboard.Problems].
func NewClient(o ClientOptions) (*Client, error) {
	base, ps := baseOf(o)
	if o.Token == "" {
		ps = append(ps, fuseboard.Problem{Path: "token", Code: codeMissing, Message: "is required", Fix: "read it from the token file of the node: the one that the service gave to console.Serve"})
	} else {
		ps = append(ps, TokenProblems("token", o.Token)...)
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	transport := &http.Transport{
		TLSClientConfig: o.TLS, ResponseHeaderTimeout: LongestWait + answerWithin, MaxResponseHeaderBytes: 64 << 10, TLSHandshakeTimeout: answerWithin,
		DialContext: (&net.Dialer{Timeout: answerWithin}).DialContext, ForceAttemptHTTP2: true, // no proxy: the token is for the node alone
	}
	return &Client{base: base, token: o.Token, http: &http.Client{
		Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the token goes nowhere else
	}}, nil
}

// baseOf is the node's address.
func baseOf(o ClientOptions) (url.URL, fuseboard.Problems) {
	node := o.Node
	if node == "" {
		node = DefaultListen
	}
	if !strings.Contains(node, "://") {
		node = "http://" + node
	}
	u, err := url.Parse(node)
	if err != nil || !isBase(u) {
		return url.URL{}, fuseboard.Problems{{
			Path: "node", Code: codeForm, Value: o.Node, Message: "is no address of a console", Accepted: "host:port or https://host:port, the port 1 to 65535", Fix: "write " + DefaultListen,
		}}
	}
	if u.Scheme == "http" && !IsLoopback(u.Hostname()) {
		return url.URL{}, fuseboard.Problems{{
			Path: "node", Code: "not-loopback", Value: o.Node, Message: "is on another machine, and whoever is between could read the token",
			Accepted: "without https: an address of this machine", Fix: "write https:// before it, or go through a tunnel, such as ssh -L 7979:" + DefaultListen,
		}}
	}
	return url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// isBase reports whether a URL is that of a host and port, and says no more.
func isBase(u *url.URL) bool {
	bare := strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.User == nil
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return bare && err == nil && port > 0 && u.Hostname() != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// Node is where the client asks: "127.0.0.1:7979".
func (c *Client) Node() string { return c.base.Host }

// Close lets go connections that nobody uses now.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Members asks who is in the fleet. Errors, as of all methods: [*Error]; or why there was no answer, in plain words.
func (c *Client) Members(ctx context.Context) (m Members, err error) {
	return m, c.get(ctx, "/v1/members", nil, &m)
}

// Status asks what the node knows of its fleet.
func (c *Client) Status(ctx context.Context) (s Status, err error) {
	return s, c.get(ctx, "/v1/status", nil, &s)
}

// Dependency asks all about one dependency.
func (c *Client) Dependency(ctx context.Context, name string) (d Dependency, err error) {
	return d, c.get(ctx, "/v1/dependencies/"+url.PathEscape(name), nil, &d)
}

// EventsQuery says which events are asked for.
type EventsQuery struct {
	// After is the cursor of the last page; [FromEnd] for what will happen; empty for the oldest that is kept.
	After string
	// Wait is how long to wait where there are none, up to [LongestWait].
	Wait time.Duration
	// Most is how many at once, 1 to [MostEvents]. Default [MostEvents].
	Most int
}

// Events asks what happened. An empty page after [EventsQuery].Wait says that nothing did.
func (c *Client) Events(ctx context.Context, q EventsQuery) (e Events, err error) {
	values := url.Values{}
	if q.After != "" {
		values.Set("after", q.After)
	}
	if q.Wait > 0 {
		values.Set("wait", q.Wait.String())
	}
	if q.Most > 0 {
		values.Set("most", strconv.Itoa(q.Most))
	}
	return e, c.get(ctx, "/v1/events", values, &e)
}

// Version asks what the next order has to be signed with.
func (c *Client) Version(ctx context.Context) (v Version, err error) {
	return v, c.get(ctx, "/v1/orders/version", nil, &v)
}

// Order brings an order. The [Error]'s Code is the word of an [orders.Reason] where it is refused for that.
func (c *Client) Order(ctx context.Context, s orders.Signed) (r Receipt, err error) {
	text, err := s.MarshalText()
	if err != nil {
		return r, err
	}
	return r, c.do(ctx, http.MethodPost, "/v1/orders", nil, text, &r)
}

func (c *Client) get(ctx context.Context, path string, values url.Values, into any) error {
	return c.do(ctx, http.MethodGet, path, values, nil, into)
}

func (c *Client) do(ctx context.Context, method, path string, values url.Values, body []byte, into any) error {
	ctx, cancel := context.WithTimeoutCause(ctx, LongestWait+answerWithin, errSilent)
	defer cancel()
	u := c.base.String() + path
	if len(values) > 0 {
		u += "?" + values.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, method, u, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Accept", "application/json")
	resp, err := c.http.Do(r)
	if err != nil {
		return c.unreachable(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer))
	if err != nil {
		return c.unreachable(ctx, err)
	}
	if resp.StatusCode != http.StatusOK {
		return c.refused(resp, data)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return &Error{Status: resp.StatusCode, Code: codeNoConsole, Message: fmt.Sprintf("what listens on %s is no console of Fuseboard, or of another release: %v", c.Node(), err)}
	}
	return nil
}
