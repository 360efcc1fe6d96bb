// SPDX-License-Identifier: Apache-2.0

package live

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/fuseboard/fuseboard/config"
)

// stateFile is the file of Options.Dir.
const stateFile = "policies.json"

// state is what outlives the process.
type state struct {
	Format    int                    `json:"format"`
	Versions  []stateVersion         `json:"versions"`
	Files     map[string][]stateText `json:"files"` // of each hash, once
	Overrides []stateOverride        `json:"overrides"`
	Replaced  string                 `json:"replaced,omitempty"` // the hash of the files that a rollback holds against
}

type stateVersion struct {
	Number uint64    `json:"number"`
	At     time.Time `json:"at"`
	Cause  Cause     `json:"cause"`
	By     string    `json:"by,omitempty"`
	Reason string    `json:"reason,omitempty"`
	Hash   string    `json:"hash"`
	Of     uint64    `json:"of"`
}

type stateText struct {
	Name string `json:"name"`
	Data []byte `json:"data"`
}

type stateOverride struct {
	Dependency string    `json:"dependency"`
	Path       string    `json:"path"`
	Value      string    `json:"value"`
	By         string    `json:"by"`
	Reason     string    `json:"reason"`
	Since      time.Time `json:"since"`
	Until      time.Time `json:"until"`
}

// stateFormat is the form of the file that this program writes, and the only one it reads.
const stateFormat = 1

// restore takes over what an earlier process kept. A file that cannot be read is set aside.
func (k *keeper) restore() {
	if k.options.Dir == "" {
		return
	}
	path := filepath.Join(k.options.Dir, stateFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	var s state
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err == nil && s.Format != stateFormat {
		err = fmt.Errorf("its format is %d, and this program reads %d", s.Format, stateFormat)
	}
	if err != nil {
		k.log.Error("the kept versions and overrides cannot be read; they are set aside", "file", path, "error", err,
			"aside", errors.Join(os.Rename(path, path+".unreadable")))
		return
	}
	k.adopt(s, time.Now())
}

func (k *keeper) adopt(s state, now time.Time) {
	k.disk.replaced = s.Replaced
	for _, v := range s.Versions {
		taken := &kept{Version: Version{Number: v.Number, At: v.At, Cause: v.Cause, By: v.By, Reason: v.Reason, Hash: v.Hash, Of: v.Of}}
		for _, f := range s.Files[v.Hash] {
			taken.sources = append(taken.sources, config.Source{Name: f.Name, Data: f.Data})
		}
		k.versions = append(k.versions, taken)
	}
	for _, o := range s.Overrides {
		if o.Until.After(now) {
			k.overrides = append(k.overrides, held{Since: o.Since, Override: config.Override{
				Dependency: o.Dependency, Path: o.Path, Value: o.Value, By: o.By, Reason: o.Reason, Until: o.Until,
			}})
		}
	}
}

// save writes what shall outlive the process. It never fails an edit: what could not be written is told.
func (k *keeper) save() {
	if k.options.Dir == "" {
		return
	}
	s := state{Format: stateFormat, Files: map[string][]stateText{}, Replaced: k.disk.replaced}
	for _, v := range k.versions {
		s.Versions = append(s.Versions, stateVersion{Number: v.Number, At: v.At, Cause: v.Cause, By: v.By, Reason: v.Reason, Hash: v.Hash, Of: v.Of})
		if _, there := s.Files[v.Hash]; !there {
			for _, f := range v.sources {
				s.Files[v.Hash] = append(s.Files[v.Hash], stateText{Name: f.Name, Data: f.Data})
			}
		}
	}
	for _, o := range k.overrides {
		s.Overrides = append(s.Overrides, stateOverride{
			Dependency: o.Dependency, Path: o.Path, Value: o.Value, By: o.By, Reason: o.Reason, Since: o.Since, Until: o.Until,
		})
	}
	err := write(k.options.Dir, s)
	if err != nil {
		k.log.Error("versions and overrides could not be kept; a restart would forget them", "dir", k.options.Dir, "error", err)
	}
	k.stateErr = err
}

// write replaces the file as a whole: a crash leaves the old one or the new one.
func write(dir string, s state) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, stateFile+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, stateFile))
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}
