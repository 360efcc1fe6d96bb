// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"strings"

	"github.com/fuseboard/fuseboard/config/rule"
)

// sampled is a flag with values of signals: "cpu=91%,circuit=open".
type sampled struct {
	sample rule.Sample
	given  bool
}

func (s *sampled) String() string { return "" }
func (s *sampled) Type() string   { return "SIGNAL=VALUE,..." }

func (s *sampled) Set(text string) (err error) {
	if strings.TrimSpace(text) == "" {
		return errors.New("empty; write it like cpu=91%,amplification=2")
	}
	s.sample, err = rule.ParseSample(text)
	if flaws, ok := errors.AsType[rule.Flaws](err); ok {
		var all []string
		for _, f := range flaws {
			p := f.Problem
			p.Path, p.Value, p.Code = p.Value, "", "" // what is wrong stands first
			all = append(all, p.Error())
		}
		return sentence(strings.Join(all, "; "))
	}
	s.given = true
	return err
}

// signalWords are the signals as they begin in a flag.
func signalWords() []string {
	var words []string
	for _, s := range rule.Signals() {
		words = append(words, s.Name+"=")
	}
	return words
}
