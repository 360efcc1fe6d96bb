// SPDX-License-Identifier: Apache-2.0

package fallback

// IsFor reports whether the step is for such a fault: whether On names its class, the section
// that refused, or all of its kind; or is empty.
func (s Step) IsFor(f Fault) bool { return f.is(s.On) }
