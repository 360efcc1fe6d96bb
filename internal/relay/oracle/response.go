// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"errors"
	"io"
	"net/http"
)

// do sends req by the client, reads the answer and tells everything.
func (s *Scene) do(req *http.Request) {
	resp, t := s.send(req)
	if resp != nil {
		t.sayBody(resp)
	}
	t.sayRequest()
}

// send sends req by the client and tells all but the body; resp is nil after an error
// without an answer.
func (s *Scene) send(req *http.Request) (*http.Response, *tracked) {
	t := s.track(req)
	resp, err := s.client.Do(req)
	t.sayError("error", err)
	if resp != nil {
		t.sayHead(resp)
	}
	return resp, t
}

// roundTrip is do without a client: the transport by itself.
func (s *Scene) roundTrip(req *http.Request) {
	t := s.track(req)
	resp, err := s.client.Transport.RoundTrip(req)
	t.sayError("error", err)
	if resp != nil {
		t.sayHead(resp)
		t.sayBody(resp)
	}
	t.sayRequest()
}

// sayHead tells what is known before the body is read.
func (t *tracked) sayHead(resp *http.Response) {
	t.say("status", "%d %q", resp.StatusCode, resp.Status)
	t.say("protocol", "%s %d.%d", resp.Proto, resp.ProtoMajor, resp.ProtoMinor)
	t.say("header", "%s", t.scene.headers(resp.Header))
	t.say("content length", "%d", resp.ContentLength)
	t.say("transfer encoding", "%q", resp.TransferEncoding)
	t.say("uncompressed", "%v", resp.Uncompressed)
	t.say("close", "%v", resp.Close)
	t.say("TLS", "%v", resp.TLS != nil)
	t.say("trailers announced", "%s", t.scene.headers(resp.Trailer))
	_, writes := resp.Body.(io.Writer)
	t.say("body can be written", "%v", writes)
	t.sayHistory(resp)
}

// sayHistory tells the requests that led to resp, the last first.
func (t *tracked) sayHistory(resp *http.Response) {
	t.say("request is the caller's", "%v", resp.Request == t.req)
	for r := resp; r != nil && r.Request != nil; r = r.Request.Response {
		q := r.Request
		t.say("history", "%d by %s %s host %q %s, same context %v",
			r.StatusCode, q.Method, q.URL, q.Host, t.scene.headers(q.Header), q.Context() == t.req.Context())
	}
}

// sayBody reads and closes the body, and tells what that gave.
func (t *tracked) sayBody(resp *http.Response) {
	b, err := io.ReadAll(resp.Body)
	t.say("body", "%s", text(b))
	t.sayError("body error", err)
	t.say("trailer", "%s", t.scene.headers(resp.Trailer))
	closing := resp.Body.Close()
	if err == nil { // after an error it may be told again, or not
		t.sayError("close error", closing)
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		_, err = resp.Body.Read(make([]byte, 1))
		t.say("read after close fails", "%v, with EOF %v", err != nil, errors.Is(err, io.EOF))
	}
}
