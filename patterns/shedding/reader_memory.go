// SPDX-License-Identifier: Apache-2.0

package shedding

// readMemory reads the memory that is nearest to a limit, and returns whose limit that is:
// of each cgroup that has one, GOMEMLIMIT, and where no cgroup has one, the machine's memory.
func (r *Reader) readMemory(s *Signals) (from string) {
	own := r.heap()
	if own.limit > 0 && own.limit < unlimited {
		from = s.nearer(own.held-own.spare, own.limit, from, "GOMEMLIMIT")
	}
	bounded := false
	for _, c := range r.ceilings {
		if !c.bounded {
			continue
		}
		if c.again(r.root, r.buf, r.total); !c.bounded {
			continue
		}
		bounded = true
		if used, ok := c.used(r.root, r.buf); ok {
			if own.limit <= c.bytes { // the collector gives its garbage back before the cgroup is full
				used = max(used-own.spare, 0)
			}
			from = s.nearer(used, c.bytes, from, c.from)
		}
	}
	if bounded {
		return from
	}
	text := r.machine.read(r.root, r.buf)
	free, ok := entry(text, "MemAvailable:")
	if !ok || r.total == 0 {
		return from
	}
	return s.nearer(max(r.total-min(free, unlimited>>10)<<10, 0), r.total, from, "the machine")
}

// nearer takes the numbers where they are nearer to their limit than those so far, and
// returns whose the numbers are then.
func (s *Signals) nearer(used, limit int64, from, of string) string {
	share := float64(used) / float64(limit)
	if share <= s.Memory {
		return from
	}
	s.Memory, s.MemoryUsed, s.MemoryLimit = share, used, limit
	return of
}
