// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

const (
	// glance is between two looks at the nodes.
	glance = 25 * time.Millisecond
	// patience is how long an act waits for what it shows.
	patience = 10 * time.Second
	// patienceHeal is how long it waits for a fleet that was divided.
	patienceHeal = 15 * time.Second
)

// stage plays acts on a crew, and writes what is seen. One goroutine has it.
type stage struct {
	crew  *crew
	out   io.Writer
	start time.Time
	pace  time.Duration

	nextLine time.Time
	told     []tally // of each node, at the last line
	asked    [2]int  // requests at both upstreams, at the last line
	seconds  [][2]int
}

func newStage(c *crew, out io.Writer, pace time.Duration, start time.Time) *stage {
	return &stage{crew: c, out: out, start: start, pace: pace, told: make([]tally, len(c.nodes))}
}

func (s *stage) print(format string, args ...any) { _, _ = fmt.Fprintf(s.out, format, args...) }

// act begins an act: seconds count from now.
func (s *stage) act(number int, title string) {
	s.print("\n%s >> %d of %d: %s\n", clock(time.Since(s.start)), number, acts, title)
	s.restart()
}

// restart lets the next second begin now.
func (s *stage) restart() {
	s.mark()
	s.seconds = nil
	s.nextLine = time.Now().Add(time.Second)
}

// mark takes what was counted until now as told.
func (s *stage) mark() {
	for i, n := range s.crew.nodes {
		s.told[i] = n.in.tally()
	}
	s.asked = s.requests()
}

// requests are those that reached the upstreams so far: the fleet's, and that of the guards alone.
func (s *stage) requests() [2]int {
	return [2]int{int(s.crew.in.requests.Load()), int(s.crew.alone.requests.Load())}
}

// says writes a sentence of what was seen.
func (s *stage) says(format string, args ...any) {
	for i, line := range wrap(fmt.Sprintf(format, args...), 69) {
		head := clock(time.Since(s.start)) + "  - "
		if i > 0 {
			head = strings.Repeat(" ", len(head))
		}
		s.print("%s%s\n", head, line)
	}
}

// until looks again and again until it is so, for so long at most, and says how long it took. The error is that of ctx, or of a
// node that has gone.
func (s *stage) until(ctx context.Context, most time.Duration, so func(look) bool) (took time.Duration, seen bool, err error) {
	began := time.Now()
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		l, err := s.crew.look(ctx)
		if err != nil {
			return 0, false, err
		}
		took := time.Since(began)
		if so(l) {
			return took, true, nil
		}
		if took >= most {
			return took, false, nil
		}
		s.lines(l)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return took, false, context.Cause(ctx)
		}
	}
}

// dwell lets so much time pass.
func (s *stage) dwell(ctx context.Context, long time.Duration) error {
	_, _, err := s.until(ctx, long, func(look) bool { return false })
	return err
}

// lines writes a line for a second that is over.
func (s *stage) lines(l look) {
	now := time.Now()
	if now.Before(s.nextLine) {
		return
	}
	s.nextLine = s.nextLine.Add(time.Second)
	if s.nextLine.Before(now) { // the machine was away
		s.nextLine = now.Add(time.Second)
	}
	var b strings.Builder
	b.WriteString(clock(now.Sub(s.start)))
	for i, n := range s.crew.nodes {
		fresh := n.in.tally().less(s.told[i])
		fmt.Fprintf(&b, "%5d %3d %-9s", fresh.ok, fresh.failed+fresh.refused, l[i].circuit())
	}
	asked := s.requests()
	second := [2]int{asked[0] - s.asked[0], asked[1] - s.asked[1]}
	s.seconds = append(s.seconds, second)
	fmt.Fprintf(&b, "%5d %5d\n", second[0], second[1])
	s.print("%s", b.String())
	s.mark()
}

// circuit is what keeps calls back at a node, in a word.
func (v view) circuit() string {
	if v.does != actors.FleetClear {
		return v.does.String()
	}
	return v.dep.Circuit
}

// clock writes a time since the start, in six columns.
func clock(at time.Duration) string { return fmt.Sprintf("%5.1fs", at.Seconds()) }

// wrap breaks a text into lines of so many columns.
func wrap(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) > width:
			lines, line = append(lines, line), word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}
