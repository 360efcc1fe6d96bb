// SPDX-License-Identifier: Apache-2.0

package actors

// hooks tells which of its hooks an operation has that answer in place of its handler.
type hooks struct{ key, fallback bool }

func (w *With[Req, Resp]) hooks() hooks { return hooks{key: w.Key != nil, fallback: w.Fallback != nil} }

func (r *Ref[Req, Resp]) hooks() hooks { return r.with.hooks() }

func (k *Keyed[Req, Resp]) hooks() hooks { return k.with.hooks() }

// with names the operations of which has is true, as errors do, in the order of their binding.
func (g *Guard) with(has func(hooks) bool) (titles []string) {
	for _, o := range g.operations() {
		if o.typed != nil && has(o.typed.hooks()) {
			titles = append(titles, title(g.name, o.name))
		}
	}
	return titles
}
