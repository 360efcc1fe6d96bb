// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"encoding/binary"
	"errors"
)

// frameKind is the first byte of every user message of memberlist.
type frameKind byte

const (
	frameRecords frameKind = 1 + iota // records, as package record writes them
	frameDigest                       // who asks, what he has, and which members he sees
	frameAnswer                       // records, to who has asked
	frameDoubt                        // nothing: who sends it suspects who gets it
)

// Errors of frames; they are counted.
var (
	errFrame = errors.New("gossip: a frame that cannot be read")
	errNewer = errors.New("gossip: a frame of a kind that this version does not know")
)

func frameOf(kind frameKind, packet []byte) []byte { return append([]byte{byte(kind)}, packet...) }

// question is a digest frame: what a node has, so that the other sends what that lacks.
type question struct {
	from    string // full name
	answer  bool   // to a question: send what I lack, and ask no more
	members uint64 // of the members that the asker sees
	digest  []byte
}

const flagAnswer = 1

func appendQuestion(b []byte, q question) []byte {
	flags := byte(0)
	if q.answer {
		flags = flagAnswer
	}
	b = append(b, byte(frameDigest), flags, byte(len(q.from)))
	b = append(b, q.from...)
	b = binary.BigEndian.AppendUint64(b, q.members)
	return append(b, q.digest...)
}

// readQuestion reads what is behind the kind's byte. The digest is part of b.
func readQuestion(b []byte) (question, error) {
	if len(b) < 2 {
		return question{}, errFrame
	}
	flags, k := b[0], int(b[1])
	b = b[2:]
	if flags&^flagAnswer != 0 {
		return question{}, errNewer
	}
	if len(b) < k+8 {
		return question{}, errFrame
	}
	from := string(b[:k])
	if _, _, ok := splitName(from); !ok {
		return question{}, errFrame
	}
	return question{from: from, answer: flags == flagAnswer, members: binary.BigEndian.Uint64(b[k:]), digest: b[k+8:]}, nil
}
