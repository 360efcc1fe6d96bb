// SPDX-License-Identifier: Apache-2.0

package actors

import "sync"

// spares are requests without a caller that are over, for the next of the same types, of
// any guard of the System: they hold all that a call knows and are large. Only one that
// went straight (permit, attempt, answer) is used again: of any other the gate's queue, a
// timer or the guard's strategy may still know.
type spares struct{ posts, deliveries sync.Pool }

// typesOf tells the spares of a System apart.
type typesOf[Req, Resp any] struct{}

// sparesOf returns those for the types of the operation.
func sparesOf[Req, Resp any](o *operation) *spares {
	if s := o.spares.Load(); s != nil {
		return s
	}
	made, _ := o.guard.sys.spares.LoadOrStore(typesOf[Req, Resp]{}, new(spares))
	s, _ := made.(*spares)
	o.spares.Store(s)
	return s
}

// newPosted returns one that is not in use, and empty.
func newPosted[Req, Resp any](o *operation) *posted[Req, Resp] {
	if p, ok := sparesOf[Req, Resp](o).posts.Get().(*posted[Req, Resp]); ok {
		return p
	}
	return new(posted[Req, Resp])
}

// recycle keeps the request for the next one.
func (p *posted[Req, Resp]) recycle() {
	of := sparesOf[Req, Resp](p.call.op)
	*p = posted[Req, Resp]{}
	of.posts.Put(p)
}

// newDelivery returns one that is not in use, and empty.
func newDelivery[Req, Resp any](o *operation) *delivery[Req, Resp] {
	if d, ok := sparesOf[Req, Resp](o).deliveries.Get().(*delivery[Req, Resp]); ok {
		return d
	}
	return new(delivery[Req, Resp])
}

// recycle keeps the request for the next one.
func (d *delivery[Req, Resp]) recycle() {
	of := sparesOf[Req, Resp](d.call.op)
	*d = delivery[Req, Resp]{}
	of.deliveries.Put(d)
}
