// SPDX-License-Identifier: Apache-2.0

package mailbox

// turns are the tenants that wait at one priority. They are served in turn, one permit
// each; who comes new is the last to have a turn. Whatever is done to them takes the same
// few steps however many they are. They are known while they wait, and no longer. Guarded by Gate.mu.
//
// This is the round robin of fair queueing (Nagle, RFC 970), whose work here is all of one
// size, with the longest line giving way when there is no place (McKenney, "Stochastic
// Fairness Queueing", 1990).
type turns struct {
	known map[string]*tenant
	next  *tenant // whose turn it is; the others come after it
	spare *tenant // for the next to come; linked by after

	// crowds[n] are the tenants of whom n wait, and how many have n or more. The last one
	// that is not empty is at most.
	crowds []crowd
	most   int
}

// tenant is one of those for whom somebody waits.
type tenant struct {
	line
	name          string
	before, after *tenant // in the order of turns
	left, right   *tenant // of those of whom as many wait
}

type crowd struct {
	first   *tenant // its left is the last one
	atLeast int
}

// add queues w for the tenant of that name.
func (t *turns) add(w *waiter, name string) {
	one := t.known[name]
	if one == nil {
		one = t.enter(name)
	}
	t.depart(one)
	one.add(w)
	t.join(one)
	t.crowds[one.count].atLeast++
}

// remove takes w, which is queued, out.
func (t *turns) remove(w *waiter) {
	one := w.line.of
	t.depart(one)
	t.crowds[one.count].atLeast--
	one.line.remove(w)
	t.join(one)
	for t.most > 0 && t.crowds[t.most].first == nil { // once: it may have one less now
		t.most--
	}
	if one.count == 0 {
		t.forget(one)
	}
}

// served gives the turn to the next one. It is called before w is taken out.
func (t *turns) served(w *waiter) {
	if one := w.line.of; t.next == one {
		t.next = one.after
	}
}

// enter makes a tenant known, the last to have a turn.
func (t *turns) enter(name string) *tenant {
	one := t.spare
	if one == nil {
		one = &tenant{}
		one.of = one
	} else {
		t.spare = one.after
	}
	one.name = name
	if t.known == nil {
		t.known = make(map[string]*tenant)
	}
	t.known[name] = one
	if t.next == nil {
		one.before, one.after = one, one
		t.next = one
		return one
	}
	one.before, one.after = t.next.before, t.next
	one.before.after, t.next.before = one, one
	return one
}

// forget is the end of a tenant for whom nobody waits any more.
func (t *turns) forget(one *tenant) {
	delete(t.known, one.name)
	if t.next == one {
		t.next = one.after
	}
	if t.next == one {
		t.next = nil
	}
	one.before.after, one.after.before = one.after, one.before
	one.name, one.before, one.after = "", nil, t.spare
	t.spare = one
}

// join puts a tenant last among those of whom as many wait.
func (t *turns) join(one *tenant) {
	n := int(one.count)
	for len(t.crowds) <= n {
		t.crowds = append(t.crowds, crowd{})
	}
	if n == 0 {
		return
	}
	t.most = max(t.most, n)
	first := t.crowds[n].first
	if first == nil {
		one.left, one.right = one, one
		t.crowds[n].first = one
		return
	}
	one.left, one.right = first.left, first
	one.left.right, first.left = one, one
}

// depart takes a tenant out from among them.
func (t *turns) depart(one *tenant) {
	n := one.count
	switch {
	case n == 0:
		return
	case one.right == one:
		t.crowds[n].first = nil
	case t.crowds[n].first == one:
		t.crowds[n].first = one.right
	}
	one.left.right, one.right.left = one.right, one.left
	one.left, one.right = nil, nil
}

// waiting is how many wait for the tenant of that name.
func (t *turns) waiting(name string) int {
	if one := t.known[name]; one != nil {
		return int(one.count)
	}
	return 0
}

// crowded returns the tenant with the most waiters; nil if nobody waits.
func (t *turns) crowded() *tenant {
	if t.most == 0 {
		return nil
	}
	return t.crowds[t.most].first
}

// ahead is how many are served before a newcomer of that name at least: with as many turns
// as have to pass for its tenant, each tenant gets one in each that has so many waiting.
// Beyond some hundreds of its own only these are counted.
func (t *turns) ahead(name string) (n int) {
	const enough = 256
	own := t.waiting(name)
	for turn := 1; turn <= max(1, min(own, enough)) && turn < len(t.crowds); turn++ {
		n += t.crowds[turn].atLeast
	}
	return n + max(0, own-enough)
}
