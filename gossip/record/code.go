// SPDX-License-Identifier: Apache-2.0

package record

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"
	"slices"
)

// Why bytes of others were not read. Each is counted apart: corruption is of networks and
// attackers, a newer format of upgrades.
var (
	// ErrCorrupt: it is cut, changed, or was never a packet of this sort.
	ErrCorrupt = errors.New("record: corrupt packet")
	// ErrNewer: a newer version of this library wrote it. Upgrade this node.
	ErrNewer = errors.New("record: packet of a newer format: upgrade this node")
	// ErrTooMany: [Decode] was given more than [MaxDecode] records: read them with [Each].
	ErrTooMany = errors.New("record: too many records in one packet for Decode: use Each")
)

// A packet is a head and records up to its end. The head is one byte of sort and format, and
// CRC-32C of it and of all that follows the head: it stands in the same place in all
// formats to come, so a packet that is newer can be told from one that is broken.
//
// A record is one byte of kind and flags; owner and key, each with its length before
// it; epoch, seq; the body with its length before it. Numbers are unsigned LEB128, in the
// shortest form alone, so that a record has one encoding.
const (
	headSize    = 5
	format      = 1
	sortRecords = 0x00
	sortDigest  = 0x80 // the highest bit of the first byte; the others are the format
	kindBits    = 0x07
	deletedBit  = 0x08
)

// MaxDecode is how many records [Decode] returns at most. A packet of 1400 bytes
// holds fewer.
const MaxDecode = 192

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func sumOf(packet []byte) uint32 {
	return crc32.Update(crc32.Checksum(packet[:1], castagnoli), castagnoli, packet[headSize:])
}

// head appends a head without its checksum, which seal fills in.
func head(dst []byte, sort byte) []byte { return append(dst, sort|format, 0, 0, 0, 0) }

func seal(packet []byte) { binary.LittleEndian.PutUint32(packet[1:], sumOf(packet)) }

// open returns what follows the head of a packet of that sort.
func open(packet []byte, sort byte) ([]byte, error) {
	switch {
	case len(packet) < headSize:
		return nil, fmt.Errorf("%w: %d bytes, at least %d are its head", ErrCorrupt, len(packet), headSize)
	case binary.LittleEndian.Uint32(packet[1:]) != sumOf(packet):
		return nil, fmt.Errorf("%w: checksum of %d bytes is wrong", ErrCorrupt, len(packet))
	case packet[0]&sortDigest != sort:
		return nil, fmt.Errorf("%w: records and digests are different packets", ErrCorrupt)
	case packet[0]&^sortDigest > format:
		return nil, fmt.Errorf("%w: format %d, this node reads %d", ErrNewer, packet[0]&^sortDigest, format)
	case packet[0]&^sortDigest < format:
		return nil, fmt.Errorf("%w: there is no format 0", ErrCorrupt)
	}
	return packet[headSize:], nil
}

// Append appends one packet of records to dst. Each should pass [Record.Check]: a packet
// with one that does not, nobody reads.
func Append(dst []byte, rs ...Record) []byte { return AppendAll(dst, slices.Values(rs)) }

// AppendAll is [Append] for any number of records, as [Store.All] gives them.
func AppendAll(dst []byte, rs iter.Seq[Record]) []byte {
	at := len(dst)
	dst = head(dst, sortRecords)
	for r := range rs {
		dst = r.append(dst)
	}
	seal(dst[at:])
	return dst
}

// Size returns how many bytes r adds to a packet. An empty packet has 5.
func (r Record) Size() int {
	return 1 + text(len(r.Owner)) + text(len(r.Key)) + digits(r.Version.Epoch) + digits(r.Version.Seq) + text(len(r.Body))
}

func text(n int) int { return digits(uint64(n)) + n }

func digits(v uint64) (n int) {
	for n = 1; v >= 0x80; n++ {
		v >>= 7
	}
	return n
}

func (r Record) append(dst []byte) []byte {
	flags := byte(r.Kind) & kindBits
	if r.Deleted {
		flags |= deletedBit
	}
	dst = append(dst, flags)
	dst = append(binary.AppendUvarint(dst, uint64(len(r.Owner))), r.Owner...)
	dst = append(binary.AppendUvarint(dst, uint64(len(r.Key))), r.Key...)
	dst = binary.AppendUvarint(dst, r.Version.Epoch)
	dst = binary.AppendUvarint(dst, r.Version.Seq)
	return append(binary.AppendUvarint(dst, uint64(len(r.Body))), r.Body...)
}
