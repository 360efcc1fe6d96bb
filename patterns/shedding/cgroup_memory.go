// SPDX-License-Identifier: Apache-2.0

package shedding

import "io/fs"

// ceiling is one cgroup on the way up that may bound the memory.
type ceiling struct {
	version int
	from    string // for people
	bounded bool   // as of the last reading of the limit

	max   file
	high  file // v2 only: above it the kernel slows the process down and takes pages back
	usage file
	stat  file

	above int64 // v1: the least limit of those above, also of those that can't be seen from here
	bytes int64
}

// ceilings returns the cgroups that may bound the memory, the own one first.
func ceilings(root fs.FS, own, mounts []byte) (list []*ceiling) {
	at := find(root, own, mounts, "memory")
	for _, dir := range at.levels() {
		c := &ceiling{version: at.version, stat: file{name: dir + "/memory.stat"}}
		if at.version == 2 {
			c.from = "cgroup v2 /" + dir
			c.max.name, c.high.name, c.usage.name = dir+"/memory.max", dir+"/memory.high", dir+"/memory.current"
		} else {
			c.from = "cgroup v1 /" + dir
			c.max.name, c.usage.name = dir+"/memory.limit_in_bytes", dir+"/memory.usage_in_bytes"
		}
		list = append(list, c)
	}
	return list
}

// look reads the limits. One that the machine can't reach is none; machine is its memory,
// or zero where that is not known.
func (c *ceiling) look(root fs.FS, buf []byte, machine int64) {
	c.above = unlimited
	if c.version == 1 {
		if n, ok := entry(c.stat.read(root, buf), "hierarchical_memory_limit"); ok {
			c.above = n
		}
	}
	c.again(root, buf, machine)
}

// again reads the cgroup's own limit, which may be changed while the process runs. v1
// says "no limit" with a huge number.
func (c *ceiling) again(root fs.FS, buf []byte, machine int64) {
	c.bytes = c.above
	for _, f := range []*file{&c.max, &c.high} {
		if n, ok := limit(f.read(root, buf)); ok {
			c.bytes = min(c.bytes, n)
		}
	}
	const absurd = 1 << 60
	c.bounded = c.bytes > 0 && c.bytes < absurd && (machine == 0 || c.bytes < machine)
}

// used returns what the cgroup holds and cannot be had back: without the page cache that
// nobody has touched lately, as the kubelet counts it (its "working set").
func (c *ceiling) used(root fs.FS, buf []byte) (int64, bool) {
	held, ok := amount(c.usage.read(root, buf))
	if !ok {
		return 0, false
	}
	key := "inactive_file"
	if c.version == 1 {
		key = "total_inactive_file"
	}
	cache, _ := entry(c.stat.read(root, buf), key)
	return max(held-cache, 0), true
}

func (c *ceiling) close() {
	for _, f := range []*file{&c.max, &c.high, &c.usage, &c.stat} {
		f.close()
	}
}
