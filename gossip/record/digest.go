// SPDX-License-Identifier: Apache-2.0

package record

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Shards is how many parts a [Digest] has.
const Shards = 64

// DigestSize is how long an encoded [Digest] is, in bytes.
const DigestSize = headSize + Shards*8

// Digest sums the hashes of all records, by shards: each key of each owner belongs to one.
// Stores whose digests are equal hold the same records, but for a chance of 2⁻⁶⁴ a shard. Bodies
// count: two that conflict make digests differ until all have the same one.
type Digest [Shards]uint64

// Append appends d, encoded, to dst.
func (d Digest) Append(dst []byte) []byte {
	at := len(dst)
	dst = head(dst, sortDigest)
	for _, v := range d {
		dst = binary.LittleEndian.AppendUint64(dst, v)
	}
	seal(dst[at:])
	return dst
}

// DecodeDigest reads a digest, or fails with [ErrCorrupt] or [ErrNewer].
func DecodeDigest(b []byte) (d Digest, err error) {
	body, err := open(b, sortDigest)
	switch {
	case err != nil:
		return d, err
	case len(b) != DigestSize:
		return d, fmt.Errorf("%w: digest of %d bytes, all have %d", ErrCorrupt, len(b), DigestSize)
	}
	for i := range d {
		d[i] = binary.LittleEndian.Uint64(body[8*i:])
	}
	return d, nil
}

// Differing returns how many shards differ from those of e.
func (d Digest) Differing(e Digest) (n int) {
	for i := range d {
		if d[i] != e[i] {
			n++
		}
	}
	return n
}

// hash is a record's part in the sum of its shard. Sums can be added to and taken from in
// any order. SHA-256, because whoever may write records must not find two bodies that look the same.
func hash(encoded []byte) uint64 {
	sum := sha256.Sum256(encoded)
	return binary.LittleEndian.Uint64(sum[:])
}

// shardOf spreads keys: FNV-1a and the last step of MurmurHash3, so that every bit counts.
func shardOf(owner, key string) uint8 {
	h := fnv(fnv(14695981039346656037, owner), "\x00")
	h = fnv(h, key)
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	return uint8(h % Shards)
}

func fnv(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
