// SPDX-License-Identifier: Apache-2.0

package console

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/console/api"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// routes is the API.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/members", s.members)
	mux.HandleFunc("GET /v1/status", s.status)
	mux.HandleFunc("GET /v1/dependencies/{name}", s.dependency)
	mux.HandleFunc("GET /v1/events", s.events)
	mux.HandleFunc("GET /v1/orders/version", s.version)
	mux.HandleFunc("POST /v1/orders", s.order)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		probe := &silent{header: http.Header{}} // what the mux would say in HTML: 404, or 405 with Allow
		h.ServeHTTP(probe, r)
		if allow := probe.header.Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
			refuse(w, http.StatusMethodNotAllowed, api.ErrorBody{Code: "method", Message: r.URL.Path + " takes no " + shown(r.Method) + " (accepted: " + allow + ")"})
			return
		}
		refuse(w, http.StatusNotFound, api.ErrorBody{Code: "unknown-path", Message: "there is no " + shown(r.URL.Path) + "; the package console of this release lists the paths"})
	})
}

// silent keeps the header of an answer, and drops the rest.
type silent struct{ header http.Header }

func (s *silent) Header() http.Header         { return s.header }
func (s *silent) Write(b []byte) (int, error) { return len(b), nil }
func (s *silent) WriteHeader(int)             {}

// answer writes JSON. Who has gone does not get it.
func answer(w http.ResponseWriter, code int, v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		b.Reset()
		code = http.StatusInternalServerError
		b.WriteString(`{"error":"the answer could not be written as JSON","code":"encoding"}` + "\n")
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(code)
	_, _ = w.Write(b.Bytes())
}

func refuse(w http.ResponseWriter, code int, e api.ErrorBody) { answer(w, code, e) }

// fail answers what went wrong with the node.
func fail(w http.ResponseWriter, err error) {
	if errors.Is(err, cluster.ErrLeft) {
		refuse(w, http.StatusServiceUnavailable, api.ErrorBody{Code: api.CodeLeft, Message: "the node has left its fleet: the service is stopping, or has said goodbye"})
		return
	}
	refuse(w, http.StatusServiceUnavailable, api.ErrorBody{Code: "failed", Message: err.Error()})
}

// shown is what a client sent, so that it can stand in a sentence.
func shown(text string) string { return strconv.Quote(plain.Shorten(text)) }

func (s *Server) members(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, members{Fleet: s.node.Fleet(), Name: s.node.Name(), Members: s.node.MemberStatuses(), Contacts: s.node.Contacts()})
}

func (s *Server) status(w http.ResponseWriter, r *http.Request) {
	st, err := s.node.Status(r.Context())
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, http.StatusOK, status{Status: st, Guards: s.guards()})
}

// guards are those of the System, by name.
func (s *Server) guards() []api.Guard {
	all := []api.Guard{}
	for _, g := range s.sys.Guards() {
		all = append(all, guardOf(g))
	}
	slices.SortFunc(all, func(a, b api.Guard) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

func guardOf(g *actors.Guard) api.Guard {
	st := g.Stats()
	return api.Guard{Name: g.Name(), State: st.State.String(), Mode: st.Mode.String(), PolicyMode: st.PolicyMode.String()}
}

func (s *Server) dependency(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	g, found := s.sys.Guard(name)
	if !found {
		refuse(w, http.StatusNotFound, s.unknown(name))
		return
	}
	st, err := s.node.Status(r.Context())
	if err != nil {
		fail(w, err)
		return
	}
	why := g.Explain()
	text, err := json.Marshal(why)
	if err != nil {
		fail(w, err)
		return
	}
	d := dependency{Guard: guardOf(g), Node: s.node.Name(), Fleet: s.node.Fleet(), Orders: []cluster.OrderStatus{}, Explanation: text, Text: why.String()}
	for i := range st.Dependencies {
		if st.Dependencies[i].Name == name {
			d.Verdict = &st.Dependencies[i]
		}
	}
	for _, o := range st.Orders {
		if o.Dependency == name || o.Dependency == orders.All {
			d.Orders = append(d.Orders, o)
		}
	}
	answer(w, http.StatusOK, d)
}

// unknown says that there is no such dependency, and which one may be meant.
func (s *Server) unknown(name string) api.ErrorBody {
	var names []string
	for _, g := range s.guards() {
		names = append(names, g.Name)
	}
	text := s.node.Name() + " has no dependency " + shown(name) + ";"
	if near, ok := plain.Nearest(name, names); ok {
		text += " did you mean " + near + "?"
	}
	if len(names) == 0 {
		return api.ErrorBody{Code: api.CodeUnknown, Message: text + " it has none at all"}
	}
	if len(names) > mostNames {
		names = append(names[:mostNames], "…")
	}
	return api.ErrorBody{Code: api.CodeUnknown, Message: text + " it has " + strings.Join(names, ", ")}
}

const mostNames = 12

func (s *Server) version(w http.ResponseWriter, r *http.Request) {
	v, err := s.node.NextVersion(r.Context())
	if err != nil {
		fail(w, err)
		return
	}
	answer(w, http.StatusOK, api.Version{Fleet: s.node.Fleet(), Name: s.node.Name(), Now: time.Now().UTC().Truncate(time.Millisecond), Millis: v.Millis, Counter: v.Counter})
}
