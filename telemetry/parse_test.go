// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sample is one line of a page.
type sample struct {
	name   string
	labels map[string]string
	value  float64
}

// shown is one family of a page.
type shown struct {
	name, help, kind string
	samples          []sample
}

var (
	nameForm  = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	lineForm  = regexp.MustCompile(`^([a-z][a-z0-9_]*)\{(.*)\} (\S+)$`)
	labelForm = regexp.MustCompile(`^([a-z][a-z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(?:,|$)`)
)

// parse reads a page as strictly as the format is written: each family once, with help
// and type before its lines, its lines together, no series twice.
func parse(t testing.TB, page string) map[string]*shown {
	t.Helper()
	families, seen := map[string]*shown{}, map[string]bool{}
	var now *shown
	if !strings.HasSuffix(page, "\n") {
		t.Error("the page does not end with a line feed")
	}
	for i, line := range strings.Split(strings.TrimSuffix(page, "\n"), "\n") {
		switch words := strings.SplitN(line, " ", 4); {
		case strings.HasPrefix(line, "# HELP "):
			now = &shown{name: words[2], help: words[3]}
			if families[now.name] != nil || !nameForm.MatchString(now.name) {
				t.Errorf("line %d: %s is there twice, or no name", i+1, now.name)
			}
			families[now.name] = now
		case strings.HasPrefix(line, "# TYPE "):
			if now == nil || words[2] != now.name || now.kind != "" || len(now.samples) > 0 {
				t.Fatalf("line %d: a type where none may be: %s", i+1, line)
			}
			now.kind = words[3]
		default:
			s, err := parseLine(line)
			if err != nil {
				t.Fatalf("line %d: %v", i+1, err)
			}
			if now == nil || now.kind == "" || !now.has(s.name) {
				t.Fatalf("line %d is not among those of its family: %s", i+1, line)
			}
			if id := line[:strings.LastIndexByte(line, ' ')]; seen[id] {
				t.Errorf("line %d: %s is there twice", i+1, id)
			} else {
				seen[id] = true
			}
			now.samples = append(now.samples, s)
		}
	}
	return families
}

func parseLine(line string) (s sample, err error) {
	m := lineForm.FindStringSubmatch(line)
	if m == nil {
		return s, fmt.Errorf("is no line: %q", line)
	}
	s = sample{name: m[1], labels: map[string]string{}}
	for rest := m[2]; rest != ""; {
		l := labelForm.FindStringSubmatch(rest)
		if l == nil {
			return s, fmt.Errorf("has bad labels: %q", line)
		}
		if _, twice := s.labels[l[1]]; twice {
			return s, fmt.Errorf("has a label twice: %q", line)
		}
		s.labels[l[1]] = l[2]
		rest = rest[len(l[0]):]
	}
	s.value, err = strconv.ParseFloat(m[3], 64)
	return s, err
}

func (f *shown) has(name string) bool {
	if f.kind != histogram {
		return name == f.name
	}
	return slices.Contains([]string{f.name + "_bucket", f.name + "_sum", f.name + "_count"}, name)
}

// sum adds the lines that have all the labels, given as name, value, name, value.
func (f *shown) sum(labels ...string) (sum float64) {
	for _, s := range f.samples {
		if s.is(labels) {
			sum += s.value
		}
	}
	return sum
}

func (s sample) is(labels []string) bool {
	for i := 0; i < len(labels); i += 2 {
		if s.labels[labels[i]] != labels[i+1] {
			return false
		}
	}
	return true
}
