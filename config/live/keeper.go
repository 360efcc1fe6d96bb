// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/config/watch"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

// keeper is the state of Policies. It belongs to one goroutine.
type keeper struct {
	policies *Policies
	sys      *actors.System
	options  Options
	log      *slog.Logger
	source   Source
	unfollow func() // the System asks no more
	host     shedding.Source
	unread   func() // closes what host holds

	standing // in force
	rules    []*switched
	followed map[string]*followed
	versions []*kept
	disk     disk
	numbers  counts
	ticked   time.Time       // when it looked last at what is due
	late     map[string]bool // guards that have not got their policies
	room     int             // so many are followed before those that have stopped are looked for
	stateErr error
}

// disk is what the source said last.
type disk struct {
	hash    string
	last    watch.Snapshot
	refused config.Problems // why its files are not in force
	again   bool            // they may become right by themselves
	lost    error           // nothing could be read

	replaced string // their hash, where an operator has brought back others in their place
}

func newKeeper(p *Policies, sys *actors.System, o Options, source Source) *keeper {
	host, unread := o.Host, func() {}
	if host == nil {
		reader := shedding.NewReader(nil)
		host, unread = reader.Read, reader.Close
	}
	return &keeper{
		ticked: time.Now(),
		host:   host, unread: unread,
		policies: p, sys: sys, options: o, log: o.Log, source: source, unfollow: func() {},
		standing: standing{set: nothing()}, followed: map[string]*followed{}, late: map[string]bool{}, room: leastRoom,
	}
}

// nothing is what files say that say nothing.
func nothing() *config.Set {
	set, _ := config.Read([]config.Source{{Data: []byte("apiVersion: " + config.APIVersion)}}, config.Options{})
	return set
}

// begin takes over the guards that run, and gives them what the files say. The System is asked first: a start that
// cannot be has changed nothing.
func (k *keeper) begin(ctx context.Context) error {
	k.policies.standing.Store(&standing{set: nothing()}) // for guards that are made meanwhile: their own
	unfollow, err := k.sys.FollowPolicies(k.policies)
	if err != nil {
		return err
	}
	k.unfollow = unfollow
	k.restore()
	var first watch.Snapshot
	select {
	case first = <-k.source.Changes():
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	k.census()
	err = k.bringFiles(first, CauseStart)
	if err != nil && len(k.overrides) > 0 {
		err = k.bringWithoutOverrides(first, err)
	}
	if err != nil && k.options.Tolerant {
		k.loud(err)
		err = k.bringLast()
	}
	if err != nil {
		return err
	}
	k.welcome() // those made meanwhile
	return nil
}

// bringWithoutOverrides begins without what an earlier process kept, where that stands against the files: who is on call
// could not revoke it before there is a process.
func (k *keeper) bringWithoutOverrides(first watch.Snapshot, wrong error) error {
	kept := k.overrides
	k.overrides = nil
	if err := k.bringFiles(first, CauseStart); err != nil {
		k.overrides = kept
		return err
	}
	for _, o := range kept {
		k.log.Error("an override that was kept is dropped, because one of them stands against the files",
			"field", o.Dependency+"."+o.Path, "value", o.Value, "by", o.By, "reason", o.Reason, "problems", wrong.Error())
	}
	return nil
}

// bringLast begins with the last files that were in force, or without any.
func (k *keeper) bringLast() error {
	p := proposal{set: nothing(), cause: CauseStart}
	for i := len(k.versions) - 1; i >= 0; i-- {
		last := k.versions[i]
		if set, err := k.setOf(last.Number); err == nil {
			p.set, p.back = set, last.Number
			break
		}
	}
	_, err := k.bring(p)
	return err
}

func (k *keeper) close() {
	k.unfollow()
	k.unread()
	if err := k.source.Close(); err != nil {
		k.log.Error("the source of the policy files did not close", "error", err)
	}
}

// changed hears that the files are others.
func (k *keeper) changed(s watch.Snapshot) {
	if s.Err == nil && s.Hash == k.disk.hash {
		k.disk.lost = nil
		k.again()
		return
	}
	if err := k.bringFiles(s, CauseEdit); err != nil {
		k.loud(err)
	}
}

// bringFiles brings a snapshot into force, or remembers why not.
func (k *keeper) bringFiles(s watch.Snapshot, cause Cause) error {
	if k.disk.lost = s.Err; s.Err != nil {
		return s.Err
	}
	k.disk.hash, k.disk.last, k.disk.again = s.Hash, s, false
	if cause == CauseStart && k.standsBack(s.Hash) {
		return nil
	}
	if len(s.Files) == 0 {
		return k.refuse(config.Problems{{Problem: fuseboard.Problem{
			Path: "files", Code: "no-files", Message: "there is no policy file, where there was to be one",
			Fix: "put back a *.yaml, *.yml or *.json file; an entry that is to go is taken out of its file",
		}}})
	}
	sources := make([]config.Source, len(s.Files))
	for i, f := range s.Files {
		sources[i] = config.Source{Name: f.Name, Data: f.Data}
	}
	set, problems := config.Read(sources, k.options.layers())
	err := problems.Err()
	if err == nil {
		err = k.bringChosen(proposal{set: set, sources: sources, hash: s.Hash, cause: cause, warnings: problems.Warnings()}, "")
	}
	if err != nil {
		k.disk.again = !unforced(err)
		return k.refuse(err)
	}
	k.disk.refused = nil
	k.numbers.applied++
	return nil
}

// again tries files that were refused, now that overrides or rules are others. Who is told of it hears when
// they are in force.
func (k *keeper) again() {
	if !k.disk.again || k.disk.lost != nil {
		return
	}
	refused := k.numbers.refused
	if err := k.bringFiles(k.disk.last, CauseEdit); err != nil {
		k.numbers.refused = refused
	}
}

// standsBack begins with the files that a rollback has brought back, where those on disk are still the ones that it
// replaced.
func (k *keeper) standsBack(hash string) bool {
	if hash == "" || hash != k.disk.replaced || len(k.versions) == 0 {
		return false
	}
	set, err := k.setOf(k.newest())
	if err == nil {
		_, err = k.bring(proposal{set: set, back: k.newest(), cause: CauseStart})
	}
	if err != nil {
		k.log.Error("the files of a rollback cannot be used any more; those that it replaced are", "problems", err.Error())
		return false
	}
	k.log.Warn("the files are those that a rollback has replaced; it holds until they change")
	return true
}

// bringChosen brings a proposal that takes the place of the files with the hash.
func (k *keeper) bringChosen(p proposal, replaced string) error {
	before := k.disk.replaced
	k.disk.replaced = replaced
	_, err := k.bring(p)
	if err != nil {
		k.disk.replaced = before
	}
	return err
}

// unforced reports whether a line of force is asked for: only who writes the files can give that.
func unforced(err error) bool {
	return slices.ContainsFunc(asProblems(err), func(p config.Problem) bool { return p.Code == config.CodeUnforced })
}

// refuse remembers why the files that were read last are not in force.
func (k *keeper) refuse(err error) error {
	k.disk.refused = asProblems(err)
	k.numbers.refused++
	return err
}

// loud tells of files that are not in force.
func (k *keeper) loud(err error) {
	k.log.Error("policy files refused; the version in force stays", "version", k.policies.Version().Number, "problems", err.Error())
}

// asProblems is the error as problems of policy files.
func asProblems(err error) config.Problems {
	if found, ok := errors.AsType[config.Problems](err); ok {
		return found
	}
	if found, ok := errors.AsType[fuseboard.Problems](err); ok {
		var all config.Problems
		for _, p := range found {
			all = append(all, config.Problem{Problem: p})
		}
		return all
	}
	return config.Problems{{Problem: fuseboard.Problem{Path: "files", Code: "unreadable", Message: err.Error()}}}
}

// stranger is the error for a name that nobody knows.
func (k *keeper) stranger(name string) error {
	near, _ := plain.Nearest(name, append(k.names(), k.set.Dependencies()...))
	return &DependencyError{Name: name, Near: near}
}
