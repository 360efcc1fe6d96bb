// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strings"
	"sync"
)

// trace counts the events of httptrace; some come from goroutines that nobody waits for.
type trace struct {
	scene *Scene
	mu    sync.Mutex
	seen  map[string]int
	wrote chan struct{} // a token for each WroteRequest
}

// traced returns req with a trace.
func (s *Scene) traced(req *http.Request) (*http.Request, *trace) {
	t := &trace{scene: s, seen: map[string]int{}, wrote: make(chan struct{}, 100)}
	hooks := &httptrace.ClientTrace{
		GetConn:              func(string) { t.saw("GetConn") },
		GotConn:              func(i httptrace.GotConnInfo) { t.saw(fmt.Sprintf("GotConn reused %v", i.Reused)) },
		GotFirstResponseByte: func() { t.saw("GotFirstResponseByte") },
		Got100Continue:       func() { t.saw("Got100Continue") },
		Wait100Continue:      func() { t.saw("Wait100Continue") },
		WroteHeaders:         func() { t.saw("WroteHeaders") },
		Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
			t.saw(fmt.Sprintf("Got1xxResponse %d %q", code, h["Link"]))
			return nil
		},
		WroteRequest: func(i httptrace.WroteRequestInfo) {
			t.saw(fmt.Sprintf("WroteRequest %v", i.Err))
			t.wrote <- struct{}{}
		},
	}
	return req.WithContext(httptrace.WithClientTrace(req.Context(), hooks)), t
}

func (t *trace) saw(event string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen[event]++
}

// say tells the events, once the request was written n times.
func (t *trace) say(n int) {
	for range n {
		select {
		case <-t.wrote:
		case <-t.scene.ctx.Done():
			t.scene.say("trace", "the request is never written")
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var lines []string
	for _, e := range slices.Sorted(maps.Keys(t.seen)) {
		lines = append(lines, fmt.Sprintf("%s × %d", e, t.seen[e]))
	}
	t.scene.say("trace", "%s", strings.Join(lines, "; "))
}
