// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"fmt"
	"strings"
	"time"
)

// window is a part of the day or of the week, by the wall clock of a zone.
type window struct {
	zone     *time.Location
	from, to int   // minutes since midnight, to excluded; over midnight where to is not after from
	days     uint8 // a bit for each time.Weekday; 0: of the day
}

const (
	minute = time.Minute
	perDay = 24 * 60 // minutes
)

var dayWords = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// contains reports whether the zone's wall clock shows a time in the window.
func (w window) contains(wall time.Time) bool {
	local := wall.In(w.zone)
	return w.shows(int(local.Weekday()), local.Hour()*60+local.Minute())
}

// shows reports whether a day of the week and a minute of it are in the window.
func (w window) shows(day, now int) bool {
	if w.days != 0 {
		return w.days&(1<<day) != 0
	}
	if w.from < w.to {
		return w.from <= now && now < w.to
	}
	return now >= w.from || now < w.to
}

// edge returns the next time at which contains changes. Between two changes of the zone's
// offset its wall clock runs evenly, so each such span is looked at by itself.
func (w window) edge(wall time.Time) time.Time {
	is, at := w.contains(wall), wall.Round(0)
	for range 64 { // a week has 7 midnights, and a zone changes a few times a year
		local := at.In(w.zone)
		next := at.Add(w.untilTurn(local))
		if _, end := local.ZoneBounds(); !end.IsZero() && end.Before(next) {
			next = end
		}
		if at = next; w.contains(at) != is {
			return at
		}
	}
	return at
}

// untilTurn is how long it takes until the local clock shows a time at which the window
// may begin or end, while the zone's offset stays.
func (w window) untilTurn(local time.Time) time.Duration {
	into := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*minute +
		time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
	least := 24 * time.Hour
	turns := [...]int{w.from % perDay, w.to % perDay} // both midnight for days
	for _, t := range turns {
		left := time.Duration(t)*minute - into
		if left <= 0 {
			left += 24 * time.Hour
		}
		least = min(least, left)
	}
	return least
}

func (w window) String() string {
	text := fmt.Sprintf("time %02d:%02d-%02d:%02d", w.from/60, w.from%60, w.to/60, w.to%60)
	if w.days != 0 {
		text = "weekday " + w.dayList()
	}
	if w.zone != time.UTC {
		text += " " + w.zone.String()
	}
	return text
}

// dayList writes the days as runs, from the first day after one that is not among them.
func (w window) dayList() string {
	in := func(day int) bool { return w.days&(1<<(day%7)) != 0 }
	first := 1 // monday, where the week begins
	for in(first+6) && first < 7 {
		first++
	}
	var parts []string
	for i := 0; i < 7; i++ {
		day := first + i
		if !in(day) {
			continue
		}
		run := 1
		for i+run < 7 && in(day+run) {
			run++
		}
		if run >= 3 {
			parts, i = append(parts, dayWords[day%7]+"-"+dayWords[(day+run-1)%7]), i+run-1
			continue
		}
		parts = append(parts, dayWords[day%7])
	}
	return strings.Join(parts, ",")
}

// shown is the part of the wall clock that the window looks at.
func (w window) shown(wall time.Time) string {
	local := wall.In(w.zone)
	if w.days != 0 {
		return dayWords[local.Weekday()]
	}
	return local.Format("15:04")
}
