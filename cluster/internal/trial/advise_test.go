// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster/verdict"
)

// A fleet that is only advised shows what it would do: one hold for as long as the outage lasts, and one way back. Its calls go on, as
// each circuit lets them.
func TestAdviceShowsOneHoldAndHoldsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := following()
		p.Fleet.Mode = actors.FleetAdvise
		f := newFleet(t, 3, p, nil)
		defer f.close()
		time.Sleep(15 * time.Second)
		for _, r := range f.nodes {
			r.down.Store(true)
		}
		time.Sleep(8 * time.Second)
		shown := f.shows(time.Minute)
		for i, phases := range shown {
			if !slices.Equal(phases, []string{verdict.Hold.String()}) {
				t.Errorf("%s showed %v in the outage", f.nodes[i].name, phases)
			}
		}
		for _, r := range f.nodes {
			r.down.Store(false)
		}
		for i, phases := range f.shows(40 * time.Second) {
			if !slices.Equal(phases, []string{"hold", "ramp", "clear"}) {
				t.Errorf("%s showed %v after it", f.nodes[i].name, phases)
			}
			if _, err := f.nodes[i].ref.Call(t.Context(), 1); err != nil {
				t.Error(f.nodes[i].name, err)
			}
		}
		for _, r := range f.nodes {
			if e := r.ref.Evidence(); e.ProbeOK+e.ProbeFail > 0 {
				t.Errorf("%s was held: %+v", r.name, e)
			}
		}
	})
}

// shows returns the phases that each node showed, one after the other.
func (f *fleet) shows(lasts time.Duration) [][]string {
	f.t.Helper()
	shown := make([][]string, len(f.nodes))
	for range int(lasts / (100 * time.Millisecond)) {
		for i, phase := range f.phases() {
			if n := len(shown[i]); n == 0 || shown[i][n-1] != phase {
				shown[i] = append(shown[i], phase)
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	return shown
}
