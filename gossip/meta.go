// SPDX-License-Identifier: Apache-2.0

package gossip

import "bytes"

// metaFormat is the first byte of what memberlist carries for us with each member.
const metaFormat = 1

// encodeMeta joins what a node tells of itself. Both were checked: it fits memberlist's 512 bytes.
func encodeMeta(zone string, meta []byte) []byte {
	b := make([]byte, 0, 2+len(zone)+len(meta))
	b = append(b, metaFormat, byte(len(zone)))
	b = append(b, zone...)
	return append(b, meta...)
}

// decodeMeta undoes encodeMeta; meta is a copy.
func decodeMeta(b []byte) (zone string, meta []byte, ok bool) {
	if len(b) < 2 || b[0] != metaFormat {
		return "", nil, false
	}
	k := int(b[1])
	b = b[2:]
	if k > MaxZone || k > len(b) || len(b)-k > MaxMeta {
		return "", nil, false
	}
	return string(b[:k]), bytes.Clone(b[k:]), true
}
