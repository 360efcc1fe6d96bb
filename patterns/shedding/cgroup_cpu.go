// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"bytes"
	"io/fs"
	"time"

	"github.com/fuseboard/fuseboard"
)

// quota is one cgroup on the way up that may bound the processor time: of the process's
// own cgroup, or of one above it, which the cgroups below share.
type quota struct {
	version int
	from    string // for people
	bounded bool   // as of the last reading of the limit

	max    file // v2: "20000 100000"; v1: the quota
	period file // v1 only
	stat   file
	usage  file // v1 only; "" where the counting hierarchy is cut otherwise

	cores  float64
	at     fuseboard.Instant // of the counters
	begun  bool
	before spent
}

// spent are a cgroup's counters, which only grow.
type spent struct {
	used               time.Duration
	known              bool // used is
	periods, throttled int64
}

// quotas returns the cgroups that may bound the processor time, the own one first.
func quotas(root fs.FS, own, mounts []byte) (list []*quota) {
	at := find(root, own, mounts, "cpu")
	counted := find(root, own, mounts, "cpuacct")
	counting := counted.levels()
	same := at.version == 1 && pathBelow(at) == pathBelow(counted)
	for i, dir := range at.levels() {
		q := &quota{version: at.version, stat: file{name: dir + "/cpu.stat"}}
		if at.version == 2 {
			q.from = "cgroup v2 /" + dir
			q.max.name = dir + "/cpu.max"
		} else {
			q.from = "cgroup v1 /" + dir
			q.max.name, q.period.name = dir+"/cpu.cfs_quota_us", dir+"/cpu.cfs_period_us"
			if same && i < len(counting) {
				q.usage.name = counting[i] + "/cpuacct.usage"
			}
		}
		list = append(list, q)
	}
	return list
}

// pathBelow is where a place is in its hierarchy, as far as that is mounted.
func pathBelow(p place) string { return p.dir[min(len(p.mount), len(p.dir)):] }

// look reads the limit again: it may be changed while the process runs.
func (q *quota) look(root fs.FS, buf []byte) {
	q.cores, q.bounded = q.limit(root, buf)
}

func (q *quota) limit(root fs.FS, buf []byte) (cores float64, bounded bool) {
	first, second, _ := bytes.Cut(bytes.TrimSpace(q.max.read(root, buf)), []byte(" "))
	most, ok := limit(first)
	if !ok || most == unlimited || most == 0 {
		return 0, false
	}
	if q.version == 1 {
		second = q.period.read(root, buf)
	}
	each, ok := amount(second)
	if !ok || each <= 0 {
		return 0, false
	}
	return float64(most) / float64(each), true
}

// spent reads the counters. process is what this process has used: what is taken where
// the cgroup does not count.
func (q *quota) spent(root fs.FS, buf []byte, process time.Duration, counted bool) spent {
	s := spent{used: process, known: counted}
	if q.version == 1 {
		if ns, ok := amount(q.usage.read(root, buf)); ok {
			s.used, s.known = time.Duration(ns), true
		}
	}
	text := q.stat.read(root, buf)
	if us, ok := entry(text, "usage_usec"); ok && q.version == 2 {
		s.used, s.known = time.Duration(us)*time.Microsecond, true
	}
	s.periods, _ = entry(text, "nr_periods")
	s.throttled, _ = entry(text, "nr_throttled")
	return s
}

// share returns how much of the quota was used since the call before, and in which share
// of its periods the cgroup was throttled: such a period was used up, whatever the
// average says, so the use is not less than that share.
func (q *quota) share(now fuseboard.Instant, s spent) (use, throttled float64, known bool) {
	before, gone := q.before, now.Sub(q.at).Seconds()
	known = q.begun && gone > 0 && s.known && before.known && s.used >= before.used
	periods, stopped := s.periods-before.periods, s.throttled-before.throttled
	if q.begun && periods > 0 && stopped >= 0 {
		throttled = min(float64(stopped)/float64(periods), 1)
	}
	q.at, q.before, q.begun = now, s, true
	if !known {
		return throttled, throttled, throttled > 0
	}
	return max((s.used-before.used).Seconds()/(gone*q.cores), throttled), throttled, true
}

func (q *quota) close() {
	for _, f := range []*file{&q.max, &q.period, &q.stat, &q.usage} {
		f.close()
	}
}
