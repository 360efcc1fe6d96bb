// SPDX-License-Identifier: Apache-2.0

package record

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
)

// Decode reads a packet: all of its records, in memory of their own, or an error and none:
// [ErrCorrupt], [ErrNewer] or [ErrTooMany]. It never panics, and allocates at most 64 KiB
// more than b is long.
func Decode(b []byte) ([]Record, error) {
	body, n, err := survey(b)
	switch {
	case err != nil:
		return nil, err
	case n > MaxDecode:
		return nil, fmt.Errorf("%w: %d records, at most %d", ErrTooMany, n, MaxDecode)
	}
	rs, last := make([]Record, 0, n), ""
	for p := (parser{rest: body}); len(p.rest) > 0; {
		r := p.next().record(last)
		last = r.Owner
		r.Body = bytes.Clone(r.Body)
		rs = append(rs, r)
	}
	return rs, nil
}

// Each reads a packet of any number of records. It has checked all of it when it returns, so
// the records come without errors; memory is taken for one at a time. Their bodies are in b:
// who keeps one copies it, as [Store.Put] does. Errors are [ErrCorrupt] and [ErrNewer].
func Each(b []byte) (iter.Seq[Record], error) {
	body, _, err := survey(b)
	if err != nil {
		return nil, err
	}
	return func(yield func(Record) bool) {
		last := ""
		for p := (parser{rest: body}); len(p.rest) > 0; {
			r := p.next().record(last)
			if last = r.Owner; !yield(r) {
				return
			}
		}
	}, nil
}

// survey checks a whole packet and counts its records, and allocates nothing.
func survey(packet []byte) (body []byte, n int, err error) {
	if body, err = open(packet, sortRecords); err != nil {
		return nil, 0, err
	}
	p := parser{rest: body}
	for len(p.rest) > 0 {
		at := len(packet) - len(p.rest)
		if r := p.next(); p.bad || !r.sound() {
			return nil, 0, fmt.Errorf("%w: record %d, from byte %d of %d on, is none", ErrCorrupt, n+1, at, len(packet))
		}
		n++
	}
	return body, n, nil
}

// raw is a record whose texts are still in the packet.
type raw struct {
	flags            byte
	owner, key, body []byte
	version          Version
}

// record makes its texts strings. Most records come after another of their owner, the last.
func (r raw) record(last string) Record {
	owner := last
	if string(r.owner) != last {
		owner = string(r.owner)
	}
	return Record{
		Owner: owner, Key: string(r.key), Kind: Kind(r.flags & kindBits),
		Version: r.version, Deleted: r.flags&deletedBit != 0, Body: r.body,
	}
}

// sound says what [Record.Check] says, before there are strings.
func (r raw) sound() bool {
	shell := Record{Kind: Kind(r.flags & kindBits), Version: r.version, Deleted: r.flags&deletedBit != 0, Body: r.body}
	return r.flags&^(kindBits|deletedBit) == 0 && nameSound(len(r.owner)) && nameSound(len(r.key)) && shell.valueSound()
}

// parser reads records off a packet. When bad, nothing that it returned may be used.
type parser struct {
	rest []byte
	bad  bool
}

func (p *parser) next() (r raw) {
	r.flags = p.rest[0]
	p.rest = p.rest[1:]
	r.owner = p.text()
	r.key = p.text()
	r.version.Epoch = p.number()
	r.version.Seq = p.number()
	r.body = p.text()
	return r
}

// text reads a length and as many bytes. Its capacity ends with it: who appends does not
// write into the packet. Of an empty one there is nil.
func (p *parser) text() []byte {
	n := p.number()
	if p.bad || n > uint64(len(p.rest)) {
		p.bad = true
		return nil
	}
	t := p.rest[:n:n]
	p.rest = p.rest[n:]
	if n == 0 {
		return nil
	}
	return t
}

func (p *parser) number() uint64 {
	v, n := binary.Uvarint(p.rest)
	if n <= 0 || n > 1 && p.rest[n-1] == 0 { // cut, over 64 bits, or not the shortest form
		p.bad = true
		return 0
	}
	p.rest = p.rest[n:]
	return v
}
