// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"bufio"
	"encoding/binary"
	"errors"

	"github.com/hashicorp/memberlist"
)

// What comes is looked at before memberlist does: a packet of 37 kB may be 40 MiB when it is unpacked, and the thirty bytes at the
// beginning of a stream may ask for a hundred. No node of this package sends either. Where there are keys nobody sees inside, only who
// has one can do so, and a packet is bounded by its length: what memberlist may make of one is some 300 times as much.

// Kinds of memberlist's messages, of v0.7.0 (TestTheDoorKnowsMemberlistsMessages holds them to what it sends).
const (
	kindPushPull = 6
	kindCompound = 7
	kindUser     = 8
	kindCompress = 9
	kindCRC      = 12
	kindLabel    = 244
)

const (
	crcHeader = 5
	// mostNodes is of one exchange of members: a fleet, and its lives of half a minute.
	mostNodes = 16 * mostMembers
	// mostPacket is what a packet of a node has, with label and encryption, and some room: memberlist fills 1400 bytes.
	mostPacket = 2048
	// deepest is how deep a packet may be wrapped: memberlist wraps once.
	deepest = 4
)

// errInflated is what streams end with that are compressed, or say that they are longer than any of a node is.
var errInflated = errors.New("gossip: compressed, or longer than what nodes send")

// inflates reports whether a packet of this label has something compressed in it, however it is wrapped. What memberlist cannot
// read, or refuses for its label, does not.
func inflates(packet []byte, label string) bool {
	b, its, err := memberlist.RemoveLabelHeaderFromPacket(packet)
	if err != nil || its != label {
		return false
	}
	if len(b) >= crcHeader && b[0] == kindCRC {
		b = b[crcHeader:]
	}
	return unpacks(b, deepest)
}

func unpacks(b []byte, deep int) bool {
	if len(b) == 0 {
		return false
	}
	switch b[0] {
	case kindCompress:
		return true
	case kindCompound:
		return deep == 0 || anyUnpacks(b[1:], deep-1)
	}
	return false
}

// anyUnpacks looks at the parts of a compound: how many, their lengths, and they.
func anyUnpacks(b []byte, deep int) bool {
	if len(b) == 0 || len(b) < 1+2*int(b[0]) {
		return false
	}
	lengths, parts := b[1:1+2*int(b[0])], b[1+2*int(b[0]):]
	for ; len(lengths) > 0; lengths = lengths[2:] {
		k := int(binary.BigEndian.Uint16(lengths))
		if k > len(parts) {
			return false // the rest is truncated, and not looked at
		}
		if unpacks(parts[:k], deep) {
			return true
		}
		parts = parts[k:]
	}
	return false
}

// frontBytes holds a label, a kind, and what is at the beginning of a message.
const frontBytes = 4096

// front reads a stream, whose beginning it has looked at.
type front struct {
	r      *bufio.Reader
	looked bool
	err    error
}

// read is the stream's Read, and reports whether it has been refused just now. One goroutine reads a stream.
func (f *front) read(b []byte) (n int, refused bool, err error) {
	if !f.looked {
		f.looked = true
		f.err = lookAhead(f.r)
		refused = f.err != nil
	}
	if f.err != nil {
		return 0, refused, f.err
	}
	n, err = f.r.Read(b)
	return n, false, err
}

// lookAhead returns an error for what memberlist must not see. What ends before it can be judged is memberlist's to judge.
func lookAhead(r *bufio.Reader) error {
	h := header{r: r}
	if kind := h.next(); kind == kindLabel {
		h.at += int(h.next())
		h.kind = h.next()
	} else {
		h.kind = kind
	}
	switch {
	case h.ended:
		return nil
	case h.kind == kindCompress:
		return errInflated
	case h.kind == kindPushPull, h.kind == kindUser:
		return h.numbers()
	}
	return nil
}

// header is what is at the beginning of a stream.
type header struct {
	r     *bufio.Reader
	at    int
	kind  byte
	ended bool // before all was read
}

// next is the next byte, 0 if there is none.
func (h *header) next() byte {
	b, err := h.r.Peek(h.at + 1)
	if err != nil {
		h.ended = true
		return 0
	}
	h.at++
	return b[h.at-1]
}

// some is the next k bytes.
func (h *header) some(k int) string {
	b, err := h.r.Peek(h.at + k)
	if err != nil {
		h.ended = true
		return ""
	}
	h.at += k
	return string(b[h.at-k:])
}

// most is what the numbers of memberlist's headers may be; others it does not send.
var most = map[string]uint64{"Nodes": mostNodes, "UserStateLen": mostLetter, "UserMsgLen": mostLetter, "Join": 1}

// numbers looks at a header in MessagePack: a map of few names to numbers and truths, which is all that memberlist writes.
func (h *header) numbers() error {
	pairs := h.next()
	if !h.ended && pairs&0xf0 != 0x80 {
		return errInflated
	}
	for range pairs & 0x0f {
		length := h.next()
		if !h.ended && length&0xe0 != 0xa0 {
			return errInflated
		}
		name := h.some(int(length & 0x1f))
		value, sound := h.number()
		if h.ended {
			return nil
		}
		if limit, known := most[name]; !known || !sound || value > limit {
			return errInflated
		}
	}
	return nil
}

// number reads a number that is not negative, or a truth.
func (h *header) number() (value uint64, sound bool) {
	switch kind := h.next(); {
	case kind < 0x80:
		return uint64(kind), true
	case kind == 0xc2, kind == 0xc3:
		return uint64(kind - 0xc2), true
	case kind >= 0xcc && kind <= 0xcf: // of 1, 2, 4 or 8 bytes
		return h.bigEndian(1 << (kind - 0xcc)), true
	case kind >= 0xd0 && kind <= 0xd3: // signed: a negative one is too large
		k := 1 << (kind - 0xd0)
		v := h.bigEndian(k)
		return v, v>>(8*k-1) == 0
	}
	return 0, false
}

func (h *header) bigEndian(bytes int) (v uint64) {
	for _, c := range []byte(h.some(bytes)) {
		v = v<<8 | uint64(c)
	}
	return v
}
