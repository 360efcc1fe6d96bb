// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"bytes"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

const (
	ownCgroups = "proc/self/cgroup"
	mountTable = "proc/self/mountinfo"
	usualMount = "sys/fs/cgroup"
	mostLevels = 16 // of nested cgroups; deeper ones are not looked at
)

// place is where this process stands in one hierarchy of cgroups.
type place struct {
	version int    // 1 or 2; zero: nowhere
	mount   string // below the root of files, as dir
	dir     string
}

// levels returns the folders from the process's own up to the mount point, which in a
// container is most often the same.
func (p place) levels() (dirs []string) {
	if p.version == 0 {
		return nil
	}
	for dir := p.dir; len(dirs) < mostLevels; dir = path.Dir(dir) {
		dirs = append(dirs, dir)
		if dir == p.mount || dir == "." {
			break
		}
	}
	return dirs
}

// mounted is one line of the mount table that mounts cgroups.
type mounted struct {
	version int
	root    string // which part of the hierarchy is mounted
	point   string
	options []string
}

// find returns where the process stands in the hierarchy that has the controller: a v1
// hierarchy that names it, or else v2. own is /proc/self/cgroup.
func find(root fs.FS, own, mounts []byte, controller string) place {
	version, of := 0, ""
	for line := range strings.Lines(string(own)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) < 3 {
			continue
		}
		if has(parts[1], controller) {
			version, of = 1, parts[2]
			break
		}
		if parts[0] == "0" && parts[1] == "" {
			version, of = 2, parts[2]
		}
	}
	if version == 0 {
		return place{}
	}
	m, found := mountOf(mounts, version, controller, of)
	if !found {
		m = usual(version, controller)
	}
	return place{version: version, mount: m.point, dir: m.below(root, of)}
}

// below returns the folder of the cgroup of. Where that can't be seen from here (another
// namespace), it is the mount point: in a container that is its own cgroup.
func (m mounted) below(root fs.FS, of string) string {
	if rest, inside := strings.CutPrefix(path.Clean(of)+"/", strings.TrimSuffix(m.root, "/")+"/"); inside && !strings.Contains(of, "..") {
		dir := path.Join(m.point, rest)
		if info, err := fs.Stat(root, dir); err == nil && info.IsDir() {
			return dir
		}
	}
	return m.point
}

// mountOf returns the mount that shows the cgroup of, or else the first of its kind.
func mountOf(table []byte, version int, controller, of string) (best mounted, found bool) {
	for len(table) > 0 {
		line, rest, _ := bytes.Cut(table, newline)
		table = rest
		m, ok := parseMount(string(line))
		if !ok || m.version != version || (version == 1 && !has(strings.Join(m.options, ","), controller)) {
			continue
		}
		if strings.HasPrefix(of+"/", strings.TrimSuffix(m.root, "/")+"/") {
			return m, true
		}
		if !found {
			best, found = m, true
		}
	}
	return best, found
}

// parseMount reads a line of mountinfo (proc(5)):
//
//	36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
func parseMount(line string) (mounted, bool) {
	before, after, found := strings.Cut(line, " - ")
	fields, kind := strings.Fields(before), strings.Fields(after)
	if !found || len(fields) < 5 || len(kind) < 3 {
		return mounted{}, false
	}
	m := mounted{root: unescape(fields[3]), point: strings.Trim(unescape(fields[4]), "/"), options: strings.Split(kind[2], ",")}
	switch kind[0] {
	case "cgroup":
		m.version = 1
	case "cgroup2":
		m.version = 2
	default:
		return mounted{}, false
	}
	return m, fs.ValidPath(m.point)
}

// usual is where cgroups are mounted on nearly every machine.
func usual(version int, controller string) mounted {
	if version == 1 {
		return mounted{version: 1, root: "/", point: usualMount + "/" + controller}
	}
	return mounted{version: 2, root: "/", point: usualMount}
}

// has reports whether a list with commas has the word.
func has(list, word string) bool {
	for w := range strings.SplitSeq(list, ",") {
		if w == word {
			return true
		}
	}
	return false
}

// unescape undoes the octal escapes of mountinfo: \040 is a space.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		if len(s) >= 4 && s[0] == '\\' {
			if c, err := strconv.ParseUint(s[1:4], 8, 8); err == nil {
				b.WriteByte(byte(c))
				s = s[4:]
				continue
			}
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return b.String()
}
