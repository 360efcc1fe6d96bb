// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/patterns/fallback"
)

// Codes of the problems between a policy and the hooks of an operation.
const (
	codeKeyHold = "key-with-hold"
	codeNoKey   = "cache-without-key"
	codeNoStore = "store-without-key"
)

// check finds everything wrong with the hooks, whatever the policy.
func (w *With[Req, Resp]) check() error {
	var c plain.Check
	for _, p := range checkStages(w.Stages) {
		c.Add(p)
	}
	if w.Key != nil && w.Hold != nil {
		c.Add(fuseboard.Problem{
			Path: "with.key", Code: codeKeyHold, Message: "can't be given beside Hold: an answer that is still to come can't be kept for others",
			Fix: "read the whole answer in the handler, or leave Key out",
		})
	}
	if w.Store != nil && w.Key == nil {
		c.Add(fuseboard.Problem{
			Path: "with.store", Code: codeNoStore, Message: "is of no use without Key: nothing is cached",
			Fix: "give Key, or leave Store out",
		})
	}
	return c.Problems().Err()
}

// fits reports what is wrong with a policy for an operation with these hooks: errors, and
// what is probably not meant.
func (w *With[Req, Resp]) fits(name, op string, p Policy) Problems {
	var c plain.Check
	if p.Cache.On() && w.Key == nil && op == "" {
		c.Add(fuseboard.Problem{
			Path: "cache", Code: codeNoKey, Value: title(name, op), Warning: true,
			Message: "caches nothing: the operation has no Key hook, so nobody knows which requests ask for the same",
			Fix:     "give With{Key: …}, or leave the section out",
		})
	}
	if problem, wrong := w.hookAsked(title(name, op), p.Fallback); wrong {
		c.Add(problem)
	}
	if f := w.fallback(p.Fallback); f.On() {
		c.Include("fallback", unlessJudged(fallback.Check(f, w.sources(name)), title(name, op)))
	}
	return c.Problems()
}

// unlessJudged leaves out what is wrong with the section by itself, which Validate tells, and
// says of which operation the rest is.
func unlessJudged(found Problems, of string) (rest Problems) {
	for _, p := range found {
		p.Message = strings.ReplaceAll(p.Message, "the operation", of)
		if p.Code == fallback.CodeNoSource || p.Code == fallback.CodeOwnGuard || p.Code == fallback.CodeValue {
			rest = append(rest, p)
		}
	}
	return rest
}
