// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"context"
	"maps"
	"math"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/fuseboard/fuseboard"
)

const (
	// followUp is when a member is met again that was met after an absence: what each said of the other's side the first
	// time has been answered by then, and the answers outweigh that somebody was thought dead.
	followUp = time.Second
	// chasers is how many members of a fleet chase who is missing in one round, on average: more would only be more
	// traffic to those who will not come back.
	chasers = 6
	// seedsAge is how long addresses of seeds are used before they are asked for again.
	seedsAge = 5 * time.Second
)

// early is when a new node meets somebody again: somebody may have missed that it came.
var early = [...]time.Duration{500 * time.Millisecond, time.Second}

// seeker looks for members, from one goroutine.
type seeker struct {
	n     *Node
	seeds []string
	asked fuseboard.Instant
	known bool // seeds were asked
}

// first meets whom it can before Start returns.
func (n *Node) first(ctx, life context.Context) {
	both, cancel := context.WithTimeout(ctx, n.tune.stream)
	defer cancel()
	s := seeker{n: n}
	var tries sync.WaitGroup
	for _, a := range some(n.dice, s.strangers(both), mostJoins) {
		tries.Add(1)
		n.work.Go(func() {
			defer tries.Done()
			n.meet(a.address, a.full)
		})
	}
	done := make(chan struct{})
	n.work.Go(func() {
		tries.Wait()
		close(done)
	})
	select {
	case <-done:
	case <-both.Done():
	case <-life.Done():
	}
}

// seek is the one goroutine that looks for members: memberlist itself never looks again for whom it takes for dead.
func (n *Node) seek(life context.Context) {
	s := seeker{n: n}
	for _, d := range early {
		if !wait(life, d) {
			return
		}
		s.anybody(life)
	}
	now := n.clock.Now()
	rejoin, chase := now.Add(n.dice.around(n.tune.rejoin)), now.Add(n.dice.around(n.tune.chase))
	for wait(life, checks) && !n.gone() {
		now = n.clock.Now()
		silence := now.Sub(fuseboard.Instant(n.contact.Load()))
		switch {
		case now >= rejoin:
			s.anybody(life)
			rejoin = now.Add(n.dice.around(dilated(n.tune.rejoin, n.roster.view(now).here)))
		case now >= chase:
			if silence > n.tune.silence/2 {
				s.anybody(life)
			}
			s.chase(life, now)
			chase = now.Add(n.dice.around(n.tune.chase))
		}
	}
}

// dilated is a period in a fleet of so many: what two nodes exchange when they meet grows with it, and so above 32
// they meet more seldom, as memberlist's own exchanges do. Who is missing is not waited for: see chase.
func dilated(d time.Duration, members int) time.Duration {
	const scale = 32
	if members <= scale {
		return d
	}
	return d * time.Duration(1+math.Ceil(math.Log2(float64(members)/scale)))
}

// place is where a member may be, and its full name, if that is known.
type place struct{ address, full string }

func places(m map[string]string) []place {
	out := make([]place, 0, len(m))
	for _, address := range slices.Sorted(maps.Keys(m)) { // the order of maps is not from the seed
		out = append(out, place{address, m[address]})
	}
	return out
}

// anybody meets one of all who are known.
func (s *seeker) anybody(life context.Context) {
	all := s.others(life)
	maps.Copy(all, s.n.roster.addresses())
	for _, p := range some(s.n.dice, places(all), 1) {
		s.n.join(life, p.address, p.full, false)
	}
}

// chase meets some of those who are missing, if the node is one of the few who do.
func (s *seeker) chase(life context.Context, now fuseboard.Instant) {
	v := s.n.roster.view(now)
	if v.here >= v.high && v.here > 1 || !s.n.dice.hit(float64(chasers)/float64(v.here)) {
		return
	}
	for _, p := range some(s.n.dice, s.strangers(life), mostJoins) {
		s.n.join(life, p.address, p.full, true)
	}
}

// listen tries some members at once when none has answered for a while, and again until one does: memberlist
// tries one after the other, ever more slowly where packets are lost, and that some of these are would be silence, too.
func (n *Node) listen(now fuseboard.Instant) {
	if now.Sub(fuseboard.Instant(n.contact.Load())) < n.tune.silence/6 || n.gone() {
		return
	}
	for _, p := range some(n.dice, n.roster.peers(), mostPings) {
		select {
		case n.pings <- struct{}{}:
		default:
			return // those on their way are enough
		}
		n.work.Go(func() {
			defer func() { <-n.pings }()
			if _, err := n.list.Ping(p.Name, &net.UDPAddr{IP: p.Addr, Port: int(p.Port)}); err == nil {
				n.contact.Store(int64(n.clock.Now()))
			}
		})
	}
}

// tellDoubts tells members that they are suspect here. memberlist tells them with the version of the member that it knows; to who
// has a newer one that is old news, and not answered. A newer one that nobody knows comes of loss, and of a queue that now and then
// loses a message (hashicorp/memberlist#263).
func (n *Node) tellDoubts(now fuseboard.Instant) {
	for _, p := range n.roster.doubted(now) {
		n.parcel(parcel{to: p, frame: []byte{byte(frameDoubt)}})
	}
}

// insist says again, with a newer version, that the node lives: seldom, whoever asks.
func (n *Node) insist(now fuseboard.Instant) {
	if now.Sub(n.said) < n.tune.probe || n.gone() {
		return
	}
	select {
	case n.repeats <- struct{}{}:
	default:
		return
	}
	n.said = now
	n.work.Go(func() {
		defer func() { <-n.repeats }()
		_ = n.list.UpdateNode(n.tune.probe) // its error is that it has not been sent yet
	})
}

// strangers are addresses where nobody is known to be here.
func (s *seeker) strangers(ctx context.Context) []place { return places(s.others(ctx)) }

// others are where members may be who are not here: seeds, those who are missing, and those of former lives.
func (s *seeker) others(ctx context.Context) map[string]string {
	n := s.n
	s.askSeeds(ctx)
	all := map[string]string{}
	for _, address := range s.seeds {
		all[address] = ""
	}
	here := n.roster.present()
	n.mu.Lock()
	for _, k := range n.known.Seen {
		if name, _, ok := splitName(k.Node); ok && !here[name] {
			all[k.Address] = k.Node
		}
	}
	n.mu.Unlock()
	maps.Copy(all, n.roster.missing())
	for address := range n.roster.addresses() {
		delete(all, address)
	}
	delete(all, n.Self().Address)
	return all
}

// askSeeds looks seeds up again, if that was long ago.
func (s *seeker) askSeeds(ctx context.Context) {
	n, now := s.n, s.n.clock.Now()
	if len(n.opts.Seeds) == 0 || s.known && now.Sub(s.asked) <= seedsAge {
		return
	}
	found, err := find(ctx, n.opts.Seeds, n.look)
	if err != nil {
		n.counts.seeds.fail(err)
	}
	n.knocks.found(found, err)
	if len(found) > 0 || err == nil {
		s.seeds = found // else the old ones are better than none
	}
	s.asked, s.known = now, true
}

// meet exchanges all that is known with the node at an address, and says whether it did.
func (n *Node) meet(address, full string) bool {
	n.counts.joins.Add(1)
	to := address
	if full != "" {
		to = full + "/" + address
	}
	_, err := n.list.Join([]string{to})
	n.knocks.tried(address, err)
	if err != nil {
		n.counts.join.fail(err)
		return false
	}
	n.contact.Store(int64(n.clock.Now()))
	return true
}

// join meets the node at an address, on a goroutine of its own, if not too many do; again, a second time after a while.
func (n *Node) join(life context.Context, address, full string, again bool) {
	select {
	case n.joins <- struct{}{}:
	default:
		n.counts.joinsSkipped.Add(1)
		return
	}
	n.work.Go(func() {
		defer func() { <-n.joins }()
		if n.meet(address, full) && again && wait(life, followUp) {
			n.meet(address, full)
		}
	})
}

// wait returns whether d went by before life ended.
func wait(life context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-life.Done():
		return false
	case <-t.C:
		return true
	}
}
