// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
	"github.com/fuseboard/fuseboard/cluster"
)

const (
	// perSecond is how many calls a second each guard of a node gets.
	perSecond = 40
	// deadline is how long a caller waits.
	deadline = 500 * time.Millisecond
	// idle is more connections than a node ever uses at once.
	idle = 64
)

// policy is that of all guards; those that are alone have it without its fleet section. Its times are short, as the run is, but
// for the fleet's hold: that ends by probes, and they take what they take.
func policy(pace time.Duration) actors.Policy {
	return actors.Policy{
		Bulkhead: actors.Bulkhead{Concurrency: 16, Queue: 32},
		Deadline: actors.Deadline{Total: deadline, Attempt: deadline / 2},
		Breaker: actors.Breaker{
			FailureRate: 0.5, MinCalls: 20, Window: actors.Window{Calls: 50}, OpenFor: min(pace, time.Second), OpenGrowth: 1,
		},
		Fleet: actors.Fleet{Mode: actors.FleetFollow, Window: pace, Ramp: pace * 3 / 2},
	}
}

// side is a guard and what its callers got.
type side struct {
	guard               *actors.Guard
	client              http.Client
	url                 string
	ok, failed, refused atomic.Int64
}

// tally is what callers got so far.
type tally struct{ ok, failed, refused int }

func (s *side) tally() tally {
	return tally{int(s.ok.Load()), int(s.failed.Load()), int(s.refused.Load())}
}

func (t tally) less(before tally) tally {
	return tally{t.ok - before.ok, t.failed - before.failed, t.refused - before.refused}
}

func (t tally) calls() int { return t.ok + t.failed + t.refused }

// node is one System with two guards of the same dependency: one in the fleet, and one alone.
type node struct {
	name   string
	sys    *actors.System
	base   *http.Transport
	broken atomic.Bool // its own way to its upstreams
	in     *side
	alone  *side
	fleet  *cluster.Node
}

// newNode starts the System and protects both upstreams.
func newNode(name, dead string, seed uint64, pace time.Duration, in, alone *upstream) (n *node, err error) {
	n = &node{name: name, base: &http.Transport{MaxIdleConns: 2 * idle, MaxIdleConnsPerHost: idle}}
	if n.sys, err = actors.Start(actors.Options{Seed: max(seed, 1)}); err != nil {
		return nil, err
	}
	p := policy(pace)
	if n.in, err = n.protect("payments", dead, p, in); err == nil {
		p.Fleet = actors.Fleet{}
		n.alone, err = n.protect("payments-alone", dead, p, alone)
	}
	if err != nil {
		return nil, errors.Join(err, n.close(context.Background()))
	}
	return n, nil
}

func (n *node) protect(name, dead string, p actors.Policy, u *upstream) (*side, error) {
	guard, err := actors.Protect(n.sys, name, p)
	if err != nil {
		return nil, err
	}
	transport, err := httpclient.NewTransport(n.sys, httpclient.Options{
		Guard: guard, Name: "charge", Base: &path{base: n.base, dead: dead, broken: &n.broken},
	})
	if err != nil {
		return nil, err
	}
	return &side{guard: guard, client: http.Client{Transport: transport, Timeout: 2 * deadline}, url: u.url}, nil
}

// call makes calls on both sides until ctx ends, whatever becomes of the earlier ones, and returns when all have ended.
func (n *node) call(ctx context.Context) {
	var calls sync.WaitGroup
	defer calls.Wait()
	tick := time.NewTicker(time.Second / perSecond)
	defer tick.Stop()
	calling := context.WithoutCancel(ctx) // those under way are ended by their deadline
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		calls.Go(func() { n.in.one(calling) })
		calls.Go(func() { n.alone.one(calling) })
	}
}

func (s *side) one(ctx context.Context) {
	err := s.get(ctx)
	call, isCall := errors.AsType[*actors.CallError](err)
	switch {
	case err == nil:
		s.ok.Add(1)
	case isCall && call.RejectedBy() != "":
		s.refused.Add(1)
	default:
		s.failed.Add(1)
	}
}

func (s *side) get(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return nil
}

// close ends all that belongs to the node. It says no goodbye: the others end with it.
func (n *node) close(ctx context.Context) error {
	var left error
	if n.fleet != nil {
		left = n.fleet.Close()
	}
	n.base.CloseIdleConnections()
	return errors.Join(left, n.sys.Shutdown(ctx))
}
