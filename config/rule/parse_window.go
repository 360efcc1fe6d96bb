// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"slices"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// dayWindow reads the times of a window and its zone.
func (p *parser) dayWindow(name token) *node {
	const example = "time 22:00-06:00"
	t := p.peek()
	if ends(t.text) {
		p.flawOf(name, "", CodeValue, "time has no window behind it", "00:00 to 24:00", "write "+example)
		return unread()
	}
	p.next()
	from, to, ok := timesOf(t.text)
	switch {
	case !ok && slices.Contains(opWords[:], t.text):
		p.flaw(t, CodeOperator, "does not compare times", "", "write "+example)
		p.skipValue()
		return unread()
	case !ok && (strings.HasSuffix(t.text, "-") || strings.HasPrefix(p.peek().text, "-") || p.peek().text == "to"):
		p.flaw(t, CodeValue, "is not a window of time", "hours:minutes-hours:minutes", "write it without spaces: "+example)
		p.skip()
		return unread()
	case !ok:
		p.flaw(t, CodeValue, "is not a window of time", "00:00 to 24:00, hours:minutes-hours:minutes", "write "+example)
	case from == to%perDay:
		p.flaw(t, CodeConstant, "begins where it ends", "", "leave it out for the whole day")
	}
	return &node{form: clock, window: window{from: from, to: to, zone: p.zone()}}
}

// timesOf reads "22:00-06:00" as minutes since midnight.
func timesOf(text string) (from, to int, ok bool) {
	begin, end, found := strings.Cut(text, "-")
	from, first := minuteOf(begin)
	to, last := minuteOf(end)
	return from, to, found && first && last && from < perDay
}

// minuteOf reads "06:30": two digits, a colon, two digits; up to "24:00".
func minuteOf(text string) (int, bool) {
	if len(text) != len("06:30") || text[2] != ':' || strings.Trim(text[:2]+text[3:], "0123456789") != "" {
		return 0, false
	}
	h, m := int(text[0]-'0')*10+int(text[1]-'0'), int(text[3]-'0')*10+int(text[4]-'0')
	return h*60 + m, m < 60 && h*60+m <= perDay
}

// weekWindow reads the days of a window and its zone.
func (p *parser) weekWindow(name token) *node {
	const accepted = "mon, tue, wed, thu, fri, sat, sun"
	t := p.peek()
	if ends(t.text) {
		p.flawOf(name, "", CodeValue, "weekday has no days behind it", accepted, "write weekday sat,sun")
		return unread()
	}
	if p.next(); t.text == "is" {
		p.flaw(t, CodeOperator, "is not needed", "", "write weekday "+p.peek().text)
		t = p.next()
	}
	days, ok := daysOf(t.text)
	switch {
	case !ok:
		p.flaw(t, CodeValue, "is no list of days", accepted, dayFix(t.text))
	case days == 1<<7-1:
		p.flaw(t, CodeConstant, "is every day", "", "leave it out")
	}
	return &node{form: clock, window: window{days: days, zone: p.zone()}}
}

// daysOf reads "sat,sun" and "mon-fri" as bits; a range may go over the end of the week.
func daysOf(text string) (days uint8, ok bool) {
	for _, part := range strings.Split(text, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, to := slices.Index(dayWords[:], first), slices.Index(dayWords[:], last)
		if from < 0 || to < 0 {
			return 0, false
		}
		for d := from; ; d = (d + 1) % 7 {
			days |= 1 << d
			if d == to {
				break
			}
		}
	}
	return days, true
}

// dayFix is what a text probably meant as days.
func dayFix(text string) string {
	parts := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r == ',' || r == '-' || r == '.' })
	for _, part := range parts {
		for _, day := range dayWords {
			if len(part) > len(day) && strings.HasPrefix(part, day) || part == day {
				return "days have three small letters: write " + day
			}
		}
	}
	return "write weekday sat,sun or weekday mon-fri"
}

// zone reads the zone behind a window: UTC where there is none.
func (p *parser) zone() *time.Location {
	t := p.peek()
	if ends(t.text) || isLeaf(t.text) || t.text == "&&" || t.text == "||" || !startsZone(t.text) {
		return time.UTC
	}
	p.next()
	if t.text == "Local" {
		p.flaw(t, CodeZone, "differs from machine to machine", "", "name the zone, for example Europe/Berlin")
		return time.UTC
	}
	zone, err := time.LoadLocation(t.text)
	if err == nil {
		return zone
	}
	p.flaw(t, CodeZone, "is no time zone", "names of the IANA database, or none for UTC", zoneFix(t.text))
	return time.UTC
}

// startsZone reports whether a word is meant as a zone: it has a capital or a slash.
func startsZone(text string) bool {
	return strings.ContainsRune(text, '/') || text[0] >= 'A' && text[0] <= 'Z' && !slices.Contains([]string{"AND", "OR", "NOT", "FOR"}, text)
}

// zoneFix is the zone that a text probably means.
func zoneFix(text string) string {
	parts := strings.Split(strings.ToLower(text), "/")
	for i, part := range parts {
		if part != "" {
			parts[i] = strings.ToUpper(part[:1]) + part[1:]
		}
	}
	if meant := strings.Join(parts, "/"); meant != text {
		if _, err := time.LoadLocation(meant); err == nil {
			return "did you mean " + meant + "?"
		}
	}
	const known = "Europe/Berlin"
	if _, err := time.LoadLocation(known); err != nil {
		return "this machine has no time zones: import time/tzdata, or give the times in UTC"
	}
	if near, found := plain.Nearest(text, zoneNames[:]); found {
		return "did you mean " + near + "?"
	}
	return "write a name such as " + known
}

// zoneNames are those that are offered for one that is misspelt.
var zoneNames = [...]string{
	"UTC", "Europe/London", "Europe/Paris", "Europe/Berlin", "Europe/Madrid", "Europe/Warsaw", "Europe/Moscow",
	"America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Sao_Paulo",
	"Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney",
}
