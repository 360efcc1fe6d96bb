// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// links is how many links are followed before a path counts as a circle, as on Linux.
const links = 40

// spot is an entry of a directory that decides what is read: if it changes, what is read may.
type spot struct {
	dir  string // free of links
	name string // "" is every policy file
}

// trail returns the spots on the way from path, which is absolute, to what is read: each link
// where it lies, the file at the end, or the directory and the way of each link in it. Where
// the way breaks off, the missing entry is the last one.
func trail(path string) []spot {
	spots, end := walk(path)
	if info, err := os.Lstat(end); err != nil || !info.IsDir() {
		return spots
	}
	spots = append(spots, spot{dir: end})
	entries, err := list(end, MaxFiles)
	if err != nil {
		return spots
	}
	for _, e := range entries {
		if e.Type()&fs.ModeSymlink != 0 {
			way, _ := walk(filepath.Join(end, e.Name()))
			spots = append(spots, way...)
		}
	}
	return spots
}

// walk follows path as the system does, and returns the spots on its way and where it
// ends. Links in the root are followed and are no spots: nobody swaps /var, and a watch of the root
// would hear of everything.
func walk(path string) (spots []spot, end string) {
	root := filepath.VolumeName(path) + string(filepath.Separator)
	rest, dir, followed := parts(path), root, 0
	for len(rest) > 0 {
		name := rest[0]
		if rest = rest[1:]; name == ".." {
			dir = filepath.Dir(dir)
			continue
		}
		here := filepath.Join(dir, name)
		info, err := os.Lstat(here)
		if err != nil {
			return append(spots, missing(dir, name)), here
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			if len(rest) == 0 && !info.IsDir() {
				spots = append(spots, spot{dir, name})
			}
			dir = here
			continue
		}
		if dir != root {
			spots = append(spots, spot{dir, name})
		}
		to, ok := target(here, followed)
		if !ok {
			return spots, here
		}
		followed++
		if filepath.IsAbs(to) {
			dir = root
		}
		rest = append(parts(to), rest...)
	}
	return spots, dir
}

// target returns where a link leads, and false after too many of them.
func target(at string, followed int) (string, bool) {
	to, err := os.Readlink(at)
	return to, err == nil && followed < links
}

// missing is the spot at which a path breaks off: name in dir, or dir where it is none.
func missing(dir, name string) spot {
	if info, err := os.Lstat(dir); err == nil && !info.IsDir() {
		return spot{filepath.Dir(dir), filepath.Base(dir)}
	}
	return spot{dir, name}
}

// parts splits a path into its elements, without the volume.
func parts(path string) (elements []string) {
	for e := range strings.SplitSeq(filepath.ToSlash(path[len(filepath.VolumeName(path)):]), "/") {
		if e != "" && e != "." {
			elements = append(elements, e)
		}
	}
	return elements
}
