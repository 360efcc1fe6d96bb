// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/console/api"
	"github.com/fuseboard/fuseboard/gossip"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testToken = "a-token-that-nobody-guesses"

// replica is a service with two dependencies, in a fleet, with a console and a client of it.
type replica struct {
	sys    *actors.System
	node   *cluster.Node
	server *Server
	client *api.Client
	signer orders.Signer
}

// start starts the replica of a name. All that have one signer are one fleet, if they know an address.
func start(t testing.TB, name string, signer orders.Signer, seeds ...string) *replica {
	t.Helper()
	r := &replica{signer: signer}
	var err error
	if r.sys, err = actors.Start(actors.Options{Seed: 1}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.sys.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	follows := actors.Policy{
		Bulkhead: actors.Bulkhead{Concurrency: 8}, Breaker: actors.Breaker{FailureRate: 0.5, MinCalls: 20}, Fleet: actors.Fleet{Mode: actors.FleetFollow},
	}
	for dependency, p := range map[string]actors.Policy{"payments": follows, "search": {Bulkhead: actors.Bulkhead{Concurrency: 8}}} {
		if _, err := actors.Protect(r.sys, dependency, p); err != nil {
			t.Fatal(err)
		}
	}
	ada, err := signer.Operator("ada")
	if err != nil {
		t.Fatal(err)
	}
	o := cluster.Options{Service: "shop", Name: name, Plaintext: true, Operators: []orders.Operator{ada}}
	if len(seeds) > 0 {
		o.Seeds = []gossip.Seeds{gossip.Static(seeds...)}
	}
	if r.node, err = cluster.Join(t.Context(), r.sys, o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.node.Close() })
	if r.server, err = Serve(t.Context(), Options{Node: r.node, System: r.sys, Listen: "127.0.0.1:0", Token: testToken}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, r.server) })
	r.client = client(t, api.ClientOptions{Node: r.server.Addr(), Token: testToken})
	return r
}

// alone starts a fleet of one.
func alone(t testing.TB) *replica {
	t.Helper()
	signer, err := orders.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	return start(t, "n0", signer)
}

func closed(t testing.TB, s *Server) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func client(t testing.TB, o api.ClientOptions) *api.Client {
	t.Helper()
	c, err := api.NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// sign signs an order for this replica's fleet, which with may change before.
func (r *replica) sign(t testing.TB, with func(o *orders.Order)) orders.Signed {
	t.Helper()
	v, err := r.client.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	o := orders.Order{
		Fleet: v.Fleet, Dependency: "payments", Verb: orders.HoldOpen, Author: "Ada", Reason: "their disk is full",
		Issued: now, Expires: now.Add(time.Minute), Version: v.Order().Next(now),
	}
	if with != nil {
		with(&o)
	}
	s, err := r.signer.Sign(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// waitFor waits for an event that want accepts, and returns it.
func (r *replica) waitFor(t testing.TB, want func(api.Event) bool) api.Event {
	t.Helper()
	q := api.EventsQuery{Wait: 20 * time.Second}
	for {
		page, err := r.client.Events(t.Context(), q)
		if err != nil || len(page.Events) == 0 {
			t.Fatalf("it did not happen: %+v, %v", page, err)
		}
		for _, e := range page.Events {
			if want(e) {
				return e
			}
		}
		q.After = page.Next
	}
}

// refusal is the error as a node's refusal with that code.
func refusal(t testing.TB, err error, code string) *api.Error {
	t.Helper()
	e, ok := errors.AsType[*api.Error](err)
	if !ok || e.Code != code {
		t.Fatalf("got %v, want a refusal %q", err, code)
	}
	return e
}
