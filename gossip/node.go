// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/gossip/limits"
	"github.com/fuseboard/fuseboard/gossip/record"
)

// Errors of nodes.
var (
	// ErrClosed is what a node and its watchers answer after Close.
	ErrClosed = errors.New("gossip: the node is closed")
	// ErrLeft is what a node that said goodbye answers to who wants to write.
	ErrLeft = errors.New("gossip: the node has left its fleet")
	// ErrOld is in the error of [Node.Offer] when a newer record is known.
	ErrOld = errors.New("a newer record is known")
	// ErrConflict is in the error of [Node.Offer] when another record of the same version is known.
	ErrConflict = errors.New("another record of the same version is known")
	// ErrRefused is in errors of [Node.Put], [Node.Delete] and [Node.Offer] when there is no room for the record, or [Options.Accept] does
	// not want it.
	ErrRefused = errors.New("the record is refused")
)

// Node is one node of a fleet. Any goroutine may call any method at any time.
type Node struct {
	opts  Options
	tune  tuning
	full  string // name and boot
	boot  uint64
	meta  []byte // of memberlist
	clock *fuseboard.Clock
	dice  *dice
	look  lookup

	list   *memberlist.Memberlist
	ring   keys
	wire   *wire
	roster *roster
	mail   mail
	lines  lines
	counts counts

	refused refusals
	knocks  knocks
	limits  *limits.Transport // around the carrier

	in      chan letter // from memberlist's goroutines to the keeper
	inBytes atomic.Int64
	out     chan parcel   // to the sender
	bulk    chan struct{} // one for each reliable message on its way
	joins   chan struct{} // one for each join on its way
	pings   chan struct{} // one for each ping of ours on its way
	repeats chan struct{} // held while the node says again that it lives

	written memory            // the scribe's: what is on disk
	met     fuseboard.Instant // the keeper's: when it met a member that saw others
	vain    int               // how often since members changed last
	said    fuseboard.Instant // the keeper's: when it said last that it lives

	rounds   atomic.Uint64 // packets that memberlist has filled, with news of its own first
	contact  atomic.Int64  // the instant when a member answered last
	isolated atomic.Bool
	ending   chan struct{} // held by Leave and Close
	cancel   context.CancelFunc
	work     sync.WaitGroup

	mu     sync.Mutex // for what follows; held for a few steps only
	store  *record.Store
	queue  *record.Queue
	known  memory // of former lives
	unread string // why there is nothing of them; set before the node begins
	left   bool
	closed bool
}

// Bounds of what is on its way inside of a node.
const (
	mostLetters     = 1024
	mostLetterBytes = 16 << 20
	mostParcels     = 512
	mostBulk        = 4
	mostJoins       = 3
	mostPings       = 4
)

// Start begins a life of a node, and asks seeds and members of former times for the fleet: once, until ctx ends. That none
// of them answers is no error: the node is alone, and goes on to ask. Options that cannot be used are an error, which lists
// everything wrong, and so is an address that cannot be bound, or a Dir that cannot be made. Close ends the node; the end of ctx
// after Start does not.
func Start(ctx context.Context, opts Options) (*Node, error) {
	if err := opts.Validate().Err(); err != nil {
		return nil, fmt.Errorf("gossip: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("gossip: node %q: %w", opts.Name, err)
	}
	n, err := newNode(opts.withDefaults())
	if err == nil {
		err = n.create()
	}
	if err != nil {
		return nil, fmt.Errorf("gossip: node %q: %w", opts.Name, err)
	}
	n.begin(ctx)
	return n, nil
}

// newNode is a node without a network.
func newNode(opts Options) (*Node, error) {
	n := &Node{
		opts: opts, tune: tunings[opts.Profile],
		clock: fuseboard.NewClock(), look: net.DefaultResolver.LookupHost,
		in: make(chan letter, mostLetters), out: make(chan parcel, mostParcels),
		bulk: make(chan struct{}, mostBulk), joins: make(chan struct{}, mostJoins), pings: make(chan struct{}, mostPings), repeats: make(chan struct{}, 1),
		ending: make(chan struct{}, 1), cancel: func() {},
		store: record.NewStore(opts.Limits), queue: record.NewQueue(opts.Limits),
	}
	n.mail.watchers = map[*Watcher]struct{}{}
	n.lines.refuse = n.refuse
	n.lines.doubt = func(full string) { n.mail.members(n.roster.doubt(n.clock.Now(), full)) }
	if err := n.recall(); err != nil {
		return nil, err
	}
	n.full = fullName(opts.Name, n.boot)
	n.meta = encodeMeta(opts.Zone, opts.Meta, paddingOf(n.full))
	if n.opts.Seed == 0 {
		n.opts.Seed = n.boot
	}
	n.dice = newDice(n.opts.Seed, opts.Name)
	n.roster = newRoster(n.full, opts.MaxMembers)
	n.roster.high.see(0, n.known.HighWater)
	var err error
	n.ring, err = newKeys(opts.Keys)
	return n, err
}

// recall reads what a former life left, and takes a boot above all of them.
func (n *Node) recall() error {
	now := time.Now()
	if n.opts.Dir != "" {
		if err := os.MkdirAll(n.opts.Dir, 0o700); err != nil {
			return fmt.Errorf("dir: %w; give a folder that can be written, or leave it out", err)
		}
		known, err := readMemory(n.opts.Dir, n.opts.Name)
		if err != nil {
			err = fmt.Errorf("what this node knew of its fleet, in %s, could not be read, and a new file takes its place: %w", filepath.Join(n.opts.Dir, diskFile), err)
			n.counts.disk.fail(err)
			n.unread = err.Error()
		}
		n.known = known.recent(now)
		if len(n.known.Seen) == 0 {
			n.known.HighWater = 0 // that was long ago
		}
	}
	n.boot = n.store.Boot(n.opts.Name, max(epoch(now), n.known.Boot+1))
	n.store.Horizon(epoch(now.Add(horizon)))
	return nil
}

// horizon is how far a member's wall clock may be ahead.
const horizon = time.Hour

// epoch is a time as boots and epochs have it.
func epoch(t time.Time) uint64 { return uint64(max(t.UnixMilli(), 1)) }

// create gives the node to the network.
func (n *Node) create() error {
	logger := log.New(&n.lines, "", 0)
	var err error
	if n.limits, err = n.limited(logger); err != nil {
		return err
	}
	n.wire = n.newWire(n.limits)
	c := n.tune.config()
	c.Name, c.Label, c.Transport, c.Logger = n.full, n.opts.Label, n.wire, logger
	c.Keyring = n.ring.ring
	d := delegate{n}
	c.Delegate, c.Events, c.Alive, c.Conflict, c.Ping = d, d, d, d, d
	if err := n.advertise(c); err != nil {
		return errors.Join(err, n.wire.Shutdown())
	}
	n.list, err = memberlist.Create(c)
	if err != nil {
		return errors.Join(err, n.wire.Shutdown())
	}
	return nil
}

// begin lets everything run, and looks for the fleet.
func (n *Node) begin(ctx context.Context) {
	life, cancel := context.WithCancel(context.Background())
	n.cancel = cancel
	n.contact.Store(int64(n.clock.Now()))
	n.work.Go(func() { n.keep(life) })
	n.work.Go(func() { n.send(life) })
	if n.opts.Dir != "" {
		n.work.Go(func() { n.scribe(life) })
	}
	n.first(ctx, life)
	n.work.Go(func() { n.seek(life) })
}

// Self is the node itself, as others see it.
func (n *Node) Self() Member { return n.roster.own() }

// Boots are the boots of the node's last lives before this one, 64 at most, in order, as [Options.Dir] remembers them.
func (n *Node) Boots() []uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.known.Boots)
}

// Members returns every member that is here or was lately, by name and boot, the node itself included. Those who left are forgotten
// after 10 minutes, those who failed after 24 hours.
func (n *Node) Members() []Member { return n.roster.all() }

// Now is the present instant of the node's clock, which began with it.
func (n *Node) Now() fuseboard.Instant { return n.clock.Now() }

// Watch returns a watcher that sees what changes from now on: records of all owners, members, and whether the node is isolated.
func (n *Node) Watch() *Watcher { return n.mail.watch() }

// Isolated reports whether the node is cut off from its fleet, as far as it can tell: it sees less than half of the
// high-water mark, or is alone though it knew others, or no member has answered it for 6 seconds ([WAN]: 24).
func (n *Node) Isolated() bool { return n.isolated.Load() }

// HighWater is how many nodes the fleet had at most within the last 24 hours, less those that left.
func (n *Node) HighWater() int { return n.roster.view(n.clock.Now()).high }

// Settle forgets the members that are away, and takes those who are here for the whole fleet: an operator knows that
// the others will not come back.
func (n *Node) Settle() {
	n.roster.settle(n.clock.Now())
	n.mu.Lock()
	n.known.Seen = nil
	n.mu.Unlock()
	n.judge()
}

// Health is how well the node itself keeps time: 0 is well, 7 is bad. It is memberlist's score.
func (n *Node) Health() int { return n.list.GetHealthScore() }
