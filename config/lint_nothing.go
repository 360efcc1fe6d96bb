// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Codes of the warnings about what reads as if it said something.
const (
	// CodeZero: a field is written as zero, which is the same as left out, and means another value or no section at all.
	CodeZero = "zero-as-left-out"
	// CodeNoField: a section has no field, which does not turn it on.
	CodeNoField = "section-without-field"
)

// nothings finds zeros and sections without a field that say something else than they seem to.
func (j *judge) nothings(r *resolution, p actors.Policy) {
	if !r.seemsToSay() {
		return
	}
	given, usual := map[string]bool{}, map[string]string{}
	for _, leaf := range plain.Leaves(p) {
		given[r.written(leaf.Path)] = true
	}
	for _, leaf := range plain.Leaves(p.WithDefaults()) {
		usual[r.written(leaf.Path)] = leaf.Text
	}
	for path, i := range r.last {
		if s := r.said[i]; !given[path] && isWritten(s.value) {
			j.zero(r.spot(path), path, s.operation, usual)
		}
	}
	j.sectionsWithoutField(r, usual)
}

// isWritten reports whether a value is as a number or a text.
func isWritten(n plain.Node) bool { return n.Form == plain.Numeral || n.Form == plain.Text }

func (j *judge) sectionsWithoutField(r *resolution, usual map[string]string) {
	for path, i := range r.began {
		s := r.said[i]
		switch {
		case len(s.value.Members) > 0 || isOn(path, usual):
		case s.operation != "":
			j.warn(r.spot(path), CodeNoField, "has no field, and says nothing", "write what is otherwise for it, or remove it")
		default:
			j.warn(r.spot(path), CodeNoField, "has no field, which does not turn it on", "set one of its fields, and the others take their defaults; or remove it")
		}
	}
}

// zero tells of a field at zero; usual are the values that the policy has with its defaults.
func (j *judge) zero(at spot, path, operation string, usual map[string]string) {
	const same = "is the same as left out: "
	section, _, below := strings.Cut(path, ".")
	switch text, counts := usual[path]; {
	case operation != "":
		j.warn(at, CodeZero, same+"what is said of the whole dependency counts", "leave it out, or write what is meant")
	case counts:
		j.warn(at, CodeZero, same+"it is "+text+" then", "write "+text+", or another value; a section is turned off by "+section+": off")
	case below && !isOn(section, usual):
		j.warn(at, CodeZero, same+section+" is off, and bounds nothing", "write "+section+": off if that is meant, or a value")
	}
}

// isOn reports whether a section has a value.
func isOn(section string, usual map[string]string) bool {
	for path := range usual {
		if within(path, section) {
			return true
		}
	}
	return false
}

// seemsToSay reports whether there is a zero, or a section without a field; most policies have none, and cost no more than that.
func (r *resolution) seemsToSay() bool {
	for _, i := range r.last {
		if word := r.said[i].value.Word; strings.Contains(word, "0") && !strings.ContainsAny(word, "123456789") {
			return true
		}
	}
	for _, i := range r.began {
		if len(r.said[i].value.Members) == 0 {
			return true
		}
	}
	return false
}
