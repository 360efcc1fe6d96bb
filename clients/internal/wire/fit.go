// SPDX-License-Identifier: Apache-2.0

package wire

import "strings"

// fits reports whether v can be a value: 1 to LongestValue bytes of visible ASCII. One
// that is not is left out, because a tenant that was made to fit is another tenant.
func fits(v string) bool {
	if v == "" || len(v) > LongestValue {
		return false
	}
	for i := range len(v) {
		if v[i] <= ' ' || v[i] > '~' {
			return false
		}
	}
	return true
}

// isName reports whether v can stand in a chain.
func isName(v string) bool {
	if v == "" || len(v) > LongestName {
		return false
	}
	for i := range len(v) {
		if !nameByte(v[i]) {
			return false
		}
	}
	return true
}

// nameByte: the bytes of a dependency's name, and those that the name of a key has besides.
func nameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("_.:~-", c) >= 0
}

// named returns v as a name: cut to its length, with _ for each byte that no name has.
func named(v string) string {
	if isName(v) {
		return v
	}
	b := []byte(v[:min(len(v), LongestName)])
	for i := range b {
		if !nameByte(b[i]) {
			b[i] = '_'
		}
	}
	return string(b)
}

// number reads v as decimal digits; more than most counts as most.
func number(v string, most int64) (n int64, ok bool) {
	if v == "" || len(v) > LongestValue {
		return 0, false
	}
	for i := range len(v) {
		if v[i] < '0' || v[i] > '9' {
			return 0, false
		}
		n = min(n*10+int64(v[i]-'0'), most)
	}
	return n, true
}
