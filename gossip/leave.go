// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/fuseboard/fuseboard/gossip/record"
)

// goodbye is how long Leave waits at most, and drained how often it looks.
const (
	goodbye = 5 * time.Second
	drained = 50 * time.Millisecond
)

// Leave says goodbye: others take the node for left, not for failed, and do not wait for it to come back. It waits until what
// was to be sent has been, or nobody is left who could hear it, for 5 seconds or until ctx ends; an error says that some of it may not have been. Members can still
// reach the node until Close; it writes nothing more. It may be called again.
func (n *Node) Leave(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, goodbye)
	defer cancel()
	select {
	case n.ending <- struct{}{}:
		defer func() { <-n.ending }()
	case <-ctx.Done():
		return fmt.Errorf("gossip: leave: %w", ctx.Err())
	}
	if done, err := n.lastWord(); done || err != nil {
		return err
	}
	if err := n.drain(ctx); err != nil {
		n.quit()
		return err
	}
	return n.part(ctx)
}

// quit lets memberlist say goodbye, and does not wait until it was said: memberlist itself waits for its goodbye to be sent to members
// that may have left meanwhile, in vain. The error would say that it has not been.
func (n *Node) quit() { _ = n.list.Leave(time.Nanosecond) }

// part says goodbye to members, and waits until it was sent as often as memberlist sends what is new, or nobody is left to be told.
func (n *Node) part(ctx context.Context) error {
	before := n.rounds.Load()
	n.quit()
	for {
		peers := len(n.roster.peers())
		if peers == 0 || n.rounds.Load()-before >= transmissions(peers+1) {
			return nil
		}
		if !wait(ctx, drained) {
			return fmt.Errorf("gossip: leave: %w before the goodbye was sent; members will take the node for failed", ctx.Err())
		}
	}
}

// transmissions is how often memberlist sends a message in a fleet of so many.
func transmissions(members int) uint64 {
	return retransmit * uint64(math.Ceil(math.Log10(float64(members+1))))
}

// lastWord writes the record by which others know that the node has left, and lets nobody write after it.
func (n *Node) lastWord() (done bool, err error) {
	n.mu.Lock()
	switch {
	case n.closed:
		n.mu.Unlock()
		return false, ErrClosed
	case n.left:
		n.mu.Unlock()
		return true, nil
	}
	r := record.Record{
		Owner: n.opts.Name, Key: keyLeft, Kind: record.Transition, Version: n.store.Own(n.opts.Name),
		Body: binary.BigEndian.AppendUint64(nil, n.boot),
	}
	change, verdict := n.put(r, true)
	n.left = true
	n.mu.Unlock()
	return false, n.outcome(change, verdict)
}

// gone reports whether the node has said goodbye.
func (n *Node) gone() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.left
}

// drain waits until nothing waits to be sent.
func (n *Node) drain(ctx context.Context) error {
	for {
		n.mu.Lock()
		waits := n.queue.Len()
		n.mu.Unlock()
		if waits == 0 || len(n.roster.peers()) == 0 {
			return nil
		}
		if !wait(ctx, drained) {
			return fmt.Errorf("gossip: leave: %w while %d records waited to be sent", ctx.Err(), waits)
		}
	}
}

// Close ends the node, and waits for all that runs in it: some hundred milliseconds, a few seconds if it waits for somebody who does not
// answer. Without Leave before, others take it for failed. It may be called again, from any goroutine; all of them wait. Its error is
// the carrier's.
func (n *Node) Close() error {
	n.ending <- struct{}{}
	defer func() { <-n.ending }()
	n.mu.Lock()
	again := n.closed
	n.closed = true
	n.mu.Unlock()
	if again {
		return nil
	}
	health := n.Health()
	n.cancel()
	err := n.list.Shutdown()
	n.work.Wait()
	n.wire.busy.Wait()
	// memberlist waits for nothing that it runs: a question that it has asked takes this long at most.
	time.Sleep(n.tune.probe * time.Duration(max(health, n.Health())+1))
	n.mail.close()
	if err != nil {
		return fmt.Errorf("gossip: close: %w", err)
	}
	return nil
}
