// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"fmt"
	"math"
	"testing"
	"time"
)

// How cgroups lie on real machines. In each the process's cgroup has two cores and 1 GiB,
// of which 600 MiB are used, 100 MiB of these page cache; one second apart it used 1.5
// cores, of which the process itself used one.
var layouts = []struct {
	name  string
	files tree
	stat  string // the file that counts use, and throttling
	usage string // v1: the file that counts use
}{
	{
		name: "v2 in a container with a namespace", stat: "sys/fs/cgroup/cpu.stat",
		files: tree{
			"proc/self/cgroup":    "0::/\n",
			"proc/self/mountinfo": "1234 1230 0:29 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate,memory_recursiveprot\n",
		}.with(v2Files("sys/fs/cgroup")),
	},
	{
		name: "v2 of Kubernetes seen from the host", stat: "sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod12.slice/cri-containerd-ab.scope/cpu.stat",
		files: tree{
			"proc/self/cgroup":    "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod12.slice/cri-containerd-ab.scope\n",
			"proc/self/mountinfo": "35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n",
			"sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/memory.max": "max\n",
			"sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/cpu.max":    "max 100000\n",
		}.with(v2Files("sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod12.slice/cri-containerd-ab.scope")),
	},
	{
		name: "v2 of a service without a mount table", stat: "sys/fs/cgroup/system.slice/shop.service/cpu.stat",
		files: tree{"proc/self/cgroup": "0::/system.slice/shop.service\n"}.with(v2Files("sys/fs/cgroup/system.slice/shop.service")),
	},
	{
		name: "v2 whose path is of another namespace", stat: "sys/fs/cgroup/cpu.stat",
		files: tree{
			"proc/self/cgroup":    "0::/../../docker/ab12\n",
			"proc/self/mountinfo": "35 24 0:30 /../../docker/ab12 /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
		}.with(v2Files("sys/fs/cgroup")),
	},
	{
		name: "v1 of Docker without a namespace", stat: "sys/fs/cgroup/cpu,cpuacct/cpu.stat", usage: "sys/fs/cgroup/cpu,cpuacct/cpuacct.usage",
		files: tree{
			"proc/self/cgroup": "11:memory:/docker/ab12\n4:cpu,cpuacct:/docker/ab12\n1:name=systemd:/docker/ab12\n",
			"proc/self/mountinfo": "40 30 0:33 /docker/ab12 /sys/fs/cgroup/cpu,cpuacct ro,relatime master:15 - cgroup cgroup rw,cpu,cpuacct\n" +
				"41 30 0:34 /docker/ab12 /sys/fs/cgroup/memory ro,relatime master:16 - cgroup cgroup rw,memory\n",
		}.with(v1Files("sys/fs/cgroup/cpu,cpuacct", "sys/fs/cgroup/cpu,cpuacct", "sys/fs/cgroup/memory")),
	},
	{
		name: "v1 with separate controllers", stat: "sys/fs/cgroup/cpu/kubepods/pod7/ab/cpu.stat", usage: "sys/fs/cgroup/cpuacct/kubepods/pod7/ab/cpuacct.usage",
		files: tree{
			"proc/self/cgroup": "9:memory:/kubepods/pod7/ab\n3:cpuacct:/kubepods/pod7/ab\n2:cpu:/kubepods/pod7/ab\n",
			"proc/self/mountinfo": "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n33 31 0:30 / /sys/fs/cgroup/cpuacct rw - cgroup cgroup rw,cpuacct\n" +
				"36 31 0:33 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
		}.with(v1Files("sys/fs/cgroup/cpu/kubepods/pod7/ab", "sys/fs/cgroup/cpuacct/kubepods/pod7/ab", "sys/fs/cgroup/memory/kubepods/pod7/ab")),
	},
	{
		name: "hybrid: controllers in v1, v2 beside them", stat: "sys/fs/cgroup/cpu/svc/cpu.stat", usage: "sys/fs/cgroup/cpuacct/svc/cpuacct.usage",
		files: tree{
			"proc/self/cgroup": "4:memory:/svc\n2:cpuacct:/svc\n1:cpu:/svc\n0::/svc\n",
			"proc/self/mountinfo": "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n33 31 0:30 / /sys/fs/cgroup/cpuacct rw - cgroup cgroup rw,cpuacct\n" +
				"36 31 0:33 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
			"sys/fs/cgroup/unified/svc/cpu.stat": "usage_usec 999999999\n",
		}.with(v1Files("sys/fs/cgroup/cpu/svc", "sys/fs/cgroup/cpuacct/svc", "sys/fs/cgroup/memory/svc")),
	},
	{
		name: "a mount point with a space in it", stat: "my groups/x/cpu.stat",
		files: tree{
			"proc/self/cgroup":    "0::/a b/x\n",
			"proc/self/mountinfo": "35 24 0:30 /a\\040b /my\\040groups rw - cgroup2 cgroup2 rw\n",
		}.with(v2Files("my groups/x")),
	},
	{
		name: "another part of the hierarchy is mounted first", stat: "sys/fs/cgroup/x/cpu.stat",
		files: tree{
			"proc/self/cgroup": "0::/x\n",
			"proc/self/mountinfo": "34 24 0:30 /other /mnt/other rw - cgroup2 cgroup2 rw\n" +
				"35 24 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
			"mnt/other/cpu.max": "10000 100000\n",
		}.with(v2Files("sys/fs/cgroup/x")),
	},
	{
		name: "v2 of a process that was moved out of its namespace", stat: "sys/fs/cgroup/cpu.stat",
		files: tree{
			"proc/self/cgroup":          "0::/../x\n",
			"proc/self/mountinfo":       "35 24 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
			"sys/fs/cgroup/x/cpu.max":   "10000 100000\n", // of another x
			"sys/fs/cgroup/memory.swap": "1\n",
		}.with(v2Files("sys/fs/cgroup")),
	},
}

func v2Files(dir string) tree {
	return tree{
		dir + "/cpu.max":        "200000 100000\n",
		dir + "/cpu.stat":       v2Stat(100, 40, 5),
		dir + "/memory.max":     fmt.Sprintln(gib),
		dir + "/memory.high":    "max\n",
		dir + "/memory.current": fmt.Sprintln(600 * mib),
		dir + "/memory.stat":    fmt.Sprintf("anon 1000\nfile 4000\nworkingset_inactive_file 1\ninactive_anon 7\nactive_anon 8\ninactive_file %d\nactive_file 9\n", 100*mib),
	}
}

func v2Stat(seconds float64, periods, throttled int) string {
	return fmt.Sprintf("usage_usec_of_all 7\nusage_usec %.0f\nuser_usec 1\nsystem_usec 2\nnr_periods %d\nnr_throttled %d\nthrottled_usec 77\n", seconds*1e6, periods, throttled)
}

func v1Files(cpu, acct, memory string) tree {
	return tree{
		cpu + "/cpu.cfs_quota_us":           "200000\n",
		cpu + "/cpu.cfs_period_us":          "100000\n",
		cpu + "/cpu.stat":                   v1Stat(40, 5),
		acct + "/cpuacct.usage":             fmt.Sprintln(int64(100e9)),
		memory + "/memory.limit_in_bytes":   fmt.Sprintln(gib),
		memory + "/memory.usage_in_bytes":   fmt.Sprintln(600 * mib),
		memory + "/memory.stat":             fmt.Sprintf("cache 5\ninactive_file 3\nhierarchical_memory_limit %d\ntotal_inactive_file %d\n", gib, 100*mib),
		memory + "/memory.kmem.usage_bytes": "1\n",
	}
}

func v1Stat(periods, throttled int) string {
	return fmt.Sprintf("nr_periods %d\nnr_throttled %d\nthrottled_time 5000\n", periods, throttled)
}

func TestReaderFindsTheLimitsWhereverCgroupsLie(t *testing.T) {
	for _, l := range layouts {
		t.Run(l.name, func(t *testing.T) {
			files := l.files.with(machine16)
			h := newHost(files)
			if s := h.after(0); s.CPU >= 0 || s.Quota != 2 || s.MemoryLimit != gib || s.MemoryUsed != 500*mib {
				t.Errorf("at first %+v", s)
			}
			if files[l.stat] = v2Stat(101.5, 50, 5); l.usage != "" {
				files[l.stat], files[l.usage] = v1Stat(50, 5), fmt.Sprintln(int64(101.5e9))
			}
			s := h.after(time.Second)
			near(t, "cpu", s.CPU, 1.5/2)
			near(t, "memory", s.Memory, 500.0/1024)
			near(t, "throttled", s.Throttled, 0)
			if files[l.stat] = v2Stat(102, 60, 14); l.usage != "" {
				files[l.stat], files[l.usage] = v1Stat(60, 14), fmt.Sprintln(int64(102e9))
			}
			s = h.after(time.Second)
			near(t, "cpu of nine throttled periods in ten", s.CPU, 0.9)
			near(t, "throttled", s.Throttled, 0.9)
			t.Log(s.Source)
		})
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9 {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestALimitAboveCountsWithTheUseOfAllBelowIt(t *testing.T) {
	const pod, own = "sys/fs/cgroup/pod", "sys/fs/cgroup/pod/app"
	files := tree{"proc/self/cgroup": "0::/pod/app\n"}.with(machine16).with(v2Files(own)).with(v2Files(pod))
	files[pod+"/cpu.max"] = "150000 100000"
	files[pod+"/memory.max"], files[pod+"/memory.high"] = fmt.Sprintln(2*gib), fmt.Sprintln(gib+512*mib)
	files[pod+"/memory.current"] = fmt.Sprintln(gib + 400*mib)
	h := newHost(files)
	h.after(0)
	files[own+"/cpu.stat"], files[pod+"/cpu.stat"] = v2Stat(100.5, 50, 5), v2Stat(101.2, 50, 5)
	s := h.after(time.Second / 2)
	near(t, "quota", s.Quota, 1.5)
	near(t, "cpu", s.CPU, 1.2/1.5)
	near(t, "memory", s.Memory, (1024.0+300)/(1024+512))
	if want := "cpu: cgroup v2 /" + pod + "; memory: cgroup v2 /" + pod; s.Source != want {
		t.Errorf("source %q, want %q", s.Source, want)
	}
	// A quota of more cores than there are to run on is not what bounds the process.
	files[own+"/cpu.max"], files[pod+"/cpu.max"] = "max 100000", "800000 100000"
	files[pod+"/cpu.stat"] = v2Stat(101.3, 60, 5)
	s = h.after(3 * time.Second)
	near(t, "quota", s.Quota, 4)
	near(t, "cpu", s.CPU, 3.0/4)
}
