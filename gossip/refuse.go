// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"fmt"
	"hash/fnv"
	"math"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/gossip/limits"
	"github.com/fuseboard/fuseboard/gossip/record"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Reason is why a node did not let something in.
type Reason uint8

// The reasons.
const (
	// OtherLabel is a packet or stream of another fleet, or of none.
	OtherLabel Reason = iota
	// OtherKey is what no key of the node opens, packets that are not encrypted included, and what is encrypted where the node has
	// no key.
	OtherKey
	// Unencrypted is a stream that is not encrypted, where the node has a key.
	Unencrypted
	// Corrupt is what memberlist could not read.
	Corrupt
	// Inflated is what is compressed, or says that it is longer than what nodes send, which they never do: it would take much
	// memory to look inside. Where all is encrypted, that is packets of more than 2 KiB.
	Inflated
	// Unreadable is a message that this package could not read.
	Unreadable
	// Newer is a message of a version that this one does not know.
	Newer
	// Oversize is a message of more than 4 MiB.
	Oversize
	// NotAdmitted is news of a node that [Options.Admit] or MaxMembers refused, or that is no node of this package.
	NotAdmitted
	// NotAccepted is a record that [Options.Accept] refused.
	NotAccepted
	// Stranger is a question of a node that is no member: some come whenever nodes begin.
	Stranger
	// OverLimit is a packet or stream beyond the limits of one source, or of all.
	OverLimit

	reasons = int(OverLimit) + 1
)

// reasonWords are a reason's word; what is counted, one and many; why it is refused, and what to do.
var reasonWords = [reasons]struct{ word, one, many, why, fix string }{
	OtherLabel:  {"label", parcelOne, parcelMany, "no gossip, or another label", "compare service and environment of both nodes, which are the label"},
	OtherKey:    {"key", parcelOne, parcelMany, "wrong key", "compare Keys of both nodes"},
	Unencrypted: {"plaintext", "stream", "streams", "not encrypted", "give that node the Keys of this fleet"},
	Corrupt:     {"corrupt", parcelOne, parcelMany, "damaged, or no gossip", "look what sends there, and whether the network loses much"},
	Inflated:    {"inflated", parcelOne, parcelMany, "compressed, or longer than nodes send", "look who sends there: it is no node of this kind"},
	Unreadable:  {"unreadable", "message", "messages", "cannot be read", "look whether all nodes have one version"},
	Newer:       {"newer", "message", "messages", "of a newer version", "upgrade this node"},
	Oversize:    {"oversize", "message", "messages", "longer than 4 MiB", "look who sends there: it is no node of this kind"},
	NotAdmitted: {"not-admitted", "message about a node", "messages about nodes", "not admitted", "raise MaxMembers if the fleet is larger, or look at Admit and at that node's version"},
	NotAccepted: {"not-accepted", "record", "records", "not accepted", "compare versions and Operators of both nodes, and whether two nodes have one name"},
	Stranger:    {"stranger", "question", "questions", "of no member", "nothing, unless it goes on: nodes that begin ask so"},
	OverLimit:   {"limit", parcelOne, parcelMany, "over the limits of one source", "look what sends so much, or wrap the carrier in limits of your own"},
}

const (
	parcelOne  = "packet or stream"
	parcelMany = "packets and streams"
)

// String returns the word of the reason: "key".
func (r Reason) String() string {
	if int(r) >= reasons {
		return fmt.Sprintf("reason-%d", uint8(r))
	}
	return reasonWords[r].word
}

// Reasons are all there are, in order.
func Reasons() (all []Reason) {
	for why := range Reason(reasons) {
		all = append(all, why)
	}
	return all
}

// Refusal is what a node did not let in for one reason since its start. It is a copy.
type Refusal struct {
	// Reason is why, and Count how often.
	Reason Reason
	Count  uint64
	// Heard is how often records came that were not accepted, whose Count is once for each owner, key and version, as far as the
	// node remembers: whoever has one sends it again and again. It is 0 for the other reasons.
	Heard uint64
	// From is where the last came from, an address or the name of a node; empty where nobody knows.
	From string
	// At is when the last came, on this node's clock ([Node.Now]).
	At fuseboard.Instant
}

// String says it in words, with what to do: "3 packets and streams refused: wrong key; last from 10.0.0.2:7946; compare Keys of both nodes".
func (r Refusal) String() string {
	if int(r.Reason) >= reasons {
		return fmt.Sprintf("%d refused: %s", r.Count, r.Reason)
	}
	w := reasonWords[r.Reason]
	text := plain.Count(int(min(r.Count, math.MaxInt)), w.one, w.many) + " refused: " + w.why //nolint:gosec // bounded
	if r.Heard > r.Count {
		text += fmt.Sprintf("; heard %d times", r.Heard)
	}
	if r.From != "" {
		text += "; last from " + r.From
	}
	return text + "; " + w.fix
}

// refusals counts what was not let in. Any goroutine may call it.
type refusals struct {
	mu  sync.Mutex // held for a few steps only: memberlist calls with its own held
	all [reasons]Refusal

	known  map[uint64]bool // hashes of records that were not accepted
	oldest []uint64        // the same as a ring, from next on
	next   int
}

// remembered is how many records that were not accepted are told apart.
const remembered = 1024

// addRecord counts a record that was not accepted: once, however often it comes.
func (r *refusals) addRecord(now fuseboard.Instant, one record.Record) {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%q %q %d %d", one.Owner, one.Key, one.Version.Epoch, one.Version.Seq)
	if r.heardAgain(now, h.Sum64()) {
		return
	}
	r.add(now, NotAccepted, one.Owner)
}

// heardAgain counts that a record came, and reports whether it had come before.
func (r *refusals) heardAgain(now fuseboard.Instant, hash uint64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := &r.all[NotAccepted]
	all.Heard++
	if r.known[hash] {
		all.At = now
		return true
	}
	if r.known == nil {
		r.known = map[uint64]bool{}
	}
	if len(r.oldest) < remembered {
		r.oldest = append(r.oldest, hash)
	} else {
		delete(r.known, r.oldest[r.next])
		r.oldest[r.next], r.next = hash, (r.next+1)%remembered
	}
	r.known[hash] = true
	return false
}

func (r *refusals) add(now fuseboard.Instant, why Reason, from string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	one := &r.all[why]
	one.Reason, one.At = why, now
	one.Count++
	if from != "" {
		one.From = shown(from)
	}
}

// shown is what others said, fit for a line of a terminal.
func shown(text string) string {
	text = plain.Shorten(text)
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}

// overLimit takes the count that the limits keep, without times: it came when it is first seen here.
func (r *refusals) overLimit(now fuseboard.Instant, count uint64) Refusal {
	r.mu.Lock()
	defer r.mu.Unlock()
	one := &r.all[OverLimit]
	if one.Count != count {
		*one = Refusal{Reason: OverLimit, Count: count, At: now}
	}
	return *one
}

func (r *refusals) read() [reasons]Refusal {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all
}

// refuse counts what was not let in.
func (n *Node) refuse(why Reason, from string) { n.refused.add(n.clock.Now(), why, from) }

// Refusals returns what was not let in since the start: one entry for each reason that there was. Look at it where a fleet does
// not come together, and at [Node.Seeds].
func (n *Node) Refusals() (all []Refusal) {
	for why, r := range n.refused.read() {
		if Reason(why) == OverLimit {
			r = n.refused.overLimit(n.clock.Now(), stopped(n.limits.Stats()))
		}
		if r.Count > 0 {
			all = append(all, r)
		}
	}
	return all
}

// stopped is what the limits before the carrier stopped.
func stopped(s limits.Stats) uint64 {
	return s.DroppedByRate + s.DroppedByBytes + s.RefusedBySource + s.RefusedByTotal + s.CutByBytes + s.CutByTime
}
