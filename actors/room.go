// SPDX-License-Identifier: Apache-2.0

package actors

import "github.com/fuseboard/fuseboard/patterns/deadline"

// Room is memory for the context of a call's first attempt, as part of a request that is
// an object of its own anyway: the two are one allocation then. [With].Room says where it
// is. The zero Room is ready; it must not be copied. It serves one call, because whoever
// got the context may keep it: a request that is called again brings the same Room, and
// its further calls allocate. Two calls at once must not bring the same.
type Room struct{ lazy deadline.Lazy }

// room returns the request's room for the context of the attempt that begins; nil for none.
func (w *With[Req, Resp]) room(c *call, req Req) *deadline.Lazy {
	if w.Room == nil || c.attempts > 1 {
		return nil
	}
	if r := w.Room(req); r != nil {
		return &r.lazy
	}
	return nil
}
