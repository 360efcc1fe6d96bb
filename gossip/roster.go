// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard"
)

// How long and how many of those are remembered who are not here.
const (
	rememberLeft = 10 * time.Minute // others may not have heard yet
	gonePerHere  = 4                // times the most members
)

// entry is one life of a node.
type entry struct {
	Member
	node memberlist.Node // to send to; its slices are our copies
	bye  bool            // it said goodbye
}

// roster is who is here, and who was. memberlist writes it with its own lock held: so the roster's lock is held for
// a few steps only, and nothing is called with it held.
type roster struct {
	self string // full name
	most int    // members, by name

	mu    sync.Mutex
	lives map[string]*entry // by full name
	here  map[string]int    // lives that are here, by name
	high  mark
	hash  uint64 // of the full names of those who are here
	moved fuseboard.Instant
}

func newRoster(self string, most int) *roster {
	return &roster{self: self, most: most, lives: map[string]*entry{}, here: map[string]int{}}
}

// admit says whether there is room for one more name.
func (r *roster) admit(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.here[name] > 0 || len(r.here) < r.most
}

// join notes that a life is here, and returns what is different now.
func (r *roster) join(now fuseboard.Instant, m Member, node memberlist.Node) []Member {
	r.mu.Lock()
	defer r.mu.Unlock()
	full := node.Name
	e := r.lives[full]
	if e == nil {
		e = &entry{}
		r.lives[full] = e
		r.crop()
	}
	if !e.State.Here() || e.Name == "" {
		m.State, m.Since = Alive, now
		r.move(now, full, m.Name, 1)
	} else {
		m.State, m.Since = e.State, e.Since
	}
	e.Member, e.node, e.bye = m, node, false
	r.high.see(now, len(r.here))
	changed := []Member{r.copy(e)}
	if r.here[m.Name] < 2 {
		return changed
	}
	return append(changed, r.others(e)...) // an older life of the name is shown as such
}

// leave notes that a life is over.
func (r *roster) leave(now fuseboard.Instant, full string) []Member {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.lives[full]
	if e == nil || !e.State.Here() {
		return nil
	}
	e.State, e.Since = Failed, now
	r.move(now, full, e.Name, -1)
	if e.bye {
		r.gone(now, e)
	}
	return append([]Member{r.copy(e)}, r.others(e)...) // an older life of the name counts again
}

// others are the other lives of a name that are here. With the lock held.
func (r *roster) others(e *entry) (all []Member) {
	for _, other := range r.lives {
		if other != e && other.Name == e.Name && other.State.Here() {
			all = append(all, r.copy(other))
		}
	}
	return all
}

// bye notes that a life said goodbye, which may be heard before or after it is over.
func (r *roster) bye(now fuseboard.Instant, name string, boot uint64) []Member {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.lives[fullName(name, boot)]
	if e == nil || e.bye {
		return nil
	}
	e.bye = true
	if e.State != Failed {
		return nil // leave will see it
	}
	r.gone(now, e)
	return []Member{r.copy(e)}
}

// gone turns a life that is over into one that left.
func (r *roster) gone(now fuseboard.Instant, e *entry) {
	e.State = Left
	if r.here[e.Name] == 0 {
		r.high.left(now, 1, len(r.here))
	}
}

// doubt notes that a member did not answer; heard, that it did. They return nothing if that is known.
func (r *roster) doubt(now fuseboard.Instant, full string) []Member {
	return r.turn(now, full, Alive, Suspect)
}

func (r *roster) heard(now fuseboard.Instant, full string) []Member {
	return r.turn(now, full, Suspect, Alive)
}

func (r *roster) turn(now fuseboard.Instant, full string, from, to State) []Member {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.lives[full]
	if e == nil || e.State != from || full == r.self {
		return nil
	}
	e.State, e.Since = to, now
	return []Member{r.copy(e)}
}

// forget drops who has been away for too long, or is back in another life.
func (r *roster) forget(now fuseboard.Instant) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for full, e := range r.lives {
		away := now.Sub(e.Since)
		switch e.State {
		case Alive, Suspect:
		case Left:
			if away > rememberLeft {
				delete(r.lives, full)
			}
		case Failed:
			if away > remember || r.here[e.Name] > 0 && away > rememberLeft {
				delete(r.lives, full)
			}
		}
	}
	r.high.see(now, len(r.here))
}

// crop keeps those who are away bounded, whatever names come and go: the longest away goes first.
func (r *roster) crop() {
	for len(r.lives) > r.most*(1+gonePerHere) {
		oldest := ""
		for full, e := range r.lives {
			if !e.State.Here() && (oldest == "" || e.Since < r.lives[oldest].Since) {
				oldest = full
			}
		}
		if oldest == "" {
			return // all are here: admit bounds them
		}
		delete(r.lives, oldest)
	}
}

// move notes that a life came or went. With the lock held.
func (r *roster) move(now fuseboard.Instant, full, name string, by int) {
	r.hash ^= hashName(full)
	r.moved = now
	if r.here[name] += by; r.here[name] == 0 {
		delete(r.here, name)
	}
}

// copy is a member for others to keep. With the lock held.
func (r *roster) copy(e *entry) Member {
	m := e.Member
	m.Meta = slices.Clone(m.Meta)
	if !m.State.Here() || r.here[m.Name] < 2 {
		return m
	}
	for _, other := range r.lives {
		if other.Name == m.Name && other.Boot > m.Boot && other.State.Here() {
			m.Superseded = true
		}
	}
	return m
}

// all returns every member, by name and boot.
func (r *roster) all() []Member {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]Member, 0, len(r.lives))
	for _, e := range r.lives {
		all = append(all, r.copy(e))
	}
	slices.SortFunc(all, func(a, b Member) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Boot, b.Boot))
	})
	return all
}
