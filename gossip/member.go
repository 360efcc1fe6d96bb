// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"strconv"

	"github.com/fuseboard/fuseboard"
)

// State is how a member is, as this node sees it.
type State uint8

const (
	// Alive is a member of whom nobody says otherwise.
	Alive State = iota
	// Suspect is a member that did not answer this node's last question, directly or through others, and
	// may yet. It still counts as one who is here.
	Suspect
	// Left is one who said goodbye.
	Left
	// Failed is one who went without a word, or is out of reach.
	Failed
)

// String returns the word of the state: "alive".
func (s State) String() string {
	switch s {
	case Alive:
		return "alive"
	case Suspect:
		return "suspect"
	case Left:
		return "left"
	case Failed:
		return "failed"
	}
	return "state " + strconv.Itoa(int(s))
}

// Here reports whether a member counts as one who is here: alive, or suspect.
func (s State) Here() bool { return s == Alive || s == Suspect }

// Member is one life of a node. It is a copy, and the reader's own.
type Member struct {
	// Name is the node's stable name.
	Name string
	// Boot numbers its lives: milliseconds since 1970 at its start, always higher than the last.
	Boot uint64
	// Address is where it listens, host:port.
	Address string
	// Zone and Meta are what it tells of itself.
	Zone string
	Meta []byte
	// State is how it is.
	State State
	// Since is when it came to that state here, on this node's clock ([Node.Now]).
	Since fuseboard.Instant
	// Superseded marks a life that is here although one of the same name with a later boot is, too: two
	// processes have one name. The later counts.
	Superseded bool
}
