// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// Truth is what is known of a condition: the three values of Kleene's strong logic
// ("Introduction to Metamathematics", 1952). In text it is its word.
type Truth uint8

// The truths.
const (
	// False: it does not hold. The zero value.
	False Truth = iota
	// Unknown: a value is missing that would decide it.
	Unknown
	// True: it holds.
	True
)

var truthWords = [...]string{"false", "unknown", "true"}

// String returns the truth's word, or "unknown" where there is none.
func (t Truth) String() string { return plain.WordAt(truthWords[:], int(t)) }

// MarshalText returns the truth's word; it is an error when there is none.
func (t Truth) MarshalText() ([]byte, error) {
	return plain.MarshalWord("truth", truthWords[:], int(t))
}

// truthOf is the truth of what is known.
func truthOf(holds bool) Truth {
	if holds {
		return True
	}
	return False
}

// judgement judges nodes by a sample.
type judgement struct {
	sample Sample
	wall   time.Time
	always bool   // what holds now has always held
	held   []held // of hold nodes, where not always
}

func (j *judgement) of(n *node) Truth {
	switch n.form {
	case all:
		least := True
		for _, k := range n.kids {
			least = min(least, j.of(k))
		}
		return least
	case some:
		most := False
		for _, k := range n.kids {
			most = max(most, j.of(k))
		}
		return most
	case not:
		return True - j.of(n.kids[0])
	case hold:
		if j.always {
			return j.of(n.kids[0])
		}
		return j.after(n)
	case compare, word, clock:
	}
	return j.leaf(n)
}

// leaf judges a node without kids.
func (j *judgement) leaf(n *node) Truth {
	if n.form == clock {
		return truthOf(n.window.contains(j.wall))
	}
	v := j.sample.values[n.signal]
	switch {
	case !j.sample.known[n.signal]:
		return Unknown
	case n.form == word:
		return truthOf(n.words&(1<<int(v)) != 0)
	}
	return truthOf(n.op.holds(v, n.level))
}

// after is whether the kid of a hold node has held for long enough.
func (j *judgement) after(n *node) Truth {
	for i := range j.held {
		if j.held[i].node == n {
			return j.held[i].truth
		}
	}
	return Unknown // unreachable: all are there
}
