// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// All as an order's dependency means every dependency of the fleet, those included
// that are protected later.
const All = "*"

// The bounds of an order. An order with its key and signature has at most MostBytes, so that
// it fits one packet of the fleet whole.
const (
	MostBytes   = 1000
	MostValues  = 16
	ShortestTTL = time.Second
	LongestTTL  = 7 * 24 * time.Hour
	// Ahead is how far before this node's clock the time of an order may be. What is further
	// would stand above all orders until then: one wrong clock would hold the fleet.
	Ahead = time.Minute
)

const (
	longestName   = 63
	longestAuthor = 64
	longestReason = 256
	longestPath   = 128
	longestValue  = 256
)

// Order is what an operator wants of a dependency, on all nodes of a fleet, for a time.
// Its times are wall-clock times, in UTC and whole milliseconds: they mean the same on every
// node, as far as the nodes' clocks agree.
type Order struct {
	// Fleet is the label of the fleet that it is for. No other obeys it.
	Fleet string
	// Dependency is the name of a guard or keyring, or [All].
	Dependency string
	// Verb is what it asks for.
	Verb Verb
	// Of is what a release ends: one slot, or everything, which is the default. Of other verbs it is Everything.
	Of Slot
	// Policy holds, for the verb policy, fields and their values as in policy files:
	// {"bulkhead.concurrency": "8", "retry": "off"}; lists and objects are JSON. They are laid in the order of their paths, so that
	// a section may be off and a field of it be set. It is all that the order wants of the policy; the values of an older order end.
	// 1 to [MostValues] for the verb policy, none for the others.
	Policy map[string]string
	// Author says who gives the order, as he calls himself; whose key signed it is told
	// apart ([Entry].Operator). Reason says why, for those who meet the effect. Both are required.
	Author, Reason string
	// Issued is when it was signed.
	Issued time.Time
	// Expires is when it ends by itself: [ShortestTTL] to [LongestTTL] after Issued. A
	// release has none (the zero time): it holds for as long as what it ends could.
	Expires time.Time
	// Version decides between orders about the same: the highest holds. Take it from [Book.Next].
	// Its time is not before Issued.
	Version Version
}

// Slot returns what the order concerns.
func (o Order) Slot() Slot { return slotOf(o) }

// Register names the place that the order takes: dependency and slot, "payments/circuit". At
// most 74 bytes. Of the orders with one register a fleet needs to keep the newest only.
func (o Order) Register() string { return o.Dependency + "/" + o.Slot().String() }

// Ended reports whether the time of the order is over: it asks for nothing any more.
func (o Order) Ended(now time.Time) bool { return !now.Before(o.end()) }

// end is when it stops asking for anything.
func (o Order) end() time.Time {
	if o.Verb == Release {
		return o.forgotten()
	}
	return o.Expires
}

// forgotten is when every older order has ended, whatever it was: from here on
// nothing can come back that this one has superseded.
func (o Order) forgotten() time.Time { return o.Version.Time().Add(LongestTTL) }

// Validate returns everything wrong with the order by itself. Whether it comes at the right time, for
// the right fleet and from somebody trusted, is [Trust.Verify]'s to say.
func (o Order) Validate() fuseboard.Problems {
	var c plain.Check
	o.checkWhat(&c)
	o.checkValues(&c)
	text(&c, "author", o.Author, longestAuthor, "say who gives the order")
	text(&c, "reason", o.Reason, longestReason, "say why, for those who meet the effect")
	o.checkTimes(&c)
	return c.Problems()
}

func (o Order) checkWhat(c *plain.Check) {
	if !isLabel(o.Fleet) {
		c.Add(notALabel(o.Fleet))
	}
	if o.Dependency != All && !isName(o.Dependency, "_.-") {
		c.Add(fuseboard.Problem{
			Path: "dependency", Code: codeName, Value: quote(o.Dependency), Message: "is no name of a dependency",
			Accepted: "1 to 63 of a-z 0-9 _ . -, beginning with a letter or digit; or * for all", Fix: "name the dependency, or give an order for each",
		})
	}
	if !o.Verb.known() {
		c.Add(fuseboard.Problem{Path: "verb", Code: codeWord, Value: plain.Number(float64(o.Verb)), Message: "is no verb", Accepted: strings.Join(verbWords[1:], ", ")})
	}
	if !o.Of.known() {
		c.Add(fuseboard.Problem{Path: "of", Code: codeWord, Value: plain.Number(float64(o.Of)), Message: "is no slot", Accepted: strings.Join(slotWords, ", ")})
	} else if o.Of != Everything && o.Verb != Release {
		c.Add(fuseboard.Problem{Path: "of", Code: codeNoEffect, Value: o.Of.String(), Message: "is for releases only", Fix: "leave it out: the verb says what it concerns"})
	}
}

func (o Order) checkTimes(c *plain.Check) {
	if o.Issued.IsZero() {
		c.Add(fuseboard.Problem{Path: "issued", Code: codeMissing, Message: "is required", Fix: "take the time of signing"})
		return
	}
	times := []struct {
		path string
		at   time.Time
	}{{"issued", o.Issued}, {"expires", o.Expires}}
	for _, t := range times {
		if ms := t.at.UnixMilli(); !t.at.IsZero() && (ms < 0 || ms > latest) {
			c.Add(fuseboard.Problem{Path: t.path, Code: plain.CodeRange, Value: t.at.Format(time.RFC3339), Message: "is out of range", Accepted: "1970 to 9999"})
		}
	}
	o.checkEnd(c)
	if o.Version.Millis > latest || int64(min(o.Version.Millis, latest)) < o.Issued.UnixMilli() {
		c.Add(fuseboard.Problem{
			Path: "version", Code: plain.CodeRange, Value: o.Version.String(), Message: "is before the order was issued, or after 9999",
			Fix: "take the version that follows all that the fleet has seen",
		})
	}
}

func (o Order) checkEnd(c *plain.Check) {
	const accepted = "1s to 168h after issued"
	switch ttl := o.Expires.Sub(o.Issued); {
	case o.Verb == Release && !o.Expires.IsZero():
		c.Add(fuseboard.Problem{Path: "expires", Code: codeNoEffect, Message: "is not for releases", Fix: "leave it out: a release holds for as long as what it ends could"})
	case o.Verb == Release:
	case o.Expires.IsZero():
		c.Add(fuseboard.Problem{Path: "expires", Code: codeMissing, Message: "is required: an order ends by itself", Accepted: accepted, Fix: "take the time you need to look into it, such as 15m"})
	case ttl < ShortestTTL || ttl > LongestTTL:
		c.Add(fuseboard.Problem{Path: "expires", Code: plain.CodeRange, Value: plain.Duration(ttl), Message: "is out of range", Accepted: accepted, Fix: "for longer, change the policy; an order can be repeated"})
	}
}
