// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// A child that burns under a real quota of a fifth of a core sees that quota, that it
// uses all of it, and that it is throttled; and it sheds.
func TestReaderSeesARealQuotaAndItsFullUse(t *testing.T) {
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), burnerEnv+"=1")
	begin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	groups, missing := quotaOfAFifth(t)
	if missing != "" {
		t.Skip(missing)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = child.Process.Kill(), child.Wait() }()
	for _, dir := range groups {
		if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strconv.Itoa(child.Process.Pid)), 0); err != nil {
			t.Skipf("a process can't be moved into a cgroup here: %v", err)
		}
	}
	if _, err := begin.Write([]byte{1}); err != nil {
		t.Fatal(err)
	}
	var seen []burned
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var line burned
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		t.Logf("%+v", line)
		seen = append(seen, line)
	}
	if len(seen) < 4 {
		t.Fatalf("the child wrote %d lines", len(seen))
	}
	judgeBurned(t, seen)
}

// judgeBurned compares what the reader said with what the system counts for the child.
func judgeBurned(t *testing.T, seen []burned) {
	t.Helper()
	for _, line := range seen {
		if line.Quota != 0.2 {
			t.Errorf("quota %v, want 0.2 cores", line.Quota)
		}
	}
	last := seen[len(seen)-4:]
	var said, told float64 // of the last four together, as intervals do not end with periods
	full := true
	for _, line := range last {
		said += line.CPU / 4
		told += line.CPUSeconds / line.Seconds / 0.2 / 4
		full = full && line.full()
	}
	switch {
	case !full && told < 0.8:
		t.Skip("the machine is too busy to give a child a fifth of a core")
	case !full:
		t.Errorf("the child used its quota, and the reader does not see it, or the sampler does not shed: %+v", last)
	case said < 0.9 || said > 1.3 || told < 0.6*said:
		t.Errorf("use of the quota %.2f on average, and %.2f by what the system counts for the child", said, told)
	case !strings.HasPrefix(last[3].Text, ShedHigh.String()+": cpu"):
		t.Errorf("the child's sampler says %q, want all but critical work shed because of the cpu", last[3].Text)
	}
}

// quotaOfAFifth makes cgroups with a quota of a fifth of a core, which go with the test,
// and returns those that a process must be moved into; or what is missing for that.
func quotaOfAFifth(t *testing.T) (groups []string, missing string) {
	t.Helper()
	own, mounts := whole(os.DirFS("/"), ownCgroups), whole(os.DirFS("/"), mountTable)
	at := find(os.DirFS("/"), own, mounts, "cpu")
	switch at.version {
	case 1:
		return quotaV1(t, own, mounts)
	case 2:
		enabled, err := os.ReadFile("/" + at.mount + "/cgroup.subtree_control")
		if err != nil || !has(strings.Join(strings.Fields(string(enabled)), ","), "cpu") {
			return nil, fmt.Sprintf("needs a cgroup v2 that hands its cpu controller down: as root, echo +cpu > /%s/cgroup.subtree_control", at.mount)
		}
		group, err := newGroup(t, at)
		if err == nil {
			err = os.WriteFile(group+"/cpu.max", []byte("20000 100000"), 0)
		}
		if err != nil {
			return nil, "needs a writable cgroup v2, as root: " + err.Error()
		}
		return []string{group}, ""
	}
	return nil, "needs cgroups: /proc/self/cgroup names none with a cpu controller"
}

func quotaV1(t *testing.T, own, mounts []byte) (groups []string, missing string) {
	t.Helper()
	for _, controller := range []string{"cpu", "cpuacct"} {
		at := find(os.DirFS("/"), own, mounts, controller)
		group, err := newGroup(t, at)
		switch {
		case err == nil:
			groups = append(groups, group)
		case !errors.Is(err, fs.ErrExist): // where one hierarchy has both, it is there already
			return nil, "needs a writable cgroup v1 of " + controller + ", as root: " + err.Error()
		}
	}
	for name, v := range map[string]string{"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "20000"} {
		if err := os.WriteFile(filepath.Join(groups[0], name), []byte(v), 0); err != nil {
			return nil, "needs a cgroup v1 that takes a quota, as root: " + err.Error()
		}
	}
	return groups, ""
}

// newGroup makes a cgroup below the mount point, in which nothing else is.
func newGroup(t *testing.T, at place) (string, error) {
	t.Helper()
	dir := filepath.Join("/", at.mount, fmt.Sprintf("fuseboard-test-%d", os.Getpid()))
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", err
	}
	t.Cleanup(func() {
		if err := os.Remove(dir); err != nil {
			t.Error(err)
		}
	})
	return dir, nil
}
