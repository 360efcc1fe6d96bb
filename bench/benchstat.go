// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// files writes one file for each contender, in the format that benchstat reads. The
// names in them are the scenarios', so that two contenders are compared by
//
//	benchstat Fuseboard.txt failsafe-go.txt
func (r results) files(dir string) (err error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	for _, c := range ranked(nothing) {
		var b strings.Builder
		if r.benchstat(&b, c); b.Len() > 0 {
			err = errors.Join(err, os.WriteFile(filepath.Join(dir, fileName(c.name)), []byte(b.String()), 0o600))
		}
	}
	return err
}

// fileName is a contender's name as a file's.
func fileName(contender string) string {
	return strings.NewReplacer("/", "-", ", ", "-", " ", "-", "'", "").Replace(contender) + ".txt"
}

// benchstat writes the lines of one contender, one a round; nothing if it has none.
func (r results) benchstat(w io.Writer, c contender) {
	began := false
	for _, s := range scenarios {
		for _, cores := range s.cores {
			for _, f := range r[point{c.name, s.name, cores}] {
				if !began {
					fmt.Fprintf(w, "Figures of %s, a line a round.\ngoos: %s\ngoarch: %s\npkg: bench\n", c.name, runtime.GOOS, runtime.GOARCH)
					began = true
				}
				s.line(w, cores, f)
			}
		}
	}
}

func (s scenario) line(w io.Writer, cores int, f figures) {
	name := "Benchmark/group=" + s.group + "/scenario=" + s.name
	if cores > 1 {
		name += fmt.Sprintf("-%d", cores)
	}
	if s.memory {
		fmt.Fprintf(w, "%s\t%d\t%.1f ns/op\t%.1f B/instance\t%.2f objects/instance\t%.2f goroutines/instance\n",
			name, instances, f.Wall, f.Bytes, f.Allocs, f.Goroutines)
		return
	}
	fmt.Fprintf(w, "%s\t%d\t%.2f ns/op\t%.2f cpu-ns/op\t%.1f B/op\t%.2f allocs/op\t%.3f failed/op\n",
		name, f.Calls, f.Wall, f.CPU, f.Bytes, f.Allocs, f.Failed)
}
