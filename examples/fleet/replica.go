// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/console"
	"github.com/fuseboard/fuseboard/gossip"
)

// policy protects the gateway in each replica. Its last line is all that a fleet needs of it.
func policy() actors.Policy {
	return actors.Policy{
		Bulkhead: actors.Bulkhead{Concurrency: 32, Queue: 64},
		Deadline: actors.Deadline{Total: 2 * time.Second, Attempt: 800 * time.Millisecond},
		Breaker:  actors.Breaker{FailureRate: 0.5, MinCalls: 20, OpenFor: 10 * time.Second},
		Fleet:    actors.Fleet{Mode: actors.FleetFollow},
	}
}

// replica is one process of the service.
type replica struct {
	sys     *actors.System
	charge  *actors.Ref[Charge, Receipt]
	node    *cluster.Node
	console *console.Server
}

// start protects the gateway, joins the fleet and lets operators ask.
func start(ctx context.Context, s settings, p actors.Policy) (*replica, error) {
	r := &replica{}
	if err := r.begin(ctx, s, p); err != nil {
		return nil, errors.Join(err, r.close(ctx))
	}
	return r, nil
}

func (r *replica) begin(ctx context.Context, s settings, p actors.Policy) (err error) {
	if r.sys, err = actors.Start(actors.Options{}); err != nil {
		return err
	}
	payments, err := actors.Protect(r.sys, "payments", p)
	if err != nil {
		return err
	}
	gateway := &Gateway{URL: s.gateway, HTTP: http.DefaultClient}
	if r.charge, err = actors.Bind(payments, "charge", gateway.Charge); err != nil {
		return err
	}
	operators, err := operatorsOf(s.operators)
	if err != nil {
		return err
	}
	r.node, err = cluster.Join(ctx, r.sys, cluster.Options{
		Service: "checkout", Environment: "example", Name: s.name, Zone: s.zone,
		Operators: operators, Dir: s.dir,
		Bind: s.bind, Seeds: []gossip.Seeds{gossip.Static(s.seeds...)},
		Keys: [][]byte{s.key}, Trust: cluster.TrustGossipKey, // nobody but the fleet has the key
	})
	if err != nil || s.console == "" {
		return err
	}
	r.console, err = console.Serve(ctx, console.Options{Node: r.node, System: r.sys, Listen: s.console, TokenFile: s.tokenFile})
	return err
}

// operatorsOf reads whose orders count, if anybody's do.
func operatorsOf(file string) ([]orders.Operator, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return orders.ParseOperators(text)
}

// close says goodbye to the fleet, so that nobody takes this replica for one that failed, and then ends the guards.
func (r *replica) close(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if r.console != nil {
		err = r.console.Close()
	}
	if r.node != nil {
		err = errors.Join(err, r.node.Leave(ctx))
	}
	if r.sys != nil {
		err = errors.Join(err, r.sys.Shutdown(ctx))
	}
	return err
}
