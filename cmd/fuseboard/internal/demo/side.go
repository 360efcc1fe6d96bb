// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"errors"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
)

// Policy protects the upstream in a demo of that length. Its open time fits the
// run, a twenty-fifth of it and a second at most; a service would open its
// circuit for ten seconds.
func Policy(length time.Duration) actors.Policy {
	return actors.Policy{
		Bulkhead: actors.Bulkhead{
			Concurrency: 16, Queue: 32,
			Quota: actors.PriorityQuota{Normal: 0.9, Sheddable: 0.5}, // the rest is kept for what is more urgent
		},
		Deadline: actors.Deadline{Total: Deadline, Attempt: 250 * time.Millisecond},
		Retry:    actors.Retry{Attempts: 2, Backoff: actors.Backoff{Base: 20 * time.Millisecond}},
		Breaker: actors.Breaker{
			FailureRate: 0.5, MinCalls: 20, Window: actors.Window{Calls: 50},
			OpenFor: min(length/25, time.Second), OpenGrowth: 1,
		},
	}
}

// The names of the guards, of the protected side and of the one with answers.
const (
	guarded   = "upstream"
	answering = "upstream-with-answers"
)

// side is one of the three clients with its own upstream.
type side struct {
	upstream *Upstream
	client   *client
	call     func(context.Context, request) (string, error)
	record   Recorder
}

func newSide(script Script, seed uint64, elapsed func() time.Duration) (*side, error) {
	u, err := NewUpstream(script, seed, elapsed)
	if err != nil {
		return nil, err
	}
	c := newClient(u.URL())
	return &side{upstream: u, client: c, call: c.get}, nil
}

// protect puts the side's client behind a guard: the same client, with a transport
// around its own.
func (s *side) protect(sys *actors.System, p actors.Policy) (*actors.Guard, error) {
	guard, err := actors.Protect(sys, guarded, p)
	if err != nil {
		return nil, err
	}
	transport, err := httpclient.NewTransport(sys, httpclient.Options{Guard: guard, Name: "get", Base: s.client.http.Transport})
	if err != nil {
		return nil, err
	}
	s.client.http.Transport = transport
	return guard, nil
}

// one makes one call and records how it ended.
func (s *side) one(ctx context.Context, p fuseboard.Priority, r request, elapsed func() time.Duration) {
	var info actors.Info // stays zero where no guard gives the answers
	at := elapsed()
	_, err := s.call(actors.WithInfo(fuseboard.WithPriority(ctx, p), &info), r)
	s.record.Add(Sample{
		At: at, Took: elapsed() - at, End: endOf(err), Priority: p,
		Degraded: info.Degraded, Cached: info.Source == actors.FromCache || info.Source == actors.FromStale, Age: info.Age,
	})
}

// endOf says what the caller got. Refused is what a policy refused before the
// first attempt; a call that was tried and then given up has failed.
func endOf(err error) End {
	if err == nil {
		return Answered
	}
	if call, ok := errors.AsType[*actors.CallError](err); ok && call.RejectedBy() != "" {
		return Refused
	}
	return Failed
}

// close ends the connections first, so that the server finds them idle.
func (s *side) close() error {
	s.client.close()
	return s.upstream.Close()
}
