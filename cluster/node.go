// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster/events"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/cluster/verdict"
	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/gossip/mtls"
	"github.com/fuseboard/fuseboard/gossip/record"
)

// ErrLeft is what a node that has left answers.
var ErrLeft = errors.New("cluster: the node has left the fleet")

// Node is this process in its fleet. Make one with [Join]; all its methods may be called from any goroutine.
type Node struct {
	opts   Options
	sys    *actors.System
	gossip *gossip.Node
	tls    *mtls.Transport // the carrier; nil: another one
	joined fuseboard.Instant

	asks    chan func() // what the loop is asked to do
	left    chan struct{}
	ended   chan struct{} // the loop has ended
	leaving sync.Once
	stops   []func() // what ends with the node, the last first
	all     sync.WaitGroup

	guards *guards // that came and went, until the loop takes them
	hand   *hand   // does what the loop may not wait for
	local  *actors.Subscription
	trust  orders.Trust

	// The loop owns the rest.
	desks    map[string]*desk
	peers    *roster
	boots    *boots // of this node
	book     *orders.Book
	trouble  error // of the book's folder
	standing map[string]*standing
	obeyed   string // what was last told of the orders that this node has
	lookedAt time.Time
	source   *events.Source // of this node's own events
	stream   *events.Stream // of everybody's
	recall   recollection
	more     chan struct{} // closed when the stream has more
	breath   float64       // how many events this node may tell at once
	breathed fuseboard.Instant
	untold   uint64 // events that were too many, or could not be told
	scratch  []verdict.Peer
	beaconAt fuseboard.Instant
	forgotAt fuseboard.Instant
	suspect  bool
	calls    int // dependencies that are called
	alone    int // of them, those that fail for this node alone
}

// Join lets a System take part in its service's fleet, until [Node.Leave]. Nothing above changes: guards are called as
// before; those whose policy has a fleet section tell the others what they see, and hear what the fleet makes of it. It returns when
// the node listens; it does not wait for others, as there may be none.
//
// Errors: [fuseboard.Problems] of the options; what the network or the folder says; a [fuseboard.Problem] for a System that
// is in a fleet already.
func Join(ctx context.Context, sys *actors.System, opts Options) (*Node, error) {
	if err := check(sys, opts); err != nil {
		return nil, err
	}
	n := &Node{
		opts: opts, sys: sys, asks: make(chan func()), left: make(chan struct{}), ended: make(chan struct{}),
		desks: map[string]*desk{}, peers: newRoster(opts.Name), guards: newGuards(), hand: newHand(),
		standing: map[string]*standing{},
	}
	if err := n.openBook(); err != nil {
		return nil, err
	}
	stop, err := sys.FollowFleet(n.guards) // first: a System that is in a fleet must not be seen to begin again
	if err != nil {
		return nil, err
	}
	g, err := gossip.Start(ctx, n.gossipOptions())
	if err != nil {
		stop()
		return nil, fmt.Errorf("join the fleet %s: %w", opts.Label(), err)
	}
	n.gossip, n.joined = g, sys.Now()
	boot := g.Self().Boot
	n.boots = newBoots(boot, g.Boots(), time.Now())
	n.source, n.stream, n.more, n.breath = events.NewSource(opts.Name, boot), events.NewStream(boot, 0), make(chan struct{}), mostAtOnce
	n.stops = append(n.stops, stop)
	n.begin()
	return n, nil
}

// begin starts the goroutines.
func (n *Node) begin() {
	watch := n.gossip.Watch()
	changes := make(chan []gossip.Change)
	ctx, cancel := context.WithCancel(context.Background())
	n.stops = append(n.stops, cancel)
	n.all.Go(func() { n.hearken(ctx, watch, changes) })
	n.all.Go(func() { n.hand.work(ctx) })
	n.local = n.sys.Subscribe(localEvents)
	n.stops = append(n.stops, n.local.Close)
	n.all.Go(func() { n.run(changes, n.local.C()) })
}

// hearken hands what the gossip tells to the loop.
func (n *Node) hearken(ctx context.Context, watch *gossip.Watcher, changes chan<- []gossip.Change) {
	for {
		news, err := watch.Next(ctx)
		if err != nil {
			return
		}
		select {
		case changes <- news:
		case <-n.left:
			return
		}
	}
}

// Name is the stable name of this node.
func (n *Node) Name() string { return n.opts.Name }

// Fleet is the label of the fleet: "checkout/production".
func (n *Node) Fleet() string { return n.opts.Label() }

// Members lists who is in the fleet, this node included.
func (n *Node) Members() []gossip.Member { return n.gossip.Members() }

// Gossip is the node beneath: its addresses, keys and numbers.
func (n *Node) Gossip() *gossip.Node { return n.gossip }

// Leave says goodbye, waits until it was told, and ends what belongs to the node. Holds of the fleet end: each guard decides by
// itself again. The error is that of the context, or of the goodbye; the node has left in any case.
func (n *Node) Leave(ctx context.Context) error {
	_ = n.ask(ctx, n.lastEvents) // a loop that has ended has told them, or is past that
	err := n.gossip.Leave(ctx)
	n.end()
	return errors.Join(err, n.gossip.Close())
}

// Close ends the node without a goodbye, as a crash does, but for what it wrote. Others find out by themselves.
func (n *Node) Close() error {
	n.end()
	return n.gossip.Close()
}

// end stops the goroutines, and waits for them.
func (n *Node) end() {
	n.leaving.Do(func() {
		close(n.left)
		for i := len(n.stops) - 1; i >= 0; i-- {
			n.stops[i]()
		}
	})
	n.all.Wait()
}

// ask lets the loop do something, and waits until it is done.
func (n *Node) ask(ctx context.Context, do func()) error {
	done := make(chan struct{})
	select {
	case n.asks <- func() { do(); close(done) }:
	case <-n.ended:
		return ErrLeft
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	<-done // the loop never waits for anybody
	return nil
}

// gossipOptions are those of the node beneath.
func (n *Node) gossipOptions() gossip.Options {
	o := n.opts.beneath()
	o.Accept = n.accept
	if n.opts.TLS != nil {
		t := n.opts.overTLS()
		o.Carrier = func(string) (memberlist.NodeAwareTransport, error) {
			carrier, err := mtls.New(t)
			n.tls = carrier
			return carrier, err
		}
	}
	return o
}

// accept judges a record of another owner before it is merged and told on: what nobody could read does not travel.
func (n *Node) accept(r record.Record) error {
	kind, rest, found := strings.Cut(r.Key, "/")
	if found {
		kind = r.Key[:len(kind)+1]
	}
	ofNobody := strings.HasPrefix(r.Owner, gossip.Nobody)
	if ofNobody && (kind != orderKeys || r.Deleted) { // what an order did is undone by another one, which is signed
		return errors.New("cluster: evidence of nobody")
	}
	if r.Deleted {
		return nil
	}
	return n.acceptKind(r, kind, rest)
}

// acceptKind judges a record by its kind.
func (n *Node) acceptKind(r record.Record, kind, rest string) error {
	switch kind {
	case beaconKey:
		_, err := verdict.DecodeBeacon(r.Body)
		return err
	case cellKeys:
		_, err := verdict.DecodeCell(r.Body)
		return err
	case orderKeys:
		return n.acceptOrder(r, rest)
	case eventKeys:
		return acceptEvent(r)
	case obeysKey:
		_, err := decodeObeys(r.Body)
		return err
	case bootKeys:
		_, err := bootOf(r)
		return err
	}
	return nil // of a later version: carried, not read
}
