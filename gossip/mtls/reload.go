// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"time"
)

// Reload asks for credentials at once, as happens every Options.Reload anyway. New ones are for connections that are made from now on;
// those that are open stay, unless their peer would be refused now. Its error says why the credentials were not
// taken, and those before stay in use.
func (t *Transport) Reload() error {
	t.reloading.Lock()
	defer t.reloading.Unlock()
	now := time.Now()
	err := t.renew(now)
	t.count(func(s *Stats) {
		s.LastReload = ""
		if err != nil {
			s.ReloadsFailed++
			s.LastReload = err.Error()
		}
	})
	t.links.sweep(now, func(l *link, err error) { _ = t.refused(l, err) })
	return err
}

func (t *Transport) renew(now time.Time) error {
	c, err := t.opts.Credentials()
	if err != nil {
		return err
	}
	if c.Roots != nil && c.same(t.state.Load().creds) {
		return nil
	}
	next, err := newState(c, t.opts, now)
	if err != nil {
		return err
	}
	t.state.Store(next)
	t.links.use(next.rules)
	t.count(func(s *Stats) { s.Reloads++ })
	return nil
}

func (t *Transport) keepReloading() {
	tick := time.NewTicker(t.opts.Reload)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_ = t.Reload() // Stats tells
		case <-t.ctx.Done():
			return
		}
	}
}
