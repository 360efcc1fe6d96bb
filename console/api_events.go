// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/cluster/events"
	"github.com/fuseboard/fuseboard/console/api"
)

// question is what is asked of the events.
type question struct {
	after events.Cursor
	end   bool // news only
	wait  time.Duration
	most  int
}

// questionOf reads a question, and tells everything wrong with it.
func questionOf(values url.Values) (q question, ps fuseboard.Problems) {
	q.most = api.MostEvents
	switch text := values.Get("after"); text {
	case "":
	case api.FromEnd:
		q.end = true
	default:
		if err := q.after.UnmarshalText([]byte(text)); err != nil {
			ps = append(ps, fuseboard.Problem{Path: "after", Code: codeForm, Message: err.Error()})
		}
	}
	return q, append(ps, q.sizes(values)...)
}

// sizes reads how long to wait, and for how many.
func (q *question) sizes(values url.Values) (ps fuseboard.Problems) {
	if text := values.Get("wait"); text != "" {
		var err error
		if q.wait, err = time.ParseDuration(text); err != nil || q.wait < 0 || q.wait > api.LongestWait {
			ps = append(ps, fuseboard.Problem{Path: "wait", Code: codeForm, Value: shown(text), Message: "is no time to wait", Accepted: "0s to 1m"})
		}
	}
	if text := values.Get("most"); text != "" {
		var err error
		if q.most, err = strconv.Atoi(text); err != nil || q.most < 1 || q.most > api.MostEvents {
			ps = append(ps, fuseboard.Problem{Path: "most", Code: codeForm, Value: shown(text), Message: "is no number of events", Accepted: "1 to " + strconv.Itoa(api.MostEvents)})
		}
	}
	return ps
}

func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	q, ps := questionOf(r.URL.Query())
	if err := ps.Err(); err != nil {
		refuse(w, http.StatusBadRequest, api.ErrorBody{Code: codeForm, Message: err.Error(), Problems: api.ProblemsOf(ps)})
		return
	}
	if q.wait > 0 {
		select {
		case s.waiting <- struct{}{}:
			defer func() { <-s.waiting }()
		default:
			refuse(w, http.StatusServiceUnavailable, api.ErrorBody{Code: "busy", Message: strconv.Itoa(mostWaiting) + " clients wait for events already: ask again later, or without wait"})
			return
		}
		// A connection that cannot have another deadline ends with the server's own.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(q.wait + writeWithin))
	}
	p, err := s.page(r.Context(), q)
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, http.StatusOK, s.eventsOf(p))
}

// page asks the node, and waits as long as the client wants to.
func (s *Server) page(ctx context.Context, q question) (events.Page, error) {
	if q.end {
		c, err := s.node.Latest(ctx)
		if err != nil || q.wait == 0 {
			return events.Page{Next: c}, err
		}
		q.after = c
	}
	ctx, cancel := context.WithTimeout(ctx, q.wait)
	defer cancel()
	return s.node.Events(ctx, q.after, q.most)
}

func (s *Server) eventsOf(p events.Page) api.Events {
	out := api.Events{Name: s.node.Name(), Events: make([]api.Event, 0, len(p.Items)), Next: p.Next.String(), Lost: p.Lost, Restarted: p.Restarted, More: p.More}
	for _, i := range p.Items {
		out.Events = append(out.Events, api.Event{
			Origin: i.Origin, Boot: i.Boot, Seq: i.Seq, At: i.At, Kind: i.Kind, Dependency: i.Dependency,
			From: i.From, To: i.To, Cause: i.Cause, Text: i.Text, Lost: i.Lost,
		})
	}
	return out
}
