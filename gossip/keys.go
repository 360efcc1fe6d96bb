// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"github.com/hashicorp/memberlist"
)

// keys are one or two keys of AES, or none. memberlist reads its ring without our lock, and may still
// read a slice that it was handed out: a key is only ever taken from the end of two, where nothing moves.
type keys struct {
	mu   *sync.Mutex
	ring *memberlist.Keyring // nil: plaintext
}

func newKeys(all [][]byte) (keys, error) {
	k := keys{mu: &sync.Mutex{}}
	if len(all) == 0 {
		return k, nil
	}
	own := make([][]byte, len(all))
	for i, key := range all {
		own[i] = bytes.Clone(key)
	}
	ring, err := memberlist.NewKeyring(own[1:], own[0])
	k.ring = ring
	return k, err
}

// Errors of keys.
var (
	errNoRing  = errors.New("gossip: the node was started without keys; start it with one, and every other node too")
	errKey     = errors.New("gossip: a key of AES has 16, 24 or 32 bytes")
	errKeys    = errors.New("gossip: the node has two keys already; drop the old one first, once every node uses the new one")
	errUnknown = errors.New("gossip: the node does not have this key; add it first, on every node")
	errPrimary = errors.New("gossip: the node encrypts with this key; use another one first, on every node")
)

// AddKey makes the node understand a second key, besides the one it encrypts with. To change the key of a fleet: AddKey on every
// node, then UseKey on every node, then DropKey of the old one on every node, each step when all nodes have done the one
// before. It is an error if the node has another second key, or was started without keys. A key that the node has changes nothing.
func (n *Node) AddKey(key []byte) error { return n.ring.add(key) }

// UseKey makes the node encrypt with a key that it has. It goes on to understand the other one.
func (n *Node) UseKey(key []byte) error { return n.ring.use(key) }

// DropKey makes the node forget a key that it does not encrypt with: what comes encrypted with it is refused from now
// on, and counted. A key that it does not have changes nothing.
func (n *Node) DropKey(key []byte) error { return n.ring.drop(key) }

func (k keys) add(key []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.ring == nil:
		return errNoRing
	case !soundKey(key):
		return fmt.Errorf("%w, and this has %d", errKey, len(key))
	case k.has(key):
		return nil
	case len(k.ring.GetKeys()) >= mostKeys:
		return errKeys
	}
	return k.ring.AddKey(bytes.Clone(key))
}

func (k keys) use(key []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.ring == nil:
		return errNoRing
	case !k.has(key):
		return errUnknown
	}
	return k.ring.UseKey(bytes.Clone(key))
}

func (k keys) drop(key []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.ring == nil:
		return errNoRing
	case !k.has(key):
		return nil
	case bytes.Equal(key, k.ring.GetPrimaryKey()):
		return errPrimary
	}
	return k.ring.RemoveKey(key)
}

func (k keys) has(key []byte) bool {
	for _, have := range k.ring.GetKeys() {
		if bytes.Equal(have, key) {
			return true
		}
	}
	return false
}
