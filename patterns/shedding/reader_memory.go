// SPDX-License-Identifier: Apache-2.0

package shedding

// memory is what is used of one limit, and whose that is, for people.
type memory struct {
	used, limit int64
	from        string
}

// nearer returns the one that is nearer to its limit; nothing is far from it.
func (m memory) nearer(than memory) memory {
	if than.limit == 0 || float64(m.used)/float64(m.limit) > float64(than.used)/float64(than.limit) {
		return m
	}
	return than
}

// readMemory reads the memory that is nearest to a limit, and returns whose limit that is:
// of each cgroup that has one, GOMEMLIMIT, and where no cgroup has one, the machine's memory.
func (r *Reader) readMemory(s *Signals) (from string) {
	own := r.heap()
	nearest, bounded := r.readCeilings(own)
	if own.limit > 0 && own.limit < unlimited {
		nearest = memory{own.held - own.spare, own.limit, "GOMEMLIMIT"}.nearer(nearest)
	}
	if !bounded && r.total > 0 {
		if free, ok := entry(r.machine.read(r.root, r.buf), "MemAvailable:"); ok {
			used := max(r.total-min(free, unlimited>>10)<<10, 0)
			nearest = memory{used, r.total, "the machine"}.nearer(nearest)
		}
	}
	if nearest.limit > 0 {
		s.Memory = float64(nearest.used) / float64(nearest.limit)
		s.MemoryUsed, s.MemoryLimit = nearest.used, nearest.limit
	}
	return nearest.from
}

// readCeilings reads the cgroups that have a limit, and returns the nearest, and whether there is one.
func (r *Reader) readCeilings(own heap) (nearest memory, bounded bool) {
	for _, c := range r.ceilings {
		if !c.bounded {
			continue
		}
		if c.again(r.root, r.buf, r.total); !c.bounded {
			continue
		}
		bounded = true
		used, ok := c.used(r.root, r.buf)
		if !ok {
			continue
		}
		if own.limit <= c.bytes { // the collector gives its garbage back before the cgroup is full
			used = max(used-own.spare, 0)
		}
		nearest = memory{used, c.bytes, c.from}.nearer(nearest)
	}
	return nearest, bounded
}
