// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard/gossip/record"
)

// bootMark divides a full name: "shop-1#1790000000000".
const bootMark = "#"

// fullName is what memberlist calls one life of a node: a name that comes back with another address, or soon
// after its death, would be taken for a conflict there.
func fullName(name string, boot uint64) string {
	return name + bootMark + strconv.FormatUint(boot, 10)
}

// splitName undoes fullName, and says whether full is such a name, in the one way to write it.
func splitName(full string) (name string, boot uint64, ok bool) {
	name, number, found := strings.Cut(full, bootMark)
	if !found || !soundName(name, MaxName) {
		return "", 0, false
	}
	boot, err := strconv.ParseUint(number, 10, 64)
	if err != nil || boot == 0 || boot > record.MaxEpoch || fullName(name, boot) != full {
		return "", 0, false
	}
	return name, boot, true
}

// soundName reports whether s may name a node: letters, digits, and . _ - inside.
func soundName(s string, most int) bool {
	if s == "" || len(s) > most || !wordByte(s[0]) || !wordByte(s[len(s)-1]) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !wordByte(c) && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

func wordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
