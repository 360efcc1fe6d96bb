// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config"
)

// gift is a policy for a guard.
type gift struct {
	to       *followed
	resolved config.Resolved
	before   actors.Policy
	change   actors.Change
	err      error
}

const (
	// giveWithin is how long a guard has to take its policy, before it is left and tried again.
	giveWithin = time.Second
	// giveAtOnce is how many guards are given their policies at the same time.
	giveAtOnce = 16
)

// give sends the policies to their guards. Where one cannot take its own, those that have theirs
// are given back what they had.
func (k *keeper) give(gifts []*gift) error {
	k.send(gifts)
	var refused config.Problems
	for _, g := range gifts {
		if g.refused() {
			refused = append(refused, g.problems()...)
		}
	}
	if len(refused) == 0 {
		k.settle(gifts)
		return nil
	}
	var back []*gift
	for _, g := range gifts {
		switch {
		case g.err == nil:
			back = append(back, &gift{to: g.to, resolved: config.Resolved{Policy: g.before}})
		case !g.refused(): // it may take the policy yet: it is given its old one again until it has answered
			k.settle([]*gift{g})
		}
	}
	k.send(back)
	k.settle(back)
	return refused
}

func (k *keeper) send(gifts []*gift) {
	var all sync.WaitGroup
	seats := make(chan struct{}, giveAtOnce)
	for _, g := range gifts {
		seats <- struct{}{}
		all.Go(func() {
			defer func() { <-seats }()
			ctx, cancel := context.WithTimeout(context.Background(), giveWithin) // Close does not part the guards
			defer cancel()
			g.change, g.err = g.to.Update(ctx, g.resolved.Policy)
		})
	}
	all.Wait()
}

// settle remembers what guards were given, and who has to be tried again.
func (k *keeper) settle(gifts []*gift) {
	for _, g := range gifts {
		if errors.Is(g.err, actors.ErrStopped) {
			g.err = nil
			k.forget(g.to)
			continue
		}
		if g.to.err = g.err; g.err != nil {
			k.late[g.to.Name()] = true
			continue
		}
		g.to.given = g.resolved.Policy
		delete(k.late, g.to.Name())
	}
}

func (k *keeper) forget(f *followed) {
	if k.followed[f.Name()] == f {
		delete(k.followed, f.Name())
		delete(k.late, f.Name())
	}
}

// refused reports whether the guard will never take the policy. One that stopped does not need it, and one that
// did not answer in time is tried again.
func (g *gift) refused() bool {
	return g.err != nil && !errors.Is(g.err, actors.ErrStopped) &&
		!errors.Is(g.err, context.DeadlineExceeded) && !errors.Is(g.err, context.Canceled)
}

// problems are what the guard said when it refused the policy.
func (g *gift) problems() config.Problems {
	said, ok := errors.AsType[fuseboard.Problems](g.err)
	if !ok {
		said = fuseboard.Problems{{Path: "policy", Code: "guard-refuses", Message: g.err.Error()}}
	}
	return g.placed(said)
}

// placed are the errors among what a guard says of its policy, with the places of the values that they are about.
func (g *gift) placed(said fuseboard.Problems) (found config.Problems) {
	for _, p := range said.Errors() {
		origin := originOf(g.resolved, p.Path)
		p.Path = "dependencies." + g.to.Name() + "." + p.Path
		found = append(found, config.Problem{Problem: p, Origin: origin})
	}
	return found
}

// originOf is where the value at the path came from, or else that of the nearest value below it.
func originOf(r config.Resolved, path string) config.Origin {
	best, length := config.Origin{}, -1
	for _, v := range r.Values {
		if shared := sharedPath(v.Path, path); shared > length {
			best, length = v.Origin, shared
		}
	}
	return best
}

// sharedPath is how many letters two paths begin alike with.
func sharedPath(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// catchUp gives those of the guards their policies that have another one than they should. Who cannot have it keeps
// what it has: that is told once.
func (k *keeper) catchUp(names []string) (gifts []*gift) {
	for _, name := range names {
		found, problems := k.plan(k.standing, proposal{}, []string{name})
		if err := problems.Err(); err != nil {
			k.blame(k.followed[name], err)
			continue
		}
		gifts = append(gifts, found...)
	}
	before := map[string]error{}
	for _, g := range gifts {
		before[g.to.Name()] = g.to.err
	}
	k.send(gifts)
	k.settle(gifts)
	for _, g := range gifts {
		if g.err != nil && (before[g.to.Name()] == nil || before[g.to.Name()].Error() != g.err.Error()) {
			k.log.Error("a guard has not got its policy yet; it is tried again", "dependency", g.to.Name(), "error", g.err)
		}
	}
	return gifts
}

// blame remembers why a guard cannot have what the files say.
func (k *keeper) blame(f *followed, err error) {
	if f.err == nil || f.err.Error() != err.Error() {
		k.log.Error("a guard's own policy and the files do not go together; it keeps what it has", "dependency", f.Name(), "problems", err.Error())
	}
	f.err = err
	k.late[f.Name()] = true
}
