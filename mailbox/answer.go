// SPDX-License-Identifier: Apache-2.0

package mailbox

// unlock ends every critical section that may have answered someone or made the
// gate idle. Code of users is called here, after the lock: it may call any
// method of the gate.
func (g *Gate) unlock(gone *waiter) {
	hook := g.takeIdle()
	g.mu.Unlock()
	if gone != nil {
		g.dismiss(gone)
	}
	for ; hook != nil; hook = hook.next {
		hook.call()
	}
}

// dismiss takes the hooks of the jobs in gone off their contexts and refuses those that were not granted. If
// a Refuse panics, the rest are still answered before the panic goes on.
func (g *Gate) dismiss(gone *waiter) {
	if gone == nil {
		return
	}
	defer func() { g.dismiss(gone) }()
	for gone != nil {
		w := gone
		gone = w.next
		if w.unhook != nil {
			w.unhook()
		}
		if w.why != nil {
			g.refuse(w)
		}
	}
}

// refuse tells one job; until it returns the gate is not idle.
func (g *Gate) refuse(w *waiter) {
	defer func() {
		g.mu.Lock()
		g.answering--
		g.unlock(nil)
	}()
	w.job.Refuse(w.reason(w.why))
}
