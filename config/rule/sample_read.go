// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"strings"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// ParseSample reads a sample as its String writes it, or with = between name and value:
// "cpu=91%, circuit=open". For previews: what would a rule do if. The error is [Flaws].
func ParseSample(text string) (Sample, error) {
	var (
		s Sample
		p parser
	)
	at := 1
	for _, part := range strings.Split(text, ",") {
		length := len([]rune(part))
		if trimmed := strings.TrimSpace(part); trimmed != "" {
			lead := length - len([]rune(strings.TrimLeft(part, " \t\n")))
			s = p.sampled(s, token{text: trimmed, column: at + lead, length: len([]rune(trimmed))})
		}
		at += length + 1
	}
	if len(p.flaws) > 0 {
		return Sample{}, p.flaws
	}
	return s, nil
}

// sampled reads one signal and its value into s.
func (p *parser) sampled(s Sample, t token) Sample {
	words := strings.Fields(strings.Replace(t.text, "=", " ", 1))
	if len(words) != 2 {
		p.flaw(t, CodeSyntax, "is not a signal and its value", "", "write "+signals[cpu].Name+"=90%")
		return s
	}
	name, value := words[0], words[1]
	i := signalOf(name)
	if i < 0 {
		fix := ""
		if near, found := plain.Nearest(name, signalNames()); found {
			fix = "did you mean " + near + "?"
		}
		p.flawOf(t, name, CodeUnknownSignal, "is no signal", strings.Join(signalNames(), ", "), fix)
		return s
	}
	v, code, fix := signals[i].read(value)
	if code == CodeRange {
		p.flawOf(t, value, code, "is out of the range of "+name, signals[i].accepted(), "")
	} else if code != "" {
		p.flawOf(t, value, code, "is no value of "+name, signals[i].accepted(), "write "+name+"="+fix)
	}
	return s.with(i, v)
}
