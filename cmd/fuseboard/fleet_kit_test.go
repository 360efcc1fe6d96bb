// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/console"
	"github.com/fuseboard/fuseboard/console/api"
)

// Addresses of canned nodes. Every other is well.
const (
	nobodyThere = "127.0.0.1:1"
	otherToken  = "127.0.0.1:2"
	cutOff      = "127.0.0.1:3"
	metNobody   = "127.0.0.1:4"
)

// fleetNow is what the clock says where nodes are canned.
var fleetNow = time.Date(2026, 11, 27, 11, 20, 0, 0, time.UTC)

const cannedToken = "a-token-that-nobody-guesses"

// adasKey is the key of ada.key in the folder of each test. It is made for each run: no key is among the files of a repository.
var adasKey = sync.OnceValues(orders.GenerateSigner)

// writeAdasKey puts ada.key into the folder where the test is.
func writeAdasKey(t *testing.T) orders.Signer {
	t.Helper()
	signer, err := adasKey()
	if err != nil {
		t.Fatal(err)
	}
	if err := signer.WriteFiles("ada.key", "ada"); err != nil {
		t.Fatal(err)
	}
	return signer
}

// cannedOperation makes nodes up. NO_TOKEN in the environment is a user who has none.
func cannedOperation(t *testing.T) operation {
	t.Helper()
	t.Setenv("USER", "ada")
	t.Setenv("FUSEBOARD_NODE", "")
	t.Setenv("FUSEBOARD_TOKEN_FILE", "")
	t.Setenv("FUSEBOARD_TOKEN", cannedToken)
	if os.Getenv("NO_TOKEN") != "" {
		t.Setenv("FUSEBOARD_TOKEN", "")
	}
	return operation{
		now: func() time.Time { return fleetNow },
		dial: func(o api.ClientOptions) (asked, error) {
			c, err := api.NewClient(o)
			if err != nil {
				return nil, err
			}
			defer c.Close()
			return &cannedNode{at: c.Node()}, nil
		},
	}
}

// cannedNode is a node as commands see it.
type cannedNode struct {
	at    string
	pages int
}

func (n *cannedNode) Close() {}

// trouble is what an address answers in any case.
func (n *cannedNode) trouble() error {
	switch n.at {
	case nobodyThere:
		return fmt.Errorf("nothing listens on %s: is the service running, and does it call console.Serve? (%w)", n.at, api.ErrUnreachable)
	case otherToken:
		return &api.Error{Status: http.StatusUnauthorized, Code: "unauthorised", Message: "the token is not that of the node at " + n.at}
	}
	return nil
}

func (n *cannedNode) Members(context.Context) (api.Members, error) {
	m := api.Members{Fleet: "checkout/production", Name: "checkout-0", Members: []api.MemberStatus{
		{Name: "checkout-0", Zone: "eu-west-1a", Address: "10.0.0.1:7946", Boot: 1795777501022, State: "alive", For: api.Span(49 * time.Hour), Self: true},
		{Name: "checkout-1", Zone: "eu-west-1b", Address: "10.0.0.2:7946", Boot: 1795777501023, State: "alive", For: api.Span(3 * time.Minute)},
		{Name: "checkout-2", Address: "10.0.0.3:7946", Boot: 1795777501024, State: "failed", For: api.Span(4200 * time.Millisecond)},
		{Name: "checkout-2", Address: "10.0.0.3:7946", Boot: 1795777400000, State: "failed", For: api.Span(time.Hour), Superseded: true},
	}}
	m.Contacts = n.contacts()
	if n.at == metNobody {
		m.Members = m.Members[:1]
	}
	return m, n.trouble()
}

// contacts are what an address has refused and whom it has met.
func (n *cannedNode) contacts() api.Contacts {
	c := api.Contacts{Refused: []api.RefusedStatus{}, Seeds: []api.SeedStatus{{Address: "10.0.0.2:7946", Tries: 1, Met: true}}}
	if n.at != metNobody {
		return c
	}
	c.Certificate = &api.CertificateStatus{Ends: fleetNow.Add(14 * time.Minute), Trouble: "it ends in 14m, at 2026-11-27T11:34:00Z: nobody lets this node in then; renew it"}
	c.Refused = []api.RefusedStatus{
		{Reason: "key", Count: 1200, From: "10.0.0.2:7946", Ago: api.Span(3 * time.Second), Text: "1200 packets and streams refused: wrong key; last from 10.0.0.2:7946; compare Keys of both nodes"},
		{Reason: "label", Count: 2, From: "10.0.0.9:7946", Ago: api.Span(time.Hour), Text: "mended long ago, and not shown"},
		{Reason: "corrupt", Count: 1, From: "10.0.0.8:7946", Ago: api.Span(3 * time.Minute), Text: "1 packet or stream refused: damaged, or no gossip; last from 10.0.0.8:7946; look what sends there, and whether the network loses much"},
		{Reason: "stranger", Count: 3, Text: "nodes that begin, which are not shown"},
	}
	c.Seeds = []api.SeedStatus{
		{Address: "10.0.0.2:7946", Tries: 14, Trouble: "it has another key; compare Keys of both nodes"},
		{Address: "10.0.0.3:7946", Tries: 13, Trouble: "nothing listens there; is the node running, and is this its address and port?"},
		{Address: "10.0.0.4:7946"},
	}
	c.SeedTrouble = "gossip: seeds of DNS \"shop.internal\": no such host\ngossip: seeds: open /etc/shop/seeds: no such file or directory"
	return c
}

func cannedOrder(dependency, verb, author, reason string, lasts time.Duration, policy map[string]string) api.OrderStatus {
	return api.OrderStatus{
		Dependency: dependency, Verb: verb, Policy: policy, Author: author, Operator: "ada", Reason: reason,
		Issued: fleetNow.Add(-time.Minute), Expires: fleetNow.Add(lasts), Version: "1795778340000.0",
	}
}

func (n *cannedNode) Status(context.Context) (api.Status, error) {
	st := api.Status{
		Fleet: "checkout/production", Name: "checkout-0", Zone: "eu-west-1a", Boot: 1795777501022, Uptime: api.Span(49 * time.Hour), Alive: 5, HighWater: 5,
		Trust: "mtls", Durability: orders.Disk,
		Dependencies: []api.DependencyStatus{
			{Name: "mail", Mode: "follow", Effective: "follow", Circuit: "ramping", Phase: "ramp", Scope: "dependency", For: api.Span(6 * time.Second), Share: 0.46, Text: "0 of 5 callers fail, quorum 3", Callers: 5, Passing: 5, Quorum: 3, Vote: "ok"},
			{Name: "payments", Mode: "follow", Effective: "follow", Circuit: "open", Phase: "hold", Scope: "dependency", For: api.Span(12300 * time.Millisecond), Text: "4 of 5 callers fail, quorum 3", Callers: 5, Failing: 4, Passing: 1, Held: 4, Quorum: 3, Vote: "fail"},
			{Name: "search", Mode: "advise", Effective: "advise", Circuit: "closed", Phase: "clear", Scope: "none", Text: "0 of 5 callers fail, quorum 3", Callers: 5, Passing: 5, Quorum: 3, Vote: "ok", Trouble: "bulkhead.concurrency = -1: must not be negative"},
		},
		Orders: []api.OrderStatus{
			cannedOrder("*", "shadow", "Ada", "a drill", 9*time.Minute, nil),
			cannedOrder("mail", "policy", "Grace H", "INC-812: they asked us for half of what we send until they have found out why", 59*time.Minute+500*time.Millisecond, map[string]string{"bulkhead.concurrency": "8", "retry.attempts": "1"}),
		},
		Guards: []api.Guard{
			{Name: "mail", State: "ramping", Mode: "enforce", PolicyMode: "enforce"},
			{Name: "payments", State: "open", Mode: "hold-open", PolicyMode: "enforce"},
			{Name: "search", State: "closed", Mode: "enforce", PolicyMode: "shadow"},
			{Name: "users", State: "closed", Mode: "enforce", PolicyMode: "enforce"},
		},
	}
	st.Orders[1].Without = []api.WithoutStatus{{Name: "checkout-3", Why: "no operators"}}
	st.Contacts = n.contacts()
	if n.at == metNobody {
		st.Alive, st.HighWater, st.Orders, st.Guards, st.Dependencies = 1, 1, nil, st.Guards[3:], nil
	}
	if n.at == cutOff {
		st.Alive, st.Isolated, st.Suspect, st.Health, st.Untold, st.Trust, st.Durability = 2, true, true, 3, 17, "none", orders.Memory
		st.Trouble, st.Orders, st.Guards, st.Dependencies = "orders.book: no space left on device", nil, nil, nil
	}
	return st, n.trouble()
}

func (n *cannedNode) Dependency(ctx context.Context, name string) (api.Dependency, error) {
	st, err := n.Status(ctx)
	for _, g := range st.Guards {
		if g.Name == name {
			return api.Dependency{
				Guard: g, Node: st.Name, Fleet: st.Fleet, Verdict: verdictOf(st, name), Orders: st.Orders[:1],
				Explanation: json.RawMessage(`{"dependency":"` + name + `"}`), Text: name + ": a call now would run\n",
			}, err
		}
	}
	if err == nil {
		err = &api.Error{Status: http.StatusNotFound, Code: "unknown-dependency", Message: fmt.Sprintf("checkout-0 has no dependency %q; it has mail, payments, search, users", name)}
	}
	return api.Dependency{}, err
}

func (n *cannedNode) Events(_ context.Context, q api.EventsQuery) (api.Events, error) {
	if n.pages++; n.pages > 3 {
		n.at = nobodyThere // it has stopped
	}
	at := func(ago time.Duration) time.Time { return fleetNow.Add(-ago) }
	page := api.Events{Name: "checkout-0", Next: fmt.Sprint("18c3f0-", n.pages)}
	switch {
	case q.After == "":
		page.More, page.Lost = true, 12
		page.Events = []api.Event{
			{Origin: "checkout-0", Boot: 1795777501022, Seq: 1, At: at(time.Hour), Kind: "member", To: "alive", Text: "checkout-1"},
			{Origin: "checkout-12", Boot: 1795777501022, Seq: 7, At: at(5 * time.Minute), Kind: "transition", Dependency: "payments", From: "closed", To: "open", Cause: "failures", Text: "closed -> open: failure rate 52% over 171 calls; open for 10.044s", Lost: 2},
		}
	case n.pages == 2:
		page.Events = []api.Event{
			{Origin: "checkout-0", Boot: 1795777501022, Seq: 2, At: at(4 * time.Minute), Kind: "fleet", Dependency: "payments", From: "clear", To: "hold", Cause: "dependency", Text: "4 of 5 callers fail, quorum 3"},
			{Origin: "checkout-0", Boot: 1795777501022, Seq: 3, At: at(3 * time.Minute), Kind: "order", Dependency: "*", To: "shadow", Cause: "ada", Text: "ada: a drill"},
			{Origin: "checkout-0", Boot: 1795777501022, Seq: 4, At: at(3 * time.Minute), Kind: "updated", Dependency: "search"},
			{Origin: "checkout-0", Boot: 1795777501022, Seq: 5, At: at(3 * time.Minute), Kind: "rebalanced", Dependency: "search", From: "a", To: "b", Text: "of a later release"},
		}
	default:
		page.Restarted = true
		page.Events = []api.Event{{Origin: "checkout-0", Boot: 1795777601022, Seq: 1, At: at(0), Kind: "isolated", To: "reached", Text: "sees 5 members"}}
	}
	return page, n.trouble()
}

func (n *cannedNode) Version(context.Context) (api.Version, error) {
	v := api.Version{Fleet: "checkout/production", Name: "checkout-0", Now: fleetNow, Millis: uint64(fleetNow.UnixMilli()) + 3}
	if n.at == cutOff { // and its clock is wrong
		v.Millis += uint64(time.Hour.Milliseconds())
	}
	return v, n.trouble()
}

func (n *cannedNode) Order(_ context.Context, s orders.Signed) (api.Receipt, error) {
	o := s.Claim()
	if _, wrong := o.Policy["bulkhead.concurency"]; wrong {
		ps := fuseboard.Problems{{Path: "mail.bulkhead.concurency", Message: "is not a field of bulkhead", Code: "unknown-field"}, {Path: "mail.deadline.total", Value: "soon", Message: "want a duration", Code: "bad-duration"}}
		return api.Receipt{}, &api.Error{Status: http.StatusUnprocessableEntity, Code: "policy", Message: "the policy would not be valid: " + ps.Error(), Problems: ps}
	}
	r := api.Receipt{Fleet: o.Fleet, Name: "checkout-0", Verdict: "taken", Order: api.OrderStatus{
		Dependency: o.Dependency, Verb: o.Verb.String(), Policy: o.Policy, Author: o.Author, Operator: "ada", Reason: o.Reason,
		Issued: o.Issued, Expires: o.Expires, Version: o.Version.String(),
	}}
	if o.Dependency == "mail" && o.Verb == orders.Policy {
		before := cannedOrder("mail", "policy", "Grace H", "INC-812", time.Hour, map[string]string{"retry.attempts": "1"})
		r.Before, r.Trouble = &before, "no space left on device"
	}
	return r, n.trouble()
}

// realFleet starts a fleet of one with a console, whose address and token are in the environment from then on.
func realFleet(t *testing.T) *cluster.Node {
	t.Helper()
	sys, node := oneNode(t)
	file := filepath.Join(t.TempDir(), "token")
	server, err := console.Serve(t.Context(), console.Options{Node: node, System: sys, Listen: "127.0.0.1:0", TokenFile: file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Setenv("FUSEBOARD_NODE", server.Addr())
	t.Setenv("FUSEBOARD_TOKEN", "")
	t.Setenv("FUSEBOARD_TOKEN_FILE", file)
	return node
}

// needsNode reports whether a command line asks a running node.
func needsNode(example string) bool {
	for _, name := range []string{"members", "status", "events", "hold", "release"} {
		if strings.HasPrefix(example, "fuseboard "+name) {
			return true
		}
	}
	return false
}
