// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
)

const codeFollowed = "followed"

// following is what a guard knows of its share of a rate limit that a fleet keeps together.
// It outlives the limiter, which an Update may end and make anew.
type following struct {
	guard *Guard
	mu    sync.Mutex // held by who brings a share, or another limiter, into force
	share ratelimit.Share
	ended bool
}

// FollowRate lets the guard take its share of rate.limit from src until stop is called: so a
// fleet of processes keeps one limit together. A share holds at once, for the limit and the
// burst of all calls; what each tenant may take is not divided. Until the first share is
// given, and where the last one has expired, the part rate.fallback holds. An Update keeps the
// share, also one that ends rate.limit and another that sets it again.
//
// Instants are those of [System.Now]: a share's Until is one, and the now that src gives is
// not needed. stop waits for what src.Watch returned; then the whole limit holds again. The
// second stop does nothing. A guard that stops does not end it: call stop after that, too.
// [Stats].Rate and [Guard.Explain] show the share.
//
// Errors, and then src is not watched: a [fuseboard.Problem] for a src that is nil, a policy without
// rate.limit, a guard that follows another already, and the guard of a key, whose policy
// is its [Keyring]'s; ErrStopped.
func (g *Guard) FollowRate(src ratelimit.Source) (stop func(), err error) {
	f := &following{guard: g}
	if err := g.follow(f, src); err != nil {
		return nil, err
	}
	watched := false
	defer func() {
		if !watched { // src panics
			f.end()
		}
	}()
	f.bring(ratelimit.Share{})
	end := src.Watch(func(_ fuseboard.Instant, s ratelimit.Share) { f.bring(s) })
	watched = true
	return sync.OnceFunc(func() {
		if end != nil {
			end()
		}
		f.end()
	}), nil
}

// follow makes f the one whose share the guard takes.
func (g *Guard) follow(f *following, src ratelimit.Source) error {
	switch {
	case !g.made():
		return errUnbound
	case g.key != nil:
		return g.key.policyIsShared()
	case src == nil:
		return fuseboard.Problem{Path: "src", Code: codeNil, Message: "must not be nil", Fix: "pass what knows this process's share"}
	case g.hasStopped():
		return g.self.refusals().stopped
	case g.loadOf().rate == nil:
		return fuseboard.Problem{
			Path: "rate.limit", Code: codeNoWhole, Message: "is not set, so there is nothing of which " + g.name + " could have a share",
			Fix: "set rate.limit to what the whole fleet may take",
		}
	case !g.follows.CompareAndSwap(nil, f):
		return fuseboard.Problem{
			Path: "src", Code: codeFollowed, Message: g.name + " takes its share from another source",
			Fix: "call the stop of the first FollowRate before",
		}
	}
	return nil
}

// bring brings a share into force.
func (f *following) bring(s ratelimit.Share) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		return
	}
	f.share = s
	f.tell(f.guard.loadOf())
}

// tell gives the share to the limiter of l. f is locked.
func (f *following) tell(l *load) {
	if l != nil && l.rate != nil {
		l.rate.Give(f.guard.clock.Now(), f.share)
	}
}

// end lets the whole limit hold again.
func (f *following) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	f.guard.follows.Store(nil)
	if l := f.guard.loadOf(); l.rate != nil {
		l.rate.Unshare(f.guard.clock.Now())
	}
}

// putLoad puts another load in force, with the share that the guard has of its limit.
func (g *Guard) putLoad(next *load) {
	f := g.follows.Load()
	if f == nil {
		g.load.Store(next)
		if f = g.follows.Load(); f == nil { // else it may have told its share to the load before
			return
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.ended {
		f.tell(next)
	}
	g.load.Store(next)
}
