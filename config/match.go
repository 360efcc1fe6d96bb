// SPDX-License-Identifier: Apache-2.0

package config

import "strings"

const wildcards = "*?"

// isWild reports whether an entry is for every name that its pattern matches.
func isWild(name string) bool { return strings.ContainsAny(name, wildcards) }

// letters counts those of a pattern that are no wildcards: the more, the narrower it is.
func letters(pattern string) int {
	return len(pattern) - strings.Count(pattern, "*") - strings.Count(pattern, "?")
}

// matches reports whether a pattern matches a name as a whole: * stands for any letters, ? for
// one. Where the name is a pattern itself, it reports whether the first surely matches every name
// that the second does: its wildcards are letters that only * takes, but that ? takes ?.
func matches(pattern, name string) bool {
	p, n := 0, 0
	star, from := -1, 0 // of the last *, and where it began in the name
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, n
			p++
		case p < len(pattern) && sameLetter(pattern[p], name[n]):
			p++
			n++
		case star >= 0: // let the last * take one more
			from++
			p, n = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

func sameLetter(pattern, letter byte) bool {
	return pattern == letter || pattern == '?' && letter != '*'
}
