// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"strings"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// verdictInMode is the verdict under the mode in force. What has stopped, or has no
// handler, refuses in any.
func (s sight) verdictInMode() Verdict {
	if s.mode == EnforcePolicy || s.stopped {
		return s.verdict()
	}
	if s.gap != nil {
		return s.refusedByGap()
	}
	if shade := s.guard.shade.Load(); shade != nil && s.mode == ShadowPolicy {
		s.gate = shade.over.Depth() // who would have been refused is in nobody's way
	}
	v := s.verdict()
	v.Admitted, v.PolicyMode = true, s.mode
	return v
}

// inSpite says that a call runs although the policy would do something with it.
func (v Verdict) inSpite(words string) string {
	if v.PolicyMode == EnforcePolicy {
		return words
	}
	return fmt.Sprintf("%s; but the policy is in %s: it runs at once", words, v.PolicyMode)
}

// modeWords says what a mode means, and whose it is; empty for EnforcePolicy.
func (e Explanation) modeWords() string {
	whose := "its own mode"
	if e.SystemMode == e.PolicyMode {
		whose = "the mode of the System"
	}
	switch e.PolicyMode {
	case ShadowPolicy:
		return "The policy is in shadow (" + whose + "): nothing is refused, waits, is cut short or repeated; what would be is counted."
	case BypassPolicy:
		return "The policy is in bypass (" + whose + "): handlers are called as if it were not there; nothing is looked at, nothing counted."
	default:
		return ""
	}
}

// words tells what a policy in shadow would have done so far; empty if nothing.
func (w Would) words() string {
	if w.sum() == 0 {
		return ""
	}
	var parts []string
	add := func(n uint64, words string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf(words, n))
		}
	}
	for _, leaf := range plain.Leaves(w.Refused) {
		if !leaf.Zero {
			parts = append(parts, "refused "+leaf.Text+" by "+leaf.Path)
		}
	}
	add(w.Waited, "let %d wait")
	add(w.CutShort, "cut %d short")
	add(w.Repeated, "repeated %d")
	return "In shadow it would have " + strings.Join(parts, ", ") + "."
}
