// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"crypto/sha256"
	"encoding/hex"
	"math/bits"
	"strings"
)

const (
	longestKey   = 256 // bytes
	longestPlain = 40  // bytes of a key that is shown as it is
	shownOdd     = 24  // bytes shown of one that is not
	oddDigest    = 8   // bytes of its hash that are shown
)

// keyName is what logs, metrics and errors call the guard of a key: the name of
// its Keyring, a colon, and the safe name of the key.
func keyName(ring, key string) string { return ring + ":" + safeName(key) }

// safeName is the name itself, if that is short and of letters, digits and _ . - alone.
// Of any other the beginning is shown, with _ for each other byte, then ~ and a hash
// that tells it from all others.
func safeName(name string) string {
	odd := len(name) > longestPlain
	for i := 0; i < len(name) && !odd; i++ {
		odd = !plainByte(name[i])
	}
	if !odd {
		return name
	}
	var b strings.Builder
	for i := range min(len(name), shownOdd) {
		if plainByte(name[i]) {
			b.WriteByte(name[i])
		} else {
			b.WriteByte('_')
		}
	}
	digest := sha256.Sum256([]byte(name))
	b.WriteByte('~')
	b.WriteString(hex.EncodeToString(digest[:oddDigest]))
	return b.String()
}

func plainByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c == '-'
}

// scatter is a hash of the key under a seed: who does not know the seed cannot
// choose keys that meet in one shard. It multiplies and folds, eight bytes at a time.
func scatter(seed uint64, key string) uint64 {
	h := fold(seed ^ uint64(len(key)))
	for len(key) >= 8 {
		h = fold(h ^ (uint64(key[0]) | uint64(key[1])<<8 | uint64(key[2])<<16 | uint64(key[3])<<24 |
			uint64(key[4])<<32 | uint64(key[5])<<40 | uint64(key[6])<<48 | uint64(key[7])<<56))
		key = key[8:]
	}
	var rest uint64
	for i := range len(key) {
		rest = rest<<8 | uint64(key[i])
	}
	return fold(h ^ rest)
}

// fold multiplies to 128 bits and adds the halves without carry. The constants
// are those of splitmix64.
func fold(x uint64) uint64 {
	hi, lo := bits.Mul64(x^0xbf58476d1ce4e5b9, 0x9e3779b97f4a7c15)
	return hi ^ lo
}
