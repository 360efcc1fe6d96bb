// SPDX-License-Identifier: Apache-2.0

package network

import (
	"errors"
	"fmt"
	"time"
)

// SetLink gives one direction between two nodes other properties than [Options.Link], from now on: what is on
// the way stays as it was drawn. It is an error if a name is unknown, or with everything wrong in l.
func (n *Network) SetLink(from, to string, l Link) error {
	err := l.Validate().Err()
	n.mu.Lock()
	defer n.mu.Unlock()
	way, unknown := n.way(from, to)
	if err := errors.Join(unknown, err); err != nil {
		return fmt.Errorf("network: link from %q to %q: %w", from, to, err)
	}
	way.Link = l.withDefaults()
	return nil
}

// Cut lets nothing through from one node to another, until [Network.Heal]. The other direction stays as it is.
// Packets are lost, those on the way, too; streams stall. It is an error if a name is unknown, or both are the same.
func (n *Network) Cut(from, to string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	way, err := n.way(from, to)
	if err == nil && from == to {
		err = errors.New("a node cannot be cut off from itself")
	}
	if err != nil {
		return fmt.Errorf("network: cut from %q to %q: %w", from, to, err)
	}
	way.cut = true
	return nil
}

// Part divides the network: nothing passes between nodes of different groups, until [Network.Heal] or another Part.
// Those in no group, and nodes that come later, are a group of their own. It is an error, and changes nothing, if a name
// is unknown or in two groups.
func (n *Network) Part(groups ...[]string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	where := map[string]int{}
	var errs []error
	for i, g := range groups {
		for _, name := range g {
			if _, err := n.host(name); err != nil {
				errs = append(errs, err)
			}
			if other, twice := where[name]; twice && other != i+1 {
				errs = append(errs, fmt.Errorf("node %q is in group %d and in group %d", name, other, i+1))
			}
			where[name] = i + 1
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("network: part: %w", err)
	}
	for _, h := range n.order {
		h.group = where[h.name]
	}
	n.release() // another Part may join what the last one divided
	return nil
}

// Heal ends all cuts and the partition. Streams that stalled go on. What [Network.SetLink] said stays, and so
// do pauses.
func (n *Network) Heal() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, h := range n.order {
		h.group = 0
		for _, l := range h.links {
			l.cut = false
		}
	}
	n.release()
}

// Pause stops a node as SIGSTOP does: what it sends, dials, reads or writes waits until [Network.Resume]; what comes
// waits in its buffer. Its own timers run on, as they would have run out when it goes on.
// It is an error if no such node lives. To pause a paused node changes nothing.
func (n *Network) Pause(name string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	t, err := n.alive(name)
	if err != nil {
		return fmt.Errorf("network: pause: %w", err)
	}
	t.pause()
	return nil
}

// pause holds also what came before and was not taken yet.
func (t *Transport) pause() {
	if t.paused {
		return
	}
	t.paused = true
	for {
		select {
		case p := <-t.packets:
			t.held = append(t.held, p)
		case c := <-t.streams:
			t.pending = append(t.pending, c.(*Conn)) //nolint:errcheck // accept puts nothing else in
		default:
			return
		}
	}
}

// Resume lets a paused node go on. It is an error if no such node lives. To resume one that is not
// paused changes nothing.
func (n *Network) Resume(name string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	t, err := n.alive(name)
	if err != nil {
		return fmt.Errorf("network: resume: %w", err)
	}
	t.resume()
	return nil
}

func (t *Transport) resume() {
	t.paused = false
	now := time.Now()
	for _, p := range t.held {
		p.Timestamp = now
		t.take(p)
	}
	for _, c := range t.pending {
		if c.broken == nil {
			t.streams <- c
		}
	}
	t.held, t.pending = nil, nil
	t.wake()
}

// Kill ends a node as SIGKILL does: its streams are reset, dials are refused, packets to it are lost, and its
// [Transport] answers [net.ErrClosed]. What runs on the transport is not stopped: that is the caller's, by
// memberlist's Shutdown. It is an error if no such node lives.
func (n *Network) Kill(name string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	t, err := n.alive(name)
	if err != nil {
		return fmt.Errorf("network: kill: %w", err)
	}
	n.end(t)
	return nil
}

func (n *Network) way(from, to string) (*link, error) {
	f, err := n.host(from)
	t, err2 := n.host(to)
	if err := errors.Join(err, err2); err != nil {
		return nil, err
	}
	return n.link(f, t), nil
}

func (n *Network) host(name string) (*host, error) {
	if h := n.hosts[name]; h != nil {
		return h, nil
	}
	return nil, fmt.Errorf("there is no node %q; Node makes one", name)
}

func (n *Network) alive(name string) (*Transport, error) {
	h, err := n.host(name)
	switch {
	case err != nil:
		return nil, err
	case h.node == nil:
		return nil, fmt.Errorf("node %q is dead; Node brings it back", name)
	}
	return h.node, nil
}
