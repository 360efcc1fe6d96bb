// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// ranged are the codes of flaws of a number, a share or a time that could not be read.
const ranged = " " + plain.CodeRange + " " + plain.CodeType + " " + plain.CodeWhole + " " + plain.CodeRate + " " + plain.CodeDuration + " " + plain.CodeNoUnit + " "

// tooMuchOf are values beyond every range: of whole numbers, numbers and shares, and times.
var tooMuchOf = []plain.Node{
	{Form: plain.Numeral, Word: "9223372036854775807"}, {Form: plain.Numeral, Word: "1e300"}, {Form: plain.Text, Word: "2562047h"},
}

// acceptedAt is the range of a field of a policy, as its own check tells it of a value beyond. Empty: it has none, or is within a list.
func acceptedAt(path string) string {
	for _, n := range tooMuchOf {
		names := strings.Split(path, ".")
		for i := len(names) - 1; i >= 0; i-- {
			n = plain.Node{Form: plain.Object, Members: []plain.Member{{Name: names[i], Value: n}}}
		}
		var p actors.Policy
		if len(plain.DecodeNode(n, &p)) > 0 {
			continue
		}
		for _, problem := range p.Validate() {
			if problem.Path == path && problem.Code == plain.CodeRange {
				return problem.Accepted
			}
		}
	}
	return ""
}

// withRange returns what is accepted where a value could not be read: the range of its field, and what else was said.
func withRange(path, code, accepted string) string {
	if !strings.Contains(ranged, " "+code+" ") {
		return accepted
	}
	most := acceptedAt(path)
	switch {
	case most == "":
		return accepted
	case code == plain.CodeDuration:
		return most + ", with the units ns, us, ms, s, m and h"
	}
	return most
}
