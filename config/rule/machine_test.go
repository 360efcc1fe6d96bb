// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

// atWork is a machine that is told one sample a second.
type atWork struct {
	*testing.T
	*Machine
	now  fuseboard.Instant
	wall time.Time
}

func machineOf(t *testing.T, when, until string) *atWork {
	t.Helper()
	var c Condition
	if until != "" {
		c = MustParse(until)
	}
	m, err := NewMachine(MustParse(when), c)
	if err != nil {
		t.Fatal(err)
	}
	return &atWork{T: t, Machine: m, now: 7, wall: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)}
}

// pass lets a time pass without a step.
func (a *atWork) pass(d time.Duration) { a.now, a.wall = a.now.Add(d), a.wall.Add(d) }

// read steps once a second with the sample, and wants the machine on or off after each.
func (a *atWork) read(sample string, seconds int, on bool) {
	a.Helper()
	for i := range seconds {
		a.pass(time.Second)
		a.Step(a.now, a.wall, sampleOf(sample))
		if a.On() != on {
			a.Fatalf("after %ds of %q: on is %v: %s", i+1, sample, a.On(), a.Why())
		}
	}
}

func TestARuleBeginsAfterItsForAndEndsBelowTheMargin(t *testing.T) {
	m := machineOf(t, "cpu > 85% for 3s", "")
	m.read("cpu=90%", 3, false)
	m.read("cpu=84%", 1, false) // a break
	m.read("cpu=90%", 3, false)
	m.read("cpu=90%", 9, true)
	m.read("cpu=80%", 9, true) // within the margin
	m.read("cpu=70%", 3, true)
	m.read("cpu=78%", 1, true) // a break
	m.read("cpu=70%", 3, true)
	m.read("cpu=70%", 9, false)
}

func TestARuleNeitherBeginsNorEndsForWantOfAValue(t *testing.T) {
	for _, until := range []string{"", "not cpu > 85%", "cpu <= 85%"} {
		m := machineOf(t, "cpu > 85%", until)
		m.read("", 99, false)
		m.read("cpu=90%", 3, true)
		m.read("memory=1%", 99, true)
		m.read("cpu=10%", 9, false)
		m.read("", 99, false)
	}
	m := machineOf(t, "circuit is not closed for 2s or cpu > 85%", "")
	m.read("memory=90%", 9, false)
	m.read("cpu=90%", 3, true) // one known part is enough
	m.read("cpu=10%", 9, true) // and one that is not known keeps it
	m.read("cpu=10%,circuit=closed", 2, true)
	m.read("cpu=10%,circuit=closed", 3, false)
}

func TestAForIsBrokenByAGapAndNotByAMissingSample(t *testing.T) {
	m := machineOf(t, "cpu > 85% for 10s", "")
	m.read("cpu=90%", 5, false)
	m.read("", 2, false)
	m.pass(time.Second - 1) // in all a nanosecond less than a gap
	m.Step(m.now, m.wall, Sample{})
	m.pass(1)
	m.Step(m.now, m.wall, sampleOf("cpu=90%"))
	m.read("cpu=90%", 2, false)
	m.read("cpu=90%", 1, true)
	for _, missing := range []int{0, 1, 3} {
		m := machineOf(t, "cpu > 85% for 10s", "")
		m.read("cpu=90%", 9, false)
		m.read("", missing, false)
		m.pass(Gap - time.Duration(missing)*time.Second + 1)
		m.Step(m.now, m.wall, sampleOf("cpu=90%"))
		m.read("cpu=90%", 9, false)
		m.read("cpu=90%", 1, true)
	}
}

func TestWhatHeldBeforeAChangeDoesNotCountAfterIt(t *testing.T) {
	m := machineOf(t, "cpu > 60% for 3s", "memory < 50% for 5s")
	m.read("cpu=90%,memory=10%", 3, false)
	m.read("cpu=90%,memory=10%", 5, true) // from the change on
	m.read("cpu=90%,memory=10%", 3, false)
	m.read("cpu=90%,memory=10%", 1, true)
}

// An edit of the rule must not end what it has begun.
func TestAMachineGoesOnWhereTheOneBeforeItWas(t *testing.T) {
	before := machineOf(t, "cpu > 85% for 3s", "")
	before.read("cpu=90%", 3, false)
	before.read("cpu=90%", 1, true)
	before.read("cpu=60%", 2, true)
	m := machineOf(t, "cpu > 88% for 3s", "cpu < 70% for 2s")
	m.Inherit(before.Machine)
	m.now, m.wall = before.now, before.wall
	if !m.On() || m.Since() != before.Since() {
		t.Error(m.On(), m.Since())
	}
	m.read("cpu=60%", 2, true)
	if got := m.Why(); got != "cpu 90% > 85% for 3s; to end: cpu 60% < 70% for 1s, needs 2s" {
		t.Error(got)
	}
	m.read("cpu=60%", 1, false)
}

func TestInstantsThatGoBackCountAsTheLast(t *testing.T) {
	m := machineOf(t, "cpu > 85% for 3s", "")
	m.read("cpu=90%", 3, false)
	was := m.now
	m.now = 0
	m.read("cpu=90%", 2, false)
	m.now = was
	m.read("cpu=90%", 1, true)
	if m.Since() != was.Add(time.Second) {
		t.Error(m.Since())
	}
	m = machineOf(t, "cpu > 85%", "")
	m.Step(instantOf(100), m.wall, sampleOf("cpu=1%"))
	if !m.Step(instantOf(50), m.wall, sampleOf("cpu=90%")) || m.Since() != instantOf(100) {
		t.Error(m.Since())
	}
	m.Step(-5, m.wall, sampleOf("cpu=1%"))
	m.Step(0, m.wall, sampleOf("cpu=1%"))
	if !m.On() {
		t.Error("it changed by instants that went back")
	}
}

func TestAMachineSaysWhyWithItsNumbers(t *testing.T) {
	m := machineOf(t, "cpu > 85% for 3s", "")
	said := func(want string) {
		t.Helper()
		if got := m.Why(); got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	}
	said("nothing has been read yet")
	m.read("memory=1%", 1, false)
	said("cpu is not known, needs > 85% for 3s")
	m.read("cpu=60%", 1, false)
	said("cpu 60%, needs > 85% for 3s")
	m.read("cpu=91.26%", 2, false)
	said("cpu 91.3% > 85% for 1s, needs 3s")
	m.read("cpu=91%", 1, false)
	m.read("cpu=92%", 1, true)
	said("cpu 92% > 85% for 3s; to end: cpu 92%, needs < 76.5% for 3s")
	m.read("cpu=70%", 2, true)
	said("cpu 92% > 85% for 3s; to end: cpu 70% < 76.5% for 1s, needs 3s")

	for _, c := range []struct{ when, sample, want string }{
		{"cpu > 85% and memory > 90% and gc > 1%", "cpu=90%,memory=50%", "memory 50%, needs > 90% and gc is not known, needs > 1%"},
		{"cpu > 85% or memory > 90%", "cpu=80%,memory=50%", "cpu 80%, needs > 85% or memory 50%, needs > 90%"},
		{"not cpu > 85%", "cpu=90%", "cpu 90%, needs <= 85%"},
		{"not (cpu > 85% and memory > 85%)", "cpu=90%,memory=90%", "cpu 90%, needs <= 85% or memory 90%, needs <= 85%"},
		{"circuit is open", "circuit=closed", "circuit closed, needs open"},
		{"circuit is not open", "circuit=open", "circuit open, needs not open"},
		{"not circuit is open", "circuit=open", "circuit open, needs not open"},
		{"latency_p99 > 800ms", "latency_p99=123.456789ms", "latency_p99 123ms, needs > 800ms"},
		{"calls_per_second > 500", "calls_per_second=12.3456", "calls_per_second 12.3, needs > 500"},
		{"time 22:00-06:00", "", "12:00, needs time 22:00-06:00"},
		{"not weekday wed-fri Europe/Berlin", "", "thu, needs not weekday wed-fri Europe/Berlin"},
		{"not (circuit is open for 1s) and cpu > 1%", "circuit=open", "circuit is not known, needs open"},
	} {
		m = machineOf(t, c.when, "")
		m.read(c.sample, 1, false)
		if strings.HasPrefix(c.when, "not (circuit is open for") {
			m.read("circuit=open,cpu=0.5%", 2, false)
			c.want = "needs not (circuit is open for 1s) and cpu 0.5%, needs > 1%"
		}
		said(c.want)
	}
	for _, c := range []struct{ when, sample, want string }{
		{"cpu > 85% and not (memory > 90% or gc > 10%)", "cpu=90%,memory=50%,gc=2%", "cpu 90% > 85% and memory 50% <= 90% and gc 2% <= 10%"},
		{"cpu > 85% or memory > 40% or gc > 1%", "cpu=10%,memory=50%,gc=2%", "memory 50% > 40%"},
		{"circuit is not open", "circuit=half-open", "circuit is half-open"},
		{"time 11:00-13:00 Europe/Berlin or weekday sat", "", ""},
		{"time 12:00-14:00 Europe/Berlin", "", "13:00 is in time 12:00-14:00 Europe/Berlin"},
		{"not weekday sat,sun", "", "thu is not in weekday sat,sun"},
		{"not cpu > 85% for 10s", "cpu=90%", "not (cpu > 85% for 10s)"},
	} {
		if c.want == "" {
			continue
		}
		m = machineOf(t, c.when, "")
		m.read(c.sample, 1, true)
		if got, _, _ := strings.Cut(m.Why(), "; "); got != c.want {
			t.Errorf("%s: says %q, want %q", c.when, got, c.want)
		}
	}
}

func TestNextIsWhenAForIsOverAWindowTurnsOrTheDwellIs(t *testing.T) {
	m := machineOf(t, "cpu > 85% for 10s and time 12:00-13:00", "cpu < 80%")
	next := func(want fuseboard.Instant, changes bool) {
		t.Helper()
		if at, ok := m.Next(); ok != changes || ok && at != want {
			t.Errorf("next is %d, %v; want %d, %v", at, ok, want, changes)
		}
	}
	next(0, true) // it has not been asked yet
	m.read("cpu=10%", 1, false)
	next(m.now.Add(time.Hour-time.Second), true)
	m.read("cpu=90%", 4, false)
	next(m.now.Add(7*time.Second), true)
	m.read("cpu=90%", 6, false)
	m.read("cpu=90%", 1, true)
	next(0, false)
	m.pass(time.Second / 2)
	m.Step(m.now, m.wall, sampleOf("cpu=10%"))
	next(m.now.Add(time.Second/2), true)
	m = machineOf(t, "circuit is open", "")
	m.read("circuit=closed", 1, false)
	next(0, false)
}

func TestAMachineNeedsAWhenAndKnowsItsScope(t *testing.T) {
	m, err := NewMachine(Condition{}, MustParse("cpu > 85%"))
	if m != nil || err == nil || !strings.Contains(err.Error(), "there is no when") {
		t.Error(err)
	}
	for _, c := range []struct {
		when, until string
		want        Scope
	}{{"cpu > 85%", "", Host}, {"cpu > 85%", "circuit is open", Dependency}, {"circuit is open", "time 08:00-09:00", Dependency}} {
		if m := machineOf(t, c.when, c.until); m.Scope() != c.want {
			t.Errorf("%+v", c)
		}
	}
}

func TestStepAllocatesNothing_Alloc(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	m := machineOf(t, "(cpu > 85% for 3s or not circuit is open) and time 22:00-06:00 Europe/Berlin", "cpu < 10% for 5s")
	m.wall = m.wall.In(berlin(t))
	samples := []Sample{sampleOf("cpu=90%,circuit=open"), sampleOf("cpu=50%"), {}}
	i := 0
	if n := testing.AllocsPerRun(300, func() {
		m.pass(time.Second)
		m.Step(m.now, m.wall, samples[i%len(samples)])
		m.Next()
		m.When().Holds(m.wall, samples[i%len(samples)])
		i++
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
