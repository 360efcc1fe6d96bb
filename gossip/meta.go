// SPDX-License-Identifier: Apache-2.0

package gossip

import "bytes"

const (
	// metaFormat is the first byte of what memberlist carries for us with each member.
	metaFormat = 1
	// mostPadding is how many zeros may be in it. Lives have different lengths of them: memberlist's queue takes two messages that have the
	// same length for one, now and then (hashicorp/memberlist#263), and loses what a node said of itself.
	mostPadding = 63
)

// encodeMeta joins what a node tells of itself, and padding. Both were checked: it fits memberlist's 512 bytes.
func encodeMeta(zone string, meta []byte, padding int) []byte {
	b := make([]byte, 0, 3+len(zone)+padding+len(meta))
	b = append(b, metaFormat, byte(len(zone)))
	b = append(b, zone...)
	b = append(b, byte(padding))
	b = append(b, make([]byte, padding)...)
	return append(b, meta...)
}

// paddingOf is how much of it a life has.
func paddingOf(full string) int { return int(hashName(full) % (mostPadding + 1)) }

// decodeMeta undoes encodeMeta; meta is a copy.
func decodeMeta(b []byte) (zone string, meta []byte, ok bool) {
	if len(b) < 3 || b[0] != metaFormat {
		return "", nil, false
	}
	k := int(b[1])
	b = b[2:]
	if k > MaxZone || k >= len(b) {
		return "", nil, false
	}
	zone, b = string(b[:k]), b[k:]
	padding := int(b[0])
	b = b[1:]
	if padding > mostPadding || padding > len(b) || len(b)-padding > MaxMeta {
		return "", nil, false
	}
	return zone, bytes.Clone(b[padding:]), true
}
