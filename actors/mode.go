// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard"
)

// PolicyMode says how far policies are obeyed: all of a policy's sections at once.
// In JSON, text and the environment it is its word. It is something else than the
// [Mode] of a circuit, which an operator's [Command] sets for a time and which
// concerns the breaker alone.
//
// A guard obeys the weaker of its policy's mode and its System's; see
// [Guard.PolicyMode]. A call is decided by the mode at its beginning.
type PolicyMode uint8

// The modes of a policy, the weakest last.
const (
	// EnforcePolicy: the policy decides. The zero value.
	EnforcePolicy PolicyMode = iota
	// ShadowPolicy: calls run as if there were no policy: on the context that they came
	// with, none is refused, waits for a permit, is cut short or repeated, and a
	// handler's answer, error or panic is its caller's, untouched. What the policy would
	// have done is counted in [Stats] as [Would].
	ShadowPolicy
	// BypassPolicy: the handler is called as if Fuseboard were not there. Nothing is
	// looked at, nothing counted. The kill switch.
	BypassPolicy
)

var policyModeWords = [...]string{"enforce", "shadow", "bypass"}

const codeMode = "unknown-mode"

// String returns the mode's word, or "unknown".
func (m PolicyMode) String() string {
	if !m.known() {
		return "unknown"
	}
	return policyModeWords[m]
}

// MarshalText returns the mode's word; it is an error when there is none.
func (m PolicyMode) MarshalText() ([]byte, error) {
	if !m.known() {
		return nil, fmt.Errorf("policy mode %d has no word (accepted: %s)", uint8(m), policyModes())
	}
	return []byte(policyModeWords[m]), nil
}

// UnmarshalText reads the mode's word as [PolicyMode.MarshalText] writes it. An
// unknown word is an error that names the accepted ones, and m keeps its value.
func (m *PolicyMode) UnmarshalText(text []byte) error {
	i := slices.Index(policyModeWords[:], string(text))
	if i < 0 {
		return fmt.Errorf("%q is not a policy mode (accepted: %s)", text, policyModes())
	}
	*m = PolicyMode(i)
	return nil
}

func (m PolicyMode) known() bool { return int(m) < len(policyModeWords) }

func policyModes() string { return strings.Join(policyModeWords[:], ", ") }

// problems is what is wrong with a mode that was given as a number.
func (m PolicyMode) problems() Problems {
	if m.known() {
		return nil
	}
	return Problems{fuseboard.Problem{
		Path: "mode", Code: codeMode, Value: strconv.Itoa(int(m)), Message: "is no mode of a policy",
		Accepted: policyModes(), Fix: "use EnforcePolicy, ShadowPolicy or BypassPolicy",
	}}
}

// PolicyMode returns the mode that a call now would find: the weaker of the mode of
// the guard's policy and that of its System. Bypass is weaker than shadow, shadow
// than enforce; so a System in enforce leaves every policy its own mode.
func (g *Guard) PolicyMode() PolicyMode {
	if !g.made() {
		return EnforcePolicy
	}
	return g.leniency()
}

// leniency is PolicyMode on the way of a call: two loads.
func (g *Guard) leniency() PolicyMode {
	return max(PolicyMode(g.sys.mode.Load()), g.plan.Load().given.Mode)
}

// PolicyMode returns the mode that a call of any key would find now; see
// [Guard.PolicyMode].
func (k *Keyring) PolicyMode() PolicyMode {
	if !k.made() {
		return EnforcePolicy
	}
	return k.head.leniency()
}
