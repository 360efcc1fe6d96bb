// SPDX-License-Identifier: Apache-2.0

package upstream

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

var protocols = []Protocol{H1, H1TLS, H2, H2C}

func TestEveryRequestIsWrittenDown(t *testing.T) {
	for _, p := range protocols {
		t.Run(string(p), func(t *testing.T) {
			c := begin(t, Options{Protocol: p})
			_, got := c.text("POST", Echo+"?a=1", "hello", "X-Mine: yes", KeyHeader+": k1")
			if want := "POST /echo?a=1\n\nhello"; got != want {
				t.Errorf("echo: got %q, want %q", got, want)
			}
			c.text("GET", Bytes, "")
			all := c.Requests()
			if len(all) != 2 {
				t.Fatalf("got %d requests", len(all))
			}
			r := all[0]
			major := r.Proto[:len("HTTP/1")]
			if r.Method != http.MethodPost || string(r.Body) != "hello" || !r.Complete || r.Conn != 1 || r.Header.Get("X-Mine") != "yes" || !strings.HasPrefix(string(p), major) {
				t.Errorf("got %+v", r)
			}
			if n := c.PerKey()["k1"]; n != 1 || c.Conns() != 1 {
				t.Errorf("k1 came %d times on %d connections", n, c.Conns())
			}
		})
	}
}

func TestARepeatedPostIsSeen(t *testing.T) {
	c := begin(t, Options{})
	c.text("POST", Echo, "a")
	c.text("POST", Echo, "b")
	c.text("PUT", Echo, "a")
	c.text("PUT", Echo, "a")
	c.text("POST", Echo, "c", KeyHeader+": k")
	c.text("POST", Echo, "c", KeyHeader+": k")
	if got := c.Repeated(); len(got) != 0 {
		t.Errorf("nothing is repeated: got %+v", got)
	}
	c.text("POST", Echo, "a")
	if got := c.Repeated(); len(got) != 1 || string(got[0].Body) != "a" {
		t.Errorf("got %+v", got)
	}
}

func TestAStormEndsAfterTheGivenNumberOfRequests(t *testing.T) {
	c := begin(t, Options{})
	var got []string
	for range 4 {
		resp, text := c.text("GET", Storm(2).Path(), "")
		got = append(got, resp.Status[:3]+" "+text)
	}
	if all := strings.Join(got, ", "); all != "503 come back later, 503 come back later, 200 recovered, 200 recovered" {
		t.Errorf("got %s", all)
	}
}

func TestAnswersAreAsThePathSays(t *testing.T) {
	c := begin(t, Options{})
	until := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	tests := []struct {
		answer       Answer
		status       int
		header, want string
	}{
		{Throttled(0, 7*time.Second), 429, "Retry-After", "7"},
		{ThrottledUntil(0, until), 429, "Retry-After", "Wed, 02 Jan 2030 03:04:05 GMT"},
		{Redirect(307, Echo), 307, "Location", "/echo"},
		{Answer{Status: 204}, 204, "Content-Type", ""},
		{Answer{Header: http.Header{"X-A": {"1", "2"}}}, 200, "X-A", "1,2"},
	}
	for _, tc := range tests {
		resp, _ := c.text("GET", tc.answer.Path(), "")
		if got := strings.Join(resp.Header.Values(tc.header), ","); resp.StatusCode != tc.status || got != tc.want {
			t.Errorf("%s: got %d, %s %q", tc.answer.Path(), resp.StatusCode, tc.header, got)
		}
	}
}

func TestBodiesAreSoundOrBrokenAsTold(t *testing.T) {
	for _, p := range protocols {
		t.Run(string(p), func(t *testing.T) {
			c := begin(t, Options{Protocol: p})
			if _, got := c.text("GET", Gzip, ""); got != strings.Repeat(letters, 100) {
				t.Errorf("gzip: got %d bytes", len(got))
			}
			for _, bad := range []string{"head", "body", "cut"} {
				resp, err := c.send("GET", Gzip+"?bad="+bad, "")
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.ReadAll(resp.Body); err == nil {
					t.Errorf("gzip with a bad %s was read", bad)
				}
				_ = resp.Body.Close()
			}
			resp, got := c.text("GET", Trailers, "")
			if got != letters || resp.Trailer.Get("X-Checksum") != "26 letters" || resp.Trailer.Get("X-Unannounced") != "yes" {
				t.Errorf("trailers: got %q, %v", got, resp.Trailer)
			}
			if resp, got := c.text("GET", Bytes+"?n=60", ""); got != (letters + letters + letters)[:60] || resp.ContentLength != -1 {
				t.Errorf("bytes: got %q, length %d", got, resp.ContentLength)
			}
			if resp, got := c.text("GET", Ranged, "", "Range: bytes=2-4"); got != "cde" || resp.StatusCode != http.StatusPartialContent {
				t.Errorf("range: got %d %q", resp.StatusCode, got)
			}
			if _, got := c.text("GET", Slow+"?n=3&every=1ms", ""); got != "abc" {
				t.Errorf("slow: got %q", got)
			}
			if resp, _ := c.text("POST", Unread, "much"); resp.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("unread: got %d", resp.StatusCode)
			}
			if resp, got := c.text("GET", EarlyHints, ""); got != "at last" || resp.Header.Get("X-Last") != "yes" {
				t.Errorf("early hints: got %q, %v", got, resp.Header)
			}
			if resp, got := c.text("GET", Cookies, "", "Cookie: b=2; a=1"); got != "a=1 b=2" || len(resp.Cookies()) != 2 {
				t.Errorf("cookies: got %q, %v", got, resp.Cookies())
			}
		})
	}
}

func TestAStreamIsFlushedEventByEvent(t *testing.T) {
	c := begin(t, Options{})
	resp, err := c.send("GET", Stream+"?n=3&name=s", "")
	if err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(resp.Body)
	for _, want := range []string{"data: 1\n", "data: 2\n", "data: 3\n"} {
		c.Step("s")
		got, err := in.ReadString('\n')
		if _, _ = in.ReadString('\n'); got != want || err != nil {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
	_ = resp.Body.Close()
}

func TestAHangingHandlerEndsWhenTheClientLeaves(t *testing.T) {
	for _, p := range protocols {
		t.Run(string(p), func(t *testing.T) {
			c := begin(t, Options{Protocol: p})
			resp, err := c.send("GET", Hang+"?head=1", "")
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.ReadFull(resp.Body, make([]byte, 5))
			_ = resp.Body.Close()
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if err := c.Await(ctx, func(r []Request) bool { return len(r) == 1 && r[0].Done }); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestABrokenAnswerIsAnError(t *testing.T) {
	for _, p := range protocols {
		t.Run(string(p), func(t *testing.T) {
			c := begin(t, Options{Protocol: p})
			if resp, err := c.send("POST", Break, "x"); err == nil {
				_ = resp.Body.Close()
				t.Error("got an answer")
			}
			resp, err := c.send("POST", Break+"?head=1", "x")
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(resp.Body); string(got) != "hello" || err == nil {
				t.Errorf("got %q, %v", got, err)
			}
			_ = resp.Body.Close()
		})
	}
}

func TestAnUpgradedConnectionSendsCapitalsBack(t *testing.T) {
	c := begin(t, Options{})
	resp, err := c.send("GET", Upgrade, "", "Connection: Upgrade", "Upgrade: capitals")
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("got %v, %v", resp, err)
	}
	rw := resp.Body.(io.ReadWriteCloser)
	_, _ = io.WriteString(rw, "hello")
	got := make([]byte, 5)
	if _, err := io.ReadFull(rw, got); string(got) != "HELLO" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	c.Close() // with the upgraded connection open
	if _, err := rw.Read(got); !errors.Is(err, io.EOF) {
		t.Errorf("after Close: got %v", err)
	}
	_ = rw.Close()
}
