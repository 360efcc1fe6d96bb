// SPDX-License-Identifier: Apache-2.0

package actors

import "github.com/fuseboard/fuseboard/patterns/deadline"

// Room is memory for the context of an attempt, as part of a request that is an object of
// its own anyway: the two are one allocation then. [With].Room says where it is. The
// zero Room is ready; it must not be copied. It serves one attempt, because whoever got
// the context may keep it: repetitions, and further calls with the same request, allocate.
// Two calls at once must not bring the same Room.
type Room struct{ lazy deadline.Lazy }

// room returns the request's room for the context of the attempt that begins; nil for none.
func (w *With[Req, Resp]) room(req Req) *deadline.Lazy {
	if w.Room == nil {
		return nil
	}
	if r := w.Room(req); r != nil {
		return &r.lazy
	}
	return nil
}
