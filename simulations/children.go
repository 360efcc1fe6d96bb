// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/bubble"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// workName is that of the work that children do here.
const workName = "simulate"

// job is what one child is to run: one variant with one seed.
type job struct {
	// Texts is where the texts of the scenario lie: a recording may be large, and is the same for all jobs.
	Texts string `json:"texts"`

	Set          []string `json:"set,omitempty"`
	Sweep        Sweep    `json:"sweep"`
	Alone        bool     `json:"alone,omitempty"`
	Variant      int      `json:"variant"`
	Seed         uint64   `json:"seed"`
	Interleaving int      `json:"interleaving"`
}

// texts are what a scenario was read from.
type texts struct {
	File  string            `json:"file"`
	Data  []byte            `json:"data"`
	Files map[string][]byte `json:"files,omitempty"`
}

// store writes the texts of a scenario to a file of its own.
func store(s *scenario.Scenario) (path string, err error) {
	f, err := os.CreateTemp("", "fuseboard-simulate-*.json")
	if err != nil {
		return "", err
	}
	err = json.NewEncoder(f).Encode(texts{File: s.File, Data: s.Data, Files: s.Files})
	return f.Name(), errors.Join(err, f.Close())
}

// said is a line of a child.
type said struct {
	Share float64 `json:"share,omitempty"`
	Trial *Trial  `json:"trial,omitempty"`
}

// Serve answers if this process is a child that Run started, and does not return then. Call it first in main, and
// in TestMain of tests that use Run with children.
func Serve() {
	var w worker
	bubble.Serve(map[string]bubble.Work{workName: w.work})
}

// worker is a child. It keeps the scenario that it read last: the next job is mostly of the same.
type worker struct {
	from     string // where its texts lay
	scenario *scenario.Scenario
}

func (w *worker) work(data json.RawMessage, say func(any)) error {
	debug.SetGCPercent(400)              // a child lives shortly and is small: time is worth more than memory
	_ = os.Unsetenv(actors.ModeVariable) // it is of this machine, not of the scenario
	var j job
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	if err := w.read(j); err != nil {
		return err
	}
	c, err := courseOf(w.scenario, j)
	if err != nil {
		return err
	}
	trial, err := runTrial(c, j.Seed, slowly(func(share float64) { say(said{Share: share}) }))
	if err != nil {
		return err
	}
	trial.Interleaving = j.Interleaving
	say(said{Trial: trial})
	return nil
}

// read reads the scenario of a job, unless it is the last one.
func (w *worker) read(j job) error {
	if w.scenario != nil && w.from == j.Texts {
		return nil
	}
	packed, err := os.ReadFile(j.Texts)
	if err != nil {
		return err
	}
	var t texts
	if err := json.Unmarshal(packed, &t); err != nil {
		return err
	}
	files, err := inMemory(t.Files)
	if err != nil {
		return err
	}
	s, problems := scenario.Read(config.Source{Name: t.File, Data: t.Data}, files)
	if err := problems.Err(); err != nil {
		return err
	}
	w.scenario, w.from = s, j.Texts
	return nil
}

// inMemory makes a file system of texts, with the directories that their names say: an archive is one.
func inMemory(texts map[string][]byte) (fs.FS, error) {
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for name, data := range texts {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = f.Write(data)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
}

// courseOf finds the variant of a job.
func courseOf(s *scenario.Scenario, j job) (*course, error) {
	variants, err := variantsOf(s, j.Set, j.Sweep, j.Alone)
	if err != nil {
		return nil, err
	}
	if j.Variant >= len(variants) {
		return nil, fmt.Errorf("there is no variant %d of %d", j.Variant, len(variants))
	}
	return newCourse(s, variants[j.Variant])
}

// variantsOf lists what is run: the policies under test, and their baselines or what a sweep makes of them. Of the baselines that
// are left out, those stay that an expectation compares with: it could not hold without.
func variantsOf(s *scenario.Scenario, set []string, sweep Sweep, alone bool) ([]scenario.Baseline, error) {
	variants, problems := s.Variants(set)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if sweep.Path == "" && !alone {
		return variants, nil
	}
	left := variants[:1:1]
	for _, value := range sweep.Values {
		line := sweep.Path + "=" + value
		changed, problems := s.Variants(append(slices.Clone(set), line))
		if err := problems.Err(); err != nil {
			return nil, err
		}
		changed[0].Name = line
		left = append(left, changed[0])
	}
	for _, v := range variants[1:] {
		if slices.ContainsFunc(s.Expect, func(e scenario.Expectation) bool { return strings.EqualFold(e.Baseline, v.Name) }) {
			left = append(left, v)
		}
	}
	return left, nil
}

// slowly is tell, ten times a second of real time at most.
func slowly(tell func(float64)) func(float64) {
	var mu sync.Mutex
	last := bubble.Wall()
	return func(share float64) {
		mu.Lock()
		defer mu.Unlock()
		if now := bubble.Wall(); now-last >= 100*time.Millisecond {
			last = now
			tell(share)
		}
	}
}
