// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Write sets the headers of a request for what m says and for what is left of its
// deadline; negative: there is none. What m does not say is not written, what h says
// of it stays, and so does a request id that h has already. A tenant or request id
// that cannot be a header as it is is left out; a name in the chain is made to fit.
// h must not be nil.
func Write(h http.Header, m fuseboard.Meta, left time.Duration) {
	w := writer{header: h}
	if left >= 0 {
		w.set(HeaderDeadline, strconv.FormatInt(min(left, LongestDeadline).Milliseconds(), 10))
	}
	if p := m.Priority; p != fuseboard.Normal && p >= fuseboard.Sheddable && p <= fuseboard.Critical {
		w.set(HeaderPriority, m.Priority.String())
	}
	if fits(m.Tenant) {
		w.set(HeaderTenant, m.Tenant)
	}
	if m.Attempt > 0 {
		w.set(HeaderAttempt, strconv.Itoa(min(m.Attempt, MostAttempts)))
	}
	if names := joined(m.Chain); names != "" {
		w.set(HeaderChain, names)
	}
	if fits(m.Request) && len(h[HeaderRequest]) == 0 {
		w.set(HeaderRequest, m.Request)
	}
}

// writer sets headers whose values share one piece of memory.
type writer struct {
	header http.Header
	values []string
}

func (w *writer) set(canonical, v string) {
	if w.values == nil {
		w.values = make([]string, 0, 6) // one for each header of a request
	}
	w.values = append(w.values, v)
	n := len(w.values)
	w.header[canonical] = w.values[n-1 : n : n]
}

func joined(chain []string) string {
	chain = chain[max(0, len(chain)-LongestChain):]
	if len(chain) == 1 { // it may be that no byte is copied
		return named(chain[0])
	}
	var b strings.Builder
	for _, name := range chain {
		if name = named(name); name == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(name)
	}
	return b.String()
}

// WriteRepeats says in a response how often hops further in have repeated attempts;
// none is not written.
func WriteRepeats(h http.Header, n int) {
	if n > 0 {
		h[HeaderRepeats] = []string{strconv.Itoa(min(n, MostRepeats))}
	}
}

// WriteRetryAfter says in a response when to come again: whole seconds, rounded up, at
// least 1, so that who obeys does not come too early.
func WriteRetryAfter(h http.Header, d time.Duration) {
	seconds := int64(1)
	if d > time.Second {
		seconds = int64(roundUp(min(d, LongestRetryAfter)) / time.Second)
	}
	h[HeaderRetryAfter] = []string{strconv.FormatInt(seconds, 10)}
}

func roundUp(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}
