// SPDX-License-Identifier: Apache-2.0

package actors

// The ways of a guard (Guard.way): what a call must know before all else, in one load
// instead of three.
//
// The word says no more than what mode, plan and gate say. Whoever changes one of these
// has the guard steered before it returns: SetMode, an Update, and the gate itself,
// whoever closes it. So what begins after SetMode, Update or Stop has returned finds
// the new way.
const (
	// wayUnsettled: look closer. In shadow, stopped, the guard of a key, or not made.
	wayUnsettled uint32 = iota
	// wayEnforce: the policy is enforced, and the guard is not that of a key. The gate
	// was open, and refuses by itself when it is not.
	wayEnforce
	// wayBypass: the policy is bypassed, and the gate is open.
	wayBypass
	// wayAround is wayEnforce under a policy that may answer calls otherwise than by the handler.
	wayAround
)

// steer keeps the way in step. It looks and writes under one lock: who changes something
// afterwards comes afterwards. A Keyring's head is steered for all its keys; the guards of
// keys stay unsettled, so that SetMode need not go through them.
func (g *Guard) steer() {
	if g.key != nil {
		return
	}
	g.steering.Lock()
	defer g.steering.Unlock()
	g.way.Store(g.wayNow())
}

func (g *Guard) wayNow() uint32 {
	if g.key != nil || g.gate.Closed() {
		return wayUnsettled
	}
	switch g.leniency() {
	case EnforcePolicy:
		if g.plan.Load().answers {
			return wayAround
		}
		return wayEnforce
	case BypassPolicy:
		return wayBypass
	default:
		return wayUnsettled
	}
}

// steer steers every guard after a change of the System's mode. One that is being made
// is steered when it is enrolled.
func (s *System) steer() {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, g := range s.guards {
		if g != nil {
			g.steer()
		}
	}
}
