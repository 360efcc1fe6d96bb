// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

// remember is how long a node keeps in mind who and how many were there.
const remember = 24 * time.Hour

// hours is how finely the high-water mark forgets.
const hours = 24

// mark is a high-water mark that forgets: the most there were in each of the last hours.
type mark struct {
	most [hours + 1]int // by hour, the present one included
	hour int64          // of the present one, since the start
}

// see notes that n are here.
func (m *mark) see(now fuseboard.Instant, n int) {
	m.turn(now)
	at := &m.most[m.hour%int64(len(m.most))]
	*at = max(*at, n)
}

// left takes back k that said goodbye; n are still here.
func (m *mark) left(now fuseboard.Instant, k, n int) {
	m.turn(now)
	for i, v := range m.most {
		if v > n {
			m.most[i] = max(v-k, n)
		}
	}
}

// settle forgets all but the n that are here.
func (m *mark) settle(now fuseboard.Instant, n int) {
	m.turn(now)
	m.most = [hours + 1]int{}
	m.see(now, n)
}

// high is the most there were.
func (m *mark) high(now fuseboard.Instant) int {
	m.turn(now)
	most := 0
	for _, v := range m.most {
		most = max(most, v)
	}
	return most
}

// turn empties the hours that have begun since.
func (m *mark) turn(now fuseboard.Instant) {
	hour := int64(now / fuseboard.Instant(time.Hour))
	for steps := 0; m.hour < hour && steps < len(m.most); steps++ {
		m.hour++
		m.most[m.hour%int64(len(m.most))] = 0
	}
	m.hour = max(m.hour, hour)
}
