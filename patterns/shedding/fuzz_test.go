// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"testing"
	"time"
)

// Whatever the files say, a reading is made of numbers that are known or not, and nothing panics.
func FuzzReaderTakesAnyFile(f *testing.F) {
	for _, l := range layouts[:2] {
		f.Add(l.files["proc/self/cgroup"], l.files["proc/self/mountinfo"], "200000 100000\n", v2Stat(1, 2, 1), "1073741824\n", "inactive_file 7\n", "MemTotal: 7 kB\nMemAvailable: 3 kB\n")
	}
	f.Add("4:cpu,cpuacct:/../x\n9:memory:/\\040", "1 2 0:1 /\\777 /a\\04 rw - cgroup c rw,cpu", "-1", "nr_periods 99999999999999999999\nnr_throttled 1", "max", "hierarchical_memory_limit 0", "MemTotal:\t18446744073709551615 kB\nMemAvailable: 1 kB")
	f.Fuzz(func(t *testing.T, own, mounts, quota, stat, bytes, memory, machine string) {
		files := tree{"proc/self/cgroup": own, "proc/self/mountinfo": mounts, "proc/meminfo": machine}
		for _, at := range []place{
			find(files, []byte(own), []byte(mounts), "cpu"), find(files, []byte(own), []byte(mounts), "cpuacct"), find(files, []byte(own), []byte(mounts), "memory"),
		} {
			dirs := at.levels()
			if len(dirs) > mostLevels {
				t.Fatalf("%d levels", len(dirs))
			}
			for _, dir := range append(dirs, "sys/fs/cgroup") {
				files = files.with(tree{
					dir + "/cpu.max": quota, dir + "/cpu.cfs_quota_us": quota, dir + "/cpu.cfs_period_us": quota, dir + "/cpu.stat": stat, dir + "/cpuacct.usage": bytes,
					dir + "/memory.max": bytes, dir + "/memory.current": bytes, dir + "/memory.limit_in_bytes": bytes, dir + "/memory.usage_in_bytes": bytes, dir + "/memory.stat": memory,
				})
			}
		}
		h := newHost(files)
		for range 3 {
			s := h.after(time.Second)
			if !sane(s.CPU) || !sane(s.Memory) || !sane(s.GC) || s.RunQueue < Unknown || !(s.Quota > 0 && s.Quota <= 4) || !(s.Throttled >= 0 && s.Throttled <= 1) || s.MemoryLimit < 0 || s.MemoryUsed < 0 {
				t.Fatalf("%+v", s)
			}
		}
	})
}

func sane(v float64) bool { return v == Unknown || v >= 0 && v < 1e30 }
