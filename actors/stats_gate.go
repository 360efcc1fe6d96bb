// SPDX-License-Identifier: Apache-2.0

package actors

// GateRefusals counts calls that the gate refused, by its reason.
type GateRefusals struct {
	// Full: no permit was free and the queue was full ([ErrFull]).
	Full uint64
	// Quota: what was left is kept for higher priorities ([ErrQuota]).
	Quota uint64
	// Hopeless: no permit was expected in time ([ErrHopeless]).
	Hopeless uint64
	// Waited: the call waited as long as it could ([ErrLate]).
	Waited uint64
	// Yielded: its place went to another that comes before it ([ErrYielded]).
	Yielded uint64
	// Sojourn: the queue did not drain, and it had waited longer than that may stand ([ErrSojourn]).
	Sojourn uint64
	// Suspended: the guard was suspended ([ErrSuspended]).
	Suspended uint64
}

func (r GateRefusals) sum() uint64 {
	return r.Full + r.Quota + r.Hopeless + r.Waited + r.Yielded + r.Sojourn + r.Suspended
}

func (r GateRefusals) plus(o GateRefusals) GateRefusals {
	return GateRefusals{
		Full: r.Full + o.Full, Quota: r.Quota + o.Quota, Hopeless: r.Hopeless + o.Hopeless, Waited: r.Waited + o.Waited,
		Yielded: r.Yielded + o.Yielded, Sojourn: r.Sojourn + o.Sojourn, Suspended: r.Suspended + o.Suspended,
	}
}

func (n *reasonCounts) atGate() GateRefusals {
	return GateRefusals{
		Full: n[refusedFull].Load(), Quota: n[refusedQuota].Load(), Hopeless: n[refusedHopeless].Load(),
		Waited: n[refusedWaited].Load(), Yielded: n[refusedYielded].Load(), Sojourn: n[refusedSojourn].Load(),
		Suspended: n[refusedSuspended].Load(),
	}
}
