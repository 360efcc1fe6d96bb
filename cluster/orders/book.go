// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
)

// MostOrders is how many orders a book keeps: the newest. Of the largest they need 4 MiB.
const MostOrders = 1024

// Entry is an order that a trusted operator signed.
type Entry struct {
	Order
	// Key is the key that signed it.
	Key Key
	// Operator is whose key that is, as this node's trust has it.
	Operator string

	signed Signed
}

// Signed returns the order as it travels.
func (e Entry) Signed() Signed { return e.signed }

// Verdict is what became of an order that was not refused. In messages it is its word.
type Verdict uint8

// The verdicts.
const (
	// Taken: it is the newest about its register, and the book keeps it.
	Taken Verdict = iota
	// Same: the book has it.
	Same
	// Older: the book has a newer one.
	Older
)

// String returns the verdict's word, or "unknown".
func (v Verdict) String() string {
	words := [...]string{"taken", "same", "older"}
	if int(v) >= len(words) {
		return "unknown"
	}
	return words[v]
}

// Change says what became of an order.
type Change struct {
	// Verdict is what became of it.
	Verdict Verdict
	// Entry is what the order's register holds now.
	Entry Entry
	// Before is what it held before, where the order was taken; nil where it held nothing.
	Before *Entry
	// Displaced is the oldest order of a full book, which went to make room; nil where there was room.
	Displaced *Entry
}

// Book is the orders of a fleet as one node knows them. Books that were given the same
// orders, in whatever order and however often, hold the same. It reads no clock: now is the node's wall clock.
// One goroutine uses it at a time. Make one with [NewBook] or [OpenBook].
type Book struct {
	trust Trust
	held  map[string]*Entry // by register
	told  map[string]bool   // registers whose order has ended, and Expire has said so
	seen  Version
	stats Stats
	most  int // MostOrders, but in tests
	disk
}

// NewBook returns an empty book that lives in memory.
func NewBook(trust Trust) *Book {
	return &Book{trust: trust, held: map[string]*Entry{}, told: map[string]bool{}, most: MostOrders, stats: Stats{Refused: map[Reason]uint64{}}}
}

// Receive is ParseSigned and Apply: for bytes that came from somebody.
func (b *Book) Receive(now time.Time, bytes []byte) (Change, error) {
	s, err := ParseSigned(bytes)
	if err != nil {
		return Change{}, b.refused(err)
	}
	return b.Apply(now, s)
}

// Apply takes an order if it is genuine and the newest about its register. One that has ended is
// taken too, for as long as an older order could still hold: it ended that one. The error
// is a *[RefusedError]; then nothing has changed. What was refused as too far ahead may be taken later.
func (b *Book) Apply(now time.Time, s Signed) (Change, error) {
	register := s.claim.Register()
	if held := b.held[register]; held != nil && held.signed.bytes == s.bytes {
		b.stats.Same++
		return Change{Verdict: Same, Entry: copied(held)}, nil // verified when it came
	}
	operator, err := b.trust.signer(s)
	if err == nil {
		err = ahead(s, now)
	}
	if err != nil {
		return Change{}, b.refused(err)
	}
	return b.apply(now, &Entry{Order: s.claim, Key: s.key, Operator: operator.Name, signed: s})
}

// apply takes a genuine order.
func (b *Book) apply(now time.Time, e *Entry) (Change, error) {
	register := e.Register()
	held := b.held[register]
	switch {
	case !now.Before(e.forgotten()):
		return Change{}, b.refused(&RefusedError{Reason: Expired, Key: e.Key, Time: e.end(), Now: now})
	case held != nil && held.signed.compare(e.signed) > 0:
		b.stats.Older++
		return Change{Verdict: Older, Entry: copied(held)}, nil
	case held != nil && held.signed.bytes == e.signed.bytes:
		b.stats.Same++
		return Change{Verdict: Same, Entry: copied(held)}, nil
	}
	var out *Entry
	if held == nil && len(b.held) >= b.most {
		if out = b.oldest(); out.signed.compare(e.signed) > 0 {
			return Change{}, b.refused(&RefusedError{Reason: Full, Key: e.Key})
		}
		b.drop(out)
	}
	b.held[register], b.told[register] = e, e.Ended(now)
	if e.Version.Compare(b.seen) > 0 {
		b.seen = e.Version
	}
	b.stats.Taken++
	b.unsaved = true
	return Change{Verdict: Taken, Entry: copied(e), Before: given(held), Displaced: given(out)}, nil
}

func (b *Book) drop(e *Entry) {
	delete(b.held, e.Register())
	delete(b.told, e.Register())
	b.unsaved = true
}

func (b *Book) oldest() *Entry {
	return slices.MinFunc(slices.Collect(maps.Values(b.held)), func(a, c *Entry) int { return a.signed.compare(c.signed) })
}

func (b *Book) refused(err error) error {
	var why *RefusedError
	if errors.As(err, &why) {
		b.stats.Refused[why.Reason]++
	}
	return err
}

// Next returns the version of an order that is signed at now by who has seen this book.
func (b *Book) Next(now time.Time) Version { return b.seen.Next(now) }

// Expire returns the orders whose time has ended since the last Expire, by register, and forgets those
// that are needed no more: what they superseded has ended, too. Releases end nothing by ending, and are not among them.
func (b *Book) Expire(now time.Time) (ended []Entry) {
	for _, e := range b.sorted() {
		register := e.Register()
		if e.Ended(now) && !b.told[register] {
			b.told[register] = true
			if e.Verb != Release {
				ended = append(ended, copied(e))
			}
		}
		if !now.Before(e.forgotten()) {
			b.drop(e)
		}
	}
	return ended
}

// NextEnd returns when the next order ends, and false where none will: when to call Expire.
func (b *Book) NextEnd(now time.Time) (next time.Time, found bool) {
	for _, e := range b.held {
		if e.Verb != Release && e.Expires.After(now) && (!found || e.Expires.Before(next)) {
			next, found = e.Expires, true
		}
	}
	return next, found
}

// Retrust gives the book another trust, as when a key is changed, and returns the orders that it
// does not hold any more, as nobody trusts their keys. What they had superseded does not come back from this
// book, and may from another node's.
func (b *Book) Retrust(trust Trust) (dropped []Entry) {
	b.trust = trust
	for _, e := range b.sorted() {
		operator, err := trust.signer(e.signed)
		if err != nil {
			dropped = append(dropped, copied(e))
			b.drop(e)
			continue
		}
		e.Operator = operator.Name
	}
	return dropped
}

// sorted returns what is held, by register.
func (b *Book) sorted() []*Entry {
	return slices.SortedFunc(maps.Values(b.held), func(a, c *Entry) int { return strings.Compare(a.Register(), c.Register()) })
}

// copied returns the entry for somebody who may change it.
func copied(e *Entry) Entry {
	c := *e
	c.Policy = maps.Clone(c.Policy)
	return c
}

// given is copied for where there may be none.
func given(e *Entry) *Entry {
	if e == nil {
		return nil
	}
	c := copied(e)
	return &c
}
