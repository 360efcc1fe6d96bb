// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/config/watch"
)

// Policies gives what policy files say to the guards of a System. Its methods are safe for concurrent
// use; one goroutine carries out what they ask for, edits, rules and ends of overrides, one after the other.
type Policies struct {
	now    atomic.Pointer[Version]
	shown  atomic.Pointer[Numbers]
	turned atomic.Pointer[chan struct{}] // closed by the next version
	asked  chan func(*keeper)

	standing atomic.Pointer[standing] // what PolicyOf goes by
	arrivals sync.Mutex
	made     []arrival     // guarded by arrivals
	came     chan struct{} // something has been made

	stop context.CancelFunc
	gone chan struct{} // closed when the goroutine has ended

	after  sync.Mutex // of keeper, once that goroutine has ended
	keeper *keeper
}

// Start reads the files, gives every guard of sys that they name its policy, and follows both from
// then on: files that change, and guards that are made. Guards that run already have what
// the files say when it returns.
//
// Errors: [config.Problems] with everything wrong with the files, or with what they make of a guard's own policy,
// unless o is Tolerant; fuseboard.Problems for options; the cause of ctx's end. ctx is for the start alone.
func Start(ctx context.Context, sys *actors.System, o Options) (*Policies, error) {
	if err := o.validate().Err(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	source, err := o.open(ctx)
	if err != nil {
		return nil, err
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	p := &Policies{asked: make(chan func(*keeper)), came: make(chan struct{}, 1), stop: stop, gone: make(chan struct{})}
	p.turned.Store(new(make(chan struct{})))
	p.now.Store(&Version{})
	p.keeper = newKeeper(p, sys, o, source)
	if err := p.keeper.begin(ctx); err != nil {
		stop()
		p.keeper.close()
		return nil, err
	}
	p.keeper.show()
	go p.run(run)
	return p, nil
}

// open is where the files come from.
func (o Options) open(ctx context.Context) (Source, error) {
	if o.Source != nil {
		return o.Source, nil
	}
	return watch.Start(context.WithoutCancel(ctx), watch.Options{Path: o.Path, Debounce: o.Debounce, Poll: o.Poll})
}

// Close ends the following and waits for it. Guards keep the policies that they have,
// overrides included; those that are made later have what the program gives them. Closing twice is harmless.
func (p *Policies) Close() error {
	p.stop()
	<-p.gone
	return nil
}

func (p *Policies) run(ctx context.Context) {
	k := p.keeper
	defer close(p.gone)
	defer k.close()
	timer := time.NewTimer(k.pause())
	defer timer.Stop()
	snapshots := k.source.Changes()
	for {
		select {
		case <-ctx.Done():
			return
		case s, open := <-snapshots:
			if snapshots = only(snapshots, open); open {
				k.changed(s)
			}
		case <-p.came:
			k.welcome()
		case f := <-p.asked:
			f(k)
		case <-timer.C:
			k.tick()
		}
		k.show()
		timer.Reset(k.pause())
	}
}

// only is the channel, or one that says nothing any more.
func only[T any](c <-chan T, open bool) <-chan T {
	if open {
		return c
	}
	return nil
}

// ask runs f where the state belongs to it. After Close it sees the last one.
func (p *Policies) ask(f func(*keeper)) {
	done := make(chan struct{})
	select {
	case p.asked <- func(k *keeper) { defer close(done); f(k) }:
		<-done
	case <-p.gone:
		p.after.Lock()
		defer p.after.Unlock()
		f(p.keeper)
	}
}

// change runs f where the state belongs to it, unless that has ended.
func (p *Policies) change(ctx context.Context, f func(*keeper) (Version, error)) (v Version, err error) {
	done := make(chan struct{})
	select {
	case p.asked <- func(k *keeper) { defer close(done); v, err = f(k); k.show() }:
	case <-p.gone:
		return Version{}, ErrClosed
	case <-ctx.Done():
		return Version{}, context.Cause(ctx)
	}
	<-done
	return v, err
}

// PolicyOf implements actors.PolicySource: it returns what files, rules and overrides make of the
// policy that the program gave; or, where rules or overrides make that wrong, what the files alone make of it. It waits for
// nothing.
func (p *Policies) PolicyOf(name string, code actors.Policy) (actors.Policy, error) {
	s := p.standing.Load()
	resolved, problems := s.resolve(name, code)
	if problems.Err() == nil {
		return resolved.Policy, nil
	}
	if alone, wrong := s.plain(name, code); wrong.Err() == nil {
		return alone.Policy, nil
	}
	return actors.Policy{}, problems.Err()
}

// Made implements actors.PolicySource: the guard is followed from now on.
func (p *Policies) Made(name string, code actors.Policy) {
	p.arrivals.Lock()
	p.made = append(p.made, arrival{name: name, code: code})
	p.arrivals.Unlock()
	select {
	case p.came <- struct{}{}:
	default: // the goroutine will look anyway
	}
}

// arrival is a guard that has been made.
type arrival struct {
	name string
	code actors.Policy
}

func (p *Policies) arrived() []arrival {
	p.arrivals.Lock()
	defer p.arrivals.Unlock()
	made := p.made
	p.made = nil
	return made
}

// Explain tells each value of the dependency's policy with its origin: by the files, rules and overrides in
// force now.
//
// Errors: a *DependencyError for one that neither the files nor the System know.
func (p *Policies) Explain(name string) (config.Resolved, error) {
	var found config.Resolved
	var err error
	p.ask(func(k *keeper) {
		f, known := k.followed[name]
		if !known && !k.set.Has(name) {
			err = k.stranger(name)
			return
		}
		var code actors.Policy
		if known {
			code = f.code
		}
		found, _ = k.resolve(name, code)
	})
	return found, err
}
