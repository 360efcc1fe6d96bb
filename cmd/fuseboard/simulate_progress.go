// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/simulations"
	"github.com/fuseboard/fuseboard/simulations/report/text"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// progress is a line on a terminal that is drawn again and again.
type progress struct {
	w       io.Writer // nil: nobody looks
	options text.Options
	virtual time.Duration // of one run
	began   time.Time
	drawn   bool
}

func (s *session) progress(sc *scenario.Scenario, f simulating) *progress {
	p := &progress{virtual: sc.Duration, began: time.Now(), options: s.textOptions()}
	if s.lively && !f.noProgress {
		p.w = s.errs
	}
	return p
}

// draw is told how far a simulation is, from one goroutine at a time.
func (p *progress) draw(now simulations.Progress) {
	if p.w == nil {
		return
	}
	p.drawn = true
	fmt.Fprintf(p.w, "\r%s\x1b[K", text.Bar(now, p.virtual, time.Since(p.began), p.options))
}

// clear takes the line away, so that what comes next begins at the left.
func (p *progress) clear() {
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// textOptions are what the terminal and the environment say about text.
func (s *session) textOptions() text.Options {
	o := text.Options{Color: s.color, ASCII: !s.speaksUTF8()}
	if n, err := strconv.Atoi(variable(s.env, "COLUMNS")); err == nil && n > 0 {
		o.Width = min(n, 250)
	}
	return o
}

// speaksUTF8 reports whether the locale can show more than ASCII. One that is not set says nothing against it.
func (s *session) speaksUTF8() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToUpper(variable(s.env, name)); locale != "" {
			return strings.Contains(locale, "UTF-8") || strings.Contains(locale, "UTF8")
		}
	}
	return true
}
