// SPDX-License-Identifier: Apache-2.0

package console

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/console/api"
)

func TestANodeTellsWhatItKnows(t *testing.T) {
	r := alone(t)
	m, err := r.client.Members(t.Context())
	if err != nil || m.Fleet != "shop/default" || m.Name != "n0" || len(m.Members) != 1 || !m.Members[0].Self {
		t.Errorf("members: %+v, %v", m, err)
	}
	s, err := r.client.Status(t.Context())
	if err != nil || s.Alive != 1 || len(s.Dependencies) != 1 || s.Dependencies[0].Effective != "advise" {
		t.Errorf("status: %+v, %v", s, err)
	}
	if len(s.Guards) != 2 || s.Guards[0] != (api.Guard{Name: "payments", State: "closed", Mode: "enforce", PolicyMode: "enforce"}) || s.Guards[1].Name != "search" {
		t.Errorf("guards: %+v", s.Guards)
	}
	d, err := r.client.Dependency(t.Context(), "payments")
	var explained struct{ Dependency string }
	if err != nil || json.Unmarshal(d.Explanation, &explained) != nil || explained.Dependency != "payments" || d.Verdict == nil || !strings.HasPrefix(d.Text, "payments: a call now would") {
		t.Errorf("payments: %+v, %v", d, err)
	}
	if d, err = r.client.Dependency(t.Context(), "search"); err != nil || d.Verdict != nil {
		t.Errorf("search: %+v, %v", d, err)
	}
}

func TestAnOrderIsObeyedAndReleased(t *testing.T) {
	r := alone(t)
	got, err := r.client.Order(t.Context(), r.sign(t, nil))
	if err != nil || got.Verdict != "taken" || got.Order.Operator != "ada" || got.Before != nil || got.Trouble != "" {
		t.Fatalf("%+v, %v", got, err)
	}
	r.waitFor(t, func(e api.Event) bool {
		return e.Kind == cluster.EventOrder && e.Dependency == "payments" && e.To == "hold-open"
	})
	r.waitFor(t, func(e api.Event) bool {
		return e.Kind == "transition" && strings.Contains(e.Text, "enforce -> hold-open")
	})
	d, err := r.client.Dependency(t.Context(), "payments")
	if err != nil || d.Mode != "hold-open" || len(d.Orders) != 1 || d.Orders[0].Reason != "their disk is full" {
		t.Errorf("held: %+v, %v", d, err)
	}
	again := r.sign(t, func(o *orders.Order) { o.Reason = "still" })
	if got, err = r.client.Order(t.Context(), again); err != nil || got.Before == nil || got.Before.Reason != "their disk is full" {
		t.Errorf("again: %+v, %v", got, err)
	}
	if got, err = r.client.Order(t.Context(), again); err != nil || got.Verdict != "same" {
		t.Errorf("replayed: %+v, %v", got, err)
	}
	release := r.sign(t, func(o *orders.Order) { o.Verb, o.Expires = orders.Release, time.Time{} })
	if got, err = r.client.Order(t.Context(), release); err != nil || got.Verdict != "taken" {
		t.Errorf("released: %+v, %v", got, err)
	}
	r.waitFor(t, func(e api.Event) bool {
		return e.Kind == "transition" && strings.Contains(e.Text, "hold-open -> enforce")
	})
	if s, err := r.client.Status(t.Context()); err != nil || len(s.Orders) != 0 {
		t.Errorf("after the release: %+v, %v", s.Orders, err)
	}
}

func TestAnOrderIsRefusedWithEveryProblem(t *testing.T) {
	r := alone(t)
	_, err := r.client.Order(t.Context(), r.sign(t, func(o *orders.Order) {
		o.Verb, o.Policy = orders.Policy, map[string]string{"bulkhead.concurrency": "-1", "retry.atempts": "2", "deadline.total": "soon"}
	}))
	if e := refusal(t, err, api.CodePolicy); e.Status != http.StatusUnprocessableEntity || len(e.Problems) != 3 {
		t.Errorf("%+v", e)
	}
	_, err = r.client.Order(t.Context(), r.sign(t, func(o *orders.Order) { o.Fleet = "shop/staging" }))
	refusal(t, err, "other-fleet")
	stranger := *r
	if stranger.signer, err = orders.GenerateSigner(); err != nil {
		t.Fatal(err)
	}
	_, err = r.client.Order(t.Context(), stranger.sign(t, nil))
	refusal(t, err, "unknown-key")
	_, err = r.client.Order(t.Context(), r.sign(t, func(o *orders.Order) {
		o.Issued, o.Expires = o.Issued.Add(-time.Hour), o.Issued.Add(-time.Minute)
	}))
	// it has ended, and is taken nevertheless where an older one could still hold
	if err != nil {
		refusal(t, err, "expired")
	}
	for _, body := range []string{"", "no base64!", "AAAA", strings.Repeat("A", 3000)} {
		resp, text := raw(t, r.server, "POST", "/v1/orders", body, nil)
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%.20q: %s %s", body, resp.Status, text)
		}
	}
	if s, err := r.client.Status(t.Context()); err != nil || len(s.Orders) != 0 {
		t.Errorf("%+v, %v", s.Orders, err)
	}
}

func TestABodyThatIsTooLongIsRefused(t *testing.T) {
	r := alone(t)
	resp, text := raw(t, r.server, "POST", "/v1/orders", strings.Repeat("A", mostBody+1), nil)
	if resp.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(text, "too-long") {
		t.Errorf("%s %s", resp.Status, text)
	}
}

func TestEventsAreReadOnFromTheCursor(t *testing.T) {
	r := alone(t)
	if page, err := r.client.Events(t.Context(), api.EventsQuery{After: "end"}); err != nil || len(page.Events) != 0 || page.Next == "" {
		t.Fatalf("%+v, %v", page, err)
	}
	for range 3 {
		if _, err := r.client.Order(t.Context(), r.sign(t, nil)); err != nil {
			t.Fatal(err)
		}
	}
	var read []uint64
	q := api.EventsQuery{Most: 1}
	for len(read) < 3 {
		page, err := r.client.Events(t.Context(), q)
		if err != nil || len(page.Events) != 1 || page.Restarted || page.Lost != 0 {
			t.Fatalf("%+v, %v", page, err)
		}
		read, q.After = append(read, page.Events[0].Seq), page.Next
	}
	if read[0]+1 != read[1] || read[1]+1 != read[2] {
		t.Errorf("read %v", read)
	}
	if page, err := r.client.Events(t.Context(), api.EventsQuery{After: "123-4"}); err != nil || !page.Restarted || len(page.Events) < 3 {
		t.Errorf("after a cursor of another stream: %+v, %v", page, err)
	}
}

// untilWaiting returns when so many wait for events.
func untilWaiting(s *Server, n int) {
	for len(s.waiting) < n {
		runtime.Gosched()
	}
}

func TestCloseEndsThoseWhoWait(t *testing.T) {
	r := alone(t)
	type answer struct {
		page api.Events
		err  error
	}
	got := make(chan answer)
	go func() {
		page, err := r.client.Events(t.Context(), api.EventsQuery{After: "end", Wait: api.LongestWait})
		got <- answer{page, err}
	}()
	untilWaiting(r.server, 1)
	closed(t, r.server)
	if a := <-got; a.err != nil || len(a.page.Events) != 0 {
		t.Errorf("%+v", a)
	}
	if _, err := r.client.Members(t.Context()); !errors.Is(err, api.ErrUnreachable) || !strings.Contains(err.Error(), "is the service running, and does it call console.Serve?") {
		t.Errorf("after Close: %v", err)
	}
	closed(t, r.server) // again
}

func TestTooManyWhoWaitAreToldSo(t *testing.T) {
	r := alone(t)
	for range mostWaiting {
		r.server.waiting <- struct{}{}
	}
	_, err := r.client.Events(t.Context(), api.EventsQuery{After: "end", Wait: time.Second})
	refusal(t, err, "busy")
	if _, err := r.client.Events(t.Context(), api.EventsQuery{}); err != nil {
		t.Errorf("without waiting: %v", err)
	}
}

func TestANodeThatHasLeftSaysSo(t *testing.T) {
	r := alone(t)
	signed := r.sign(t, nil)
	if err := r.node.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := r.client.Status(t.Context())
	refusal(t, err, api.CodeLeft)
	_, err = r.client.Order(t.Context(), signed)
	refusal(t, err, api.CodeLeft)
	_, err = r.client.Version(t.Context())
	refusal(t, err, api.CodeLeft)
	_, err = r.client.Events(t.Context(), api.EventsQuery{After: "end"})
	refusal(t, err, api.CodeLeft)
}

func TestAnOrderGivenToOneNodeIsObeyedByAll(t *testing.T) {
	first := alone(t)
	seed := first.node.Members()[0].Address
	fleet := []*replica{first, start(t, "n1", first.signer, seed), start(t, "n2", first.signer, seed)}
	last := fleet[2]
	if _, err := first.client.Order(t.Context(), first.sign(t, nil)); err != nil {
		t.Fatal(err)
	}
	last.waitFor(t, func(e api.Event) bool {
		return e.Kind == "transition" && e.Origin == "n2" && strings.Contains(e.Text, "hold-open")
	})
	if s, err := last.client.Status(t.Context()); err != nil || s.Alive != 3 || len(s.Orders) != 1 || s.Orders[0].Author != "Ada" {
		t.Errorf("%+v, %v", s, err)
	}
}

func FuzzQuestions(f *testing.F) {
	for _, text := range []string{"", "after=end", "after=18c3f0-42&wait=30s&most=3", "wait=-1s", "most=257", "after=x&wait=x&most=x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		values, err := url.ParseQuery(text)
		if err != nil {
			return
		}
		q, ps := questionOf(values)
		if len(ps) == 0 && (q.wait < 0 || q.wait > api.LongestWait || q.most < 1 || q.most > api.MostEvents) {
			t.Errorf("%q is taken: %+v", text, q)
		}
		if problems := ps.Error(); len(problems) > 1000 {
			t.Errorf("a complaint of %d bytes", len(problems))
		}
	})
}
