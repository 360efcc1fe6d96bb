// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"bufio"
	"io"
	"net/http"

	"github.com/fuseboard/fuseboard/internal/relay/upstream"
)

func streams() []Case {
	const get = http.MethodGet
	return []Case{
		{Name: "events one by one", on: every(), play: func(s *Scene) {
			resp, t := s.send(s.request(get, upstream.Stream+"?n=3&name=s", "", "Accept: text/event-stream"))
			if resp == nil {
				return
			}
			in := bufio.NewReader(resp.Body)
			for range 3 { // the server sends the next one when the one before was read
				s.server.Step("s")
				line, err := in.ReadString('\n')
				t.say("event", "%q", line)
				t.sayError("event error", err)
				_, _ = in.ReadString('\n')
			}
			t.sayBody(resp)
		}},
		{Name: "leaving in the middle", on: every(), play: func(s *Scene) {
			resp, t := s.send(s.request(get, upstream.Hang+"?head=1", ""))
			if resp == nil {
				return
			}
			b := make([]byte, 5)
			n, err := io.ReadFull(resp.Body, b)
			t.say("read", "%q", b[:n])
			t.sayError("read error", err)
			t.sayError("close error", resp.Body.Close())
			t.sayError("second close error", resp.Body.Close())
		}},
		{Name: "an answer that takes its time", play: func(s *Scene) {
			s.server.Step("h")
			s.do(s.request(get, upstream.Hang+"?name=h", ""))
		}},
		ask("a slow body", get, upstream.Slow+"?n=10&every=1ms", ""),
		{Name: "copied by WriteTo", play: func(s *Scene) {
			resp, t := s.send(s.request(get, upstream.Bytes+"?n=100000", ""))
			if resp == nil {
				return
			}
			var sink countingSink
			n, err := io.Copy(&sink, resp.Body)
			t.say("copied", "%d %d", n, sink)
			t.sayError("copy error", err)
			t.sayError("close error", resp.Body.Close())
		}},
		{Name: "body closed and never read", play: func(s *Scene) {
			resp, t := s.send(s.request(get, upstream.Bytes+"?n=10&length=1", ""))
			if resp == nil {
				return
			}
			t.sayError("close error", resp.Body.Close())
			_, err := resp.Body.Read(make([]byte, 1))
			t.sayError("read after close", err)
		}},
	}
}

type countingSink int64

func (c *countingSink) Write(p []byte) (int, error) {
	*c += countingSink(len(p))
	return len(p), nil
}

// interim is about answers before the answer, and instead of it.
func interim() []Case {
	const get = http.MethodGet
	return []Case{
		{Name: "early hints", on: every(), play: func(s *Scene) {
			req, trace := s.traced(s.request(get, upstream.EarlyHints, ""))
			s.do(req)
			trace.say(1)
		}},
		ask("an upgrade that is refused", get, upstream.Upgrade, "", "Connection: Upgrade", "Upgrade: chess").over(upstream.H1),
		{Name: "an upgrade", on: only(upstream.H1, upstream.H1TLS), play: func(s *Scene) {
			resp, t := s.send(s.request(get, upstream.Upgrade, "", "Connection: Upgrade", "Upgrade: capitals"))
			if resp == nil {
				return
			}
			rw, ok := resp.Body.(io.ReadWriteCloser)
			if !ok {
				t.say("upgrade", "the body cannot be written")
				_ = resp.Body.Close()
				return
			}
			for _, word := range []string{"hello", "world"} {
				_, err := io.WriteString(rw, word)
				t.sayError("write error", err)
				b := make([]byte, 5)
				n, err := io.ReadFull(rw, b)
				t.say("upgrade", "%q", b[:n])
				t.sayError("read error", err)
			}
			t.sayError("close error", rw.Close())
		}},
	}
}
