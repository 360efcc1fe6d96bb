// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"fmt"
	"math"
	"testing"
	"testing/fstest"
	"time"

	"github.com/fuseboard/fuseboard"
)

func inV2(more tree) tree {
	return tree{"proc/self/cgroup": "0::/\n"}.with(machine16).with(v2Files("sys/fs/cgroup")).with(more)
}

func TestWithoutALimitTheProcessIsMeasuredAgainstTheMachine(t *testing.T) {
	const v1cpu, v1acct, v1memory = "sys/fs/cgroup/cpu/a", "sys/fs/cgroup/cpuacct/a", "sys/fs/cgroup/memory/a"
	for name, files := range map[string]tree{
		"max of v2": inV2(tree{"sys/fs/cgroup/cpu.max": "max 100000\n", "sys/fs/cgroup/memory.max": "max\n"}),
		"-1 and a huge number of v1": tree{"proc/self/cgroup": "3:memory:/a\n2:cpuacct:/a\n1:cpu:/a\n"}.with(machine16).
			with(v1Files(v1cpu, v1acct, v1memory)).with(tree{
			v1cpu + "/cpu.cfs_quota_us":         "-1\n",
			v1memory + "/memory.limit_in_bytes": fmt.Sprintln(int64(0x7FFFFFFFFFFFF000)),
			v1memory + "/memory.stat":           fmt.Sprintf("hierarchical_memory_limit %d\ntotal_inactive_file 3\n", int64(0x7FFFFFFFFFFFF000)),
		}),
		"a limit that the machine can't reach": inV2(tree{"sys/fs/cgroup/cpu.max": "max 100000", "sys/fs/cgroup/memory.max": fmt.Sprint(64 * gib)}),
		"no cgroups":                           machine16.with(nil),
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(files)
			h.after(0)
			s := h.after(3 * time.Second)
			near(t, "cpu", s.CPU, 0.75)
			near(t, "quota", s.Quota, 4)
			near(t, "memory", s.Memory, 0.75)
			if want := "cpu: this process; memory: the machine"; s.Source != want {
				t.Errorf("source %q, want %q", s.Source, want)
			}
		})
	}
}

func TestWhatCannotBeReadIsNotKnownAndStopsNothing(t *testing.T) {
	h := newHost(tree{})
	h.process = func() (time.Duration, bool) { return 0, false }
	h.after(0)
	s := h.after(0)
	if s.CPU >= 0 || s.Memory >= 0 || s.MemoryLimit != 0 || s.Quota != 4 || s.GC < 0 || s.RunQueue < 0 {
		t.Errorf("%+v", s)
	}
	if want := "cpu: not known; memory: not known"; s.Source != want {
		t.Errorf("source %q, want %q", s.Source, want)
	}
	for name, text := range map[string]string{
		"sys/fs/cgroup/cpu.max": "many 100000", "sys/fs/cgroup/cpu.stat": "usage_usec lots", "sys/fs/cgroup/memory.max": "1 GiB",
		"sys/fs/cgroup/memory.current": "-12", "sys/fs/cgroup/memory.stat": "inactive_file", "proc/self/cgroup": "nonsense\n::\n0", "proc/meminfo": "MemTotal: x kB",
	} {
		for _, text := range []string{text, "", "\n", "\x00\xff", " "} {
			h := newHost(inV2(tree{name: text}))
			h.after(0)
			if s := h.after(time.Second); s.CPU < 0 || s.Memory < 0 && name == "proc/meminfo" {
				t.Errorf("%s = %q hides what else is known: %+v", name, text, s)
			}
		}
	}
}

func TestAnAbsurdLimitIsNoneAlsoWhereTheMachineIsNotKnown(t *testing.T) {
	files := tree{"proc/self/cgroup": "3:memory:/a\n"}.with(v1Files("x", "x", "sys/fs/cgroup/memory/a")).with(tree{
		"sys/fs/cgroup/memory/a/memory.limit_in_bytes": fmt.Sprintln(int64(0x7FFFFFFFFFFFF000)),
		"sys/fs/cgroup/memory/a/memory.stat":           "total_inactive_file 3\n",
	})
	if s := newHost(files).after(0); s.Memory != Unknown || s.MemoryLimit != 0 {
		t.Errorf("%+v", s)
	}
}

func TestCountersThatGoBackAreNotKnownOnce(t *testing.T) {
	files := inV2(nil)
	h := newHost(files)
	h.after(0)
	files["sys/fs/cgroup/cpu.stat"] = v2Stat(1, 2, 0)
	if s := h.after(time.Second); s.CPU != 0.25 || s.Throttled != 0 {
		t.Errorf("%+v", s)
	}
	files["sys/fs/cgroup/cpu.stat"] = v2Stat(2, 12, 0)
	if s := h.after(time.Second); s.CPU != 0.5 {
		t.Errorf("%+v", s)
	}
	h.used = 0
	if s := h.after(0); s.CPU != 0 {
		t.Errorf("%+v", s)
	}
	h.process = func() (time.Duration, bool) { return 0, false }
	files["sys/fs/cgroup/cpu.stat"] = v2Stat(1, 22, 0)
	if s := h.after(0); s.CPU != Unknown {
		t.Errorf("%+v", s)
	}
}

func TestPeriodsOfZeroAndQuotasOfZeroAreNone(t *testing.T) {
	for _, text := range []string{"200000 0", "0 100000", "200000", "200000 -1"} {
		h := newHost(inV2(tree{"sys/fs/cgroup/cpu.max": text}))
		h.after(0)
		if s := h.after(2 * time.Second); s.Quota != 4 || s.CPU != 0.5 {
			t.Errorf("cpu.max = %q: %+v", text, s)
		}
	}
}

func TestAQuotaOfV1WhoseUseIsCountedElsewhereIsMeasuredByTheProcess(t *testing.T) {
	files := tree{"proc/self/cgroup": "3:memory:/\n2:cpuacct:/\n1:cpu:/a\n"}.with(machine16).
		with(v1Files("sys/fs/cgroup/cpu/a", "sys/fs/cgroup/cpuacct", "sys/fs/cgroup/memory"))
	h := newHost(files)
	h.after(0)
	files["sys/fs/cgroup/cpuacct/cpuacct.usage"] = "999000000000" // of the whole machine
	s := h.after(time.Second)
	near(t, "cpu", s.CPU, 0.5)
	near(t, "quota", s.Quota, 2)
}

func TestALimitOfV1ThatIsOutOfSightCounts(t *testing.T) {
	files := tree{"proc/self/cgroup": "3:memory:/\n2:cpuacct:/\n1:cpu:/\n"}.with(machine16).
		with(v1Files("sys/fs/cgroup/cpu", "sys/fs/cgroup/cpuacct", "sys/fs/cgroup/memory")).
		with(tree{"sys/fs/cgroup/memory/memory.stat": fmt.Sprintf("hierarchical_memory_limit %d\ntotal_inactive_file 0\n", 800*mib)})
	near(t, "memory", newHost(files).after(0).Memory, 600.0/800)
}

func TestWhatTheCollectorGivesBackInTimeIsNotUse(t *testing.T) {
	h := newHost(inV2(nil))
	h.own = heap{limit: unlimited, held: 500 * mib, spare: 200 * mib}
	near(t, "memory, garbage that nobody bounds", h.after(0).Memory, 500.0/1024)
	h.own.limit = 900 * mib
	s := h.after(0)
	near(t, "memory under GOMEMLIMIT", s.Memory, 300.0/900)
	if want := "cpu: this process; memory: GOMEMLIMIT"; s.Source != want {
		t.Errorf("source %q, want %q", s.Source, want)
	}
	h.own.spare = 450 * mib
	near(t, "memory of another process in the cgroup", newHost(inV2(tree{"sys/fs/cgroup/memory.current": fmt.Sprint(900 * mib)})).after(0).Memory, 800.0/1024)
	h.own.limit = 2 * gib // the cgroup is full before the collector begins
	near(t, "memory under a GOMEMLIMIT that is too large", h.after(0).Memory, 500.0/1024)
}

func TestLimitsMayChangeWhileTheProcessRuns(t *testing.T) {
	files := inV2(nil)
	h := newHost(files)
	h.after(0)
	files["sys/fs/cgroup/cpu.max"], files["sys/fs/cgroup/memory.max"] = "100000 100000", fmt.Sprint(750*mib)
	files["sys/fs/cgroup/cpu.stat"] = v2Stat(100.5, 50, 5)
	s := h.after(0)
	near(t, "quota", s.Quota, 1)
	near(t, "cpu", s.CPU, 0.5)
	near(t, "memory", s.Memory, 500.0/750)

	files["sys/fs/cgroup/cpu.max"], files["sys/fs/cgroup/memory.max"] = "max 100000", "max"
	s = h.after(time.Second)
	near(t, "quota without a limit", s.Quota, 4)
	near(t, "cpu without a limit", s.CPU, 0.25)
	near(t, "memory without a limit", s.Memory, 0.75)

	files["sys/fs/cgroup/cpu.max"], files["sys/fs/cgroup/memory.max"] = "200000 100000", fmt.Sprint(gib)
	for range 10 { // until it looks again
		s = h.after(0)
	}
	near(t, "quota when there is one again", s.Quota, 2)
	near(t, "memory when there is a limit again", s.Memory, 500.0/1024)
}

func TestAProcessThatIsMovedIsFollowed(t *testing.T) {
	files := tree{"proc/self/cgroup": "0::/a\n"}.with(machine16).with(v2Files("sys/fs/cgroup/a"))
	h := newHost(files)
	h.after(0)
	for name := range v2Files("sys/fs/cgroup/a") {
		delete(files, name)
	}
	if s := h.after(time.Second); s.CPU != 0.25 || s.Memory != 0.75 {
		t.Errorf("while its cgroup is gone: %+v", s)
	}
	files["proc/self/cgroup"] = "0::/b\n"
	for name, text := range v2Files("sys/fs/cgroup/b") {
		files[name] = text
	}
	for range 10 {
		h.after(time.Second)
	}
	quota := files["sys/fs/cgroup/b/cpu.max"]
	delete(files, "sys/fs/cgroup/b/cpu.max")
	if s := h.after(time.Second); s.Quota != 4 {
		t.Errorf("while a file is gone: %+v", s)
	}
	files["sys/fs/cgroup/b/cpu.max"] = quota
	for range 10 {
		h.after(time.Second)
	}
	if s := h.after(time.Second / 2); s.Quota != 2 || s.Memory != 500.0/1024 {
		t.Errorf("in its new cgroup: %+v", s)
	}
}

func TestReadingsTooNearRepeatTheOneBefore(t *testing.T) {
	h := newHost(inV2(nil))
	h.after(0)
	before := h.after(time.Second)
	h.used += time.Second
	if s := h.Read(h.now.Add(leastApart - 1)); s != before {
		t.Errorf("%+v, want %+v", s, before)
	}
	if s := h.Read(h.now.Add(-time.Hour)); s != before {
		t.Errorf("a clock that went back: %+v, want %+v", s, before)
	}
}

// The kernel's files can be read anew; those of a test need not.
func TestFilesThatCannotBeReadAgainAreOpenedAgain(t *testing.T) {
	files := fstest.MapFS{}
	for name, text := range inV2(nil) {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	r := NewReader(onlyReads{files})
	r.cores = func() float64 { return 4 }
	for i := range 3 {
		s := r.Read(fuseboard.Instant(i) * fuseboard.Instant(time.Second))
		near(t, "memory", s.Memory, 500.0/1024)
	}
}

func TestAmountsSaturateAndRefuseWhatIsNone(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, " 12\n": 12, "18446744073709551615": math.MaxInt64, "9223372036854775807": math.MaxInt64, "9223372036854775808": math.MaxInt64} {
		if n, ok := amount([]byte(text)); !ok || n != want {
			t.Errorf("amount(%q) = %d, %v", text, n, ok)
		}
	}
	for _, text := range []string{"", " ", "-1", "1.5", "0x1", "1 2", "max", "１"} {
		if n, ok := amount([]byte(text)); ok {
			t.Errorf("amount(%q) = %d", text, n)
		}
	}
	if n, ok := limit([]byte("max\n")); !ok || n != unlimited {
		t.Errorf("limit(max) = %d, %v", n, ok)
	}
}
