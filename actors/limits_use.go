// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/mailbox"
)

// SystemStats are the numbers of a System as a whole; those of a guard are in [Stats].
type SystemStats struct {
	// Limits is how much of each limit is used.
	Limits LimitStats
	// EventsDropped is how many events did not fit the buffers of subscriptions, of all
	// there were; see [Subscription.Dropped].
	EventsDropped uint64
	// LogLinesDropped is how many lines were not logged because Options.Logger was slow.
	LogLinesDropped uint64
	// Shedding is each shedding policy that some guard obeys now, with what it reads of the
	// host: that of Options.Shedding first, then in the order in which they came into use.
	Shedding []SheddingUse
}

// LimitStats is how much of each of the [Limits] is used.
type LimitStats struct {
	// Goroutines, Queued, Keys and WindowBytes are as in [Limits].
	Goroutines, Queued, Keys, WindowBytes LimitUse
}

// LimitUse is how much of one limit is used.
type LimitUse struct {
	// Limit is the limit itself, with its default.
	Limit int64
	// Used is how much is used now, never more than Limit.
	Used int64
	// Most is the most that was used at once since the System's start.
	Most int64
	// Refused is how often something was refused for it since then: a call, a
	// repetition, a new key, a guard or a change of policy.
	Refused uint64
}

// Stats returns the System's numbers. It costs a few reads, and some for each shedding policy.
func (s *System) Stats() SystemStats {
	if !s.made() {
		return SystemStats{}
	}
	l := s.limits
	return SystemStats{EventsDropped: s.streams.dropped.Load(), LogLinesDropped: s.journal.losses(), Limits: LimitStats{
		Goroutines: l.goroutines.use(), Queued: l.queued.use(), Keys: l.keys.use(), WindowBytes: l.bytes.use(),
	}, Shedding: s.pressure.uses()}
}

// limits are the Limits of a System at work.
type limits struct {
	goroutines, queued, keys, bytes limit

	quotas mailbox.Quotas // the gates' part of them

	mu    sync.Mutex
	rings atomic.Pointer[[]*Keyring] // whose keys may be forgotten for others'; copied on write, under mu
}

// limit is one of them.
type limit struct {
	quota   *mailbox.Quota
	path    string // as policy files name it
	detail  string // of a refusal: what is used up, and what to do
	refused atomic.Uint64
	warned  atomic.Int64 // the Instant of the last warning; 0: none
}

// warnEvery is the least time between two warnings of one limit.
const warnEvery = time.Minute

func newLimits(given Limits) *limits {
	given = given.WithDefaults()
	l := &limits{}
	l.goroutines.set("goroutines", int64(given.Goroutines),
		plain.Count(given.Goroutines, "goroutine for calls is taken", "goroutines for calls are taken")+" already, in all guards; call less, or raise %s")
	l.queued.set("queued", int64(given.Queued),
		plain.Count(given.Queued, "call waits", "calls wait")+" already, at all gates; call less, shorten bulkhead.max_wait, or raise %s")
	l.keys.set("keys", int64(given.Keys),
		"each of "+plain.Count(given.Keys, "key", "keys")+", in all keyrings, is in use, or its circuit is not closed or under a command; raise %s, or reset circuits that nobody needs")
	l.bytes.set("window_bytes", given.WindowBytes,
		"the windows, retry accounts, panics and live quantiles of all guards and keys may take "+strconv.FormatInt(given.WindowBytes, 10)+" bytes, and too little of it is free; keep fewer guards or keys, or smaller windows, or raise %s")
	l.quotas = mailbox.Quotas{Queued: l.queued.quota, Goroutines: l.goroutines.quota}
	l.rings.Store(new([]*Keyring))
	return l
}

func (l *limit) set(name string, most int64, words string) {
	l.quota, l.path = mailbox.NewQuota(most), "limits."+name
	l.detail = fmt.Sprintf(words, l.path)
}

func (l *limit) use() LimitUse {
	return LimitUse{Limit: l.quota.Limit(), Used: l.quota.Used(), Most: l.quota.Most(), Refused: l.refused.Load()}
}

// refusedFor counts a refusal, and warns of the first one of an episode: until
// half of the limit is free again there is no other warning, nor within a minute. A
// refusal for nil was for no limit of the System.
func (s *System) refusedFor(l *limit) {
	if l == nil {
		return
	}
	l.refused.Add(1)
	if !l.quota.Episode() {
		return
	}
	now, last := int64(max(s.clock.Now(), 1)), l.warned.Load()
	if (last == 0 || now-last >= int64(warnEvery)) && l.warned.CompareAndSwap(last, now) {
		s.log.Warn("limit reached", "limit", l.path, "most", l.quota.Limit(), "refused", l.refused.Load(), "problem", l.detail)
	}
}
