// SPDX-License-Identifier: Apache-2.0

package fallback

// View is what a chain has done and does.
type View struct {
	// Running is how many steps run now that hold a slot, those of chains that share them
	// included.
	Running int
	// Most is how many may: Policy.Concurrency.
	Most int
	// Steps are the steps in their order.
	Steps []StepView
}

// StepView is what became of one step, since it was put in force.
type StepView struct {
	// Use is where its answers come from.
	Use Use
	// Guard is who is asked; empty for other uses.
	Guard string
	// Counts is how often each [Result] came of it. A step that is not reached is not counted.
	Counts [Results]uint64
}

// Count returns how often a result came of the step; zero for what is no result.
func (s StepView) Count(r Result) uint64 {
	if int(r) >= Results {
		return 0
	}
	return s.Counts[r]
}

// View returns the counts of now. Those of one step are read one after the other while
// answers go on.
func (c *Chain[Req, Resp]) View() View {
	p := c.now.Load()
	v := View{Running: c.slots.Running(), Most: p.policy.Concurrency, Steps: make([]StepView, len(p.steps))}
	for i := range p.steps {
		s := &p.steps[i]
		v.Steps[i] = StepView{Use: s.Use, Guard: s.Step.Guard}
		for r := range s.counts {
			v.Steps[i].Counts[r] = s.counts[r].Load()
		}
	}
	return v
}
