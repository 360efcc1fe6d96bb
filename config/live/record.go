// SPDX-License-Identifier: Apache-2.0

package live

import (
	"cmp"
	"slices"
	"time"
)

// record makes the version that has come into force. What brings no files has those of the version before it.
func (k *keeper) record(p proposal, gifts []*gift) Version {
	last := k.policies.Version()
	v := &kept{Version: Version{
		Number: max(last.Number, k.newest()) + 1, At: time.Now(), Cause: p.cause, By: p.by, Reason: p.reason,
		Hash: last.Hash, Of: last.Of, Warnings: last.Warnings,
	}}
	switch origin := k.find(cmp.Or(p.back, last.Number)); {
	case p.back == 0 && p.set != nil:
		v.sources, v.set, v.Hash, v.Of, v.Warnings = p.sources, p.set, p.hash, v.Number, p.warnings
	case origin != nil: // the files of a version that is kept, though the one that brought them may be kept no more
		v.sources, v.set, v.Hash, v.Of, v.Warnings = origin.sources, origin.set, origin.Hash, origin.Of, origin.Warnings
	}
	v.Of = cmp.Or(v.Of, v.Number)
	for _, g := range gifts {
		v.Guards = append(v.Guards, GuardChange{Dependency: g.to.Name(), Change: g.change, Err: g.err})
	}
	k.keep(v)
	k.announce(v.Version)
	return v.Version
}

// newest is the number of the last version that is kept, from before this process perhaps.
func (k *keeper) newest() uint64 {
	if len(k.versions) == 0 {
		return 0
	}
	return k.versions[len(k.versions)-1].Number
}

// keep adds a version to the history, and forgets the oldest.
func (k *keeper) keep(v *kept) {
	k.versions = append(k.versions, v)
	if over := len(k.versions) - k.options.Keep; over > 0 {
		k.versions = slices.Delete(k.versions, 0, over)
	}
	k.save()
}

// announce tells of a version that is in force.
func (k *keeper) announce(v Version) {
	k.policies.now.Store(&v)
	turned := make(chan struct{})
	close(*k.policies.turned.Swap(&turned))
	attrs := []any{"version", v.Number, "cause", string(v.Cause), "guards", len(v.Guards)}
	if v.By != "" {
		attrs = append(attrs, "by", v.By)
	}
	if v.Reason != "" {
		attrs = append(attrs, "reason", v.Reason)
	}
	k.log.Info("policies in force", attrs...)
	if v.Of != v.Number { // these were told when its files came
		return
	}
	for _, w := range v.Warnings {
		k.log.Warn("policy file: "+w.Message, "problem", w.Error())
	}
}
