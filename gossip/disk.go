// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fuseboard/fuseboard/gossip/record"
)

const (
	diskFormat = 1
	diskFile   = "gossip.json"
	mostDisk   = 1 << 20
	mostSeen   = 1024
	mostBoots  = 64
)

// memory is what survives a node: in a file, where it has one.
type memory struct {
	Format int `json:"format"`
	// Name is whose it is.
	Name string `json:"name"`
	// Boot is the node's last, and Boots the last mostBoots of them, in order.
	Boot  uint64   `json:"boot"`
	Boots []uint64 `json:"boots"`
	// HighWater is how many members the fleet had.
	HighWater int `json:"high_water"`
	// Seen are members that did not say goodbye.
	Seen []seen `json:"seen"`
}

// seen is where a member was.
type seen struct {
	Node    string    `json:"node"` // full name
	Address string    `json:"address"`
	At      time.Time `json:"at"`
}

// readMemory reads what writeMemory wrote. A file that is not there is an empty memory; one that cannot be understood is an
// error, and an empty memory, too: a node must not fail to start for want of it.
func readMemory(dir, name string) (memory, error) {
	f, err := os.Open(filepath.Join(dir, diskFile))
	if errors.Is(err, fs.ErrNotExist) {
		return memory{}, nil
	}
	if err != nil {
		return memory{}, err
	}
	defer func() { _ = f.Close() }() // it was only read
	b, err := io.ReadAll(io.LimitReader(f, mostDisk+1))
	if err != nil {
		return memory{}, err
	}
	return parseMemory(b, name)
}

func parseMemory(b []byte, name string) (memory, error) {
	var m memory
	if len(b) > mostDisk {
		return memory{}, fmt.Errorf("the file is too long (accepted: up to %d bytes)", mostDisk)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return memory{}, err
	}
	switch {
	case m.Format != diskFormat:
		return memory{}, fmt.Errorf("its format is %d (accepted: %d)", m.Format, diskFormat)
	case m.Name != name:
		return memory{}, fmt.Errorf("it belongs to node %q, and this is %q; give each node a folder of its own", m.Name, name)
	case m.Boot > record.MaxEpoch:
		return memory{}, fmt.Errorf("its boot is %d (accepted: up to %d)", m.Boot, uint64(record.MaxEpoch))
	}
	m.Boots = slices.DeleteFunc(m.Boots, func(boot uint64) bool { return boot > m.Boot })
	m.HighWater = min(max(m.HighWater, 0), mostMembers)
	m.Seen = slices.DeleteFunc(m.Seen, func(s seen) bool {
		_, _, named := splitName(s.Node)
		_, err := netip.ParseAddrPort(s.Address)
		return err != nil || !named
	})
	return m.crop(), nil
}

// crop keeps the latest.
func (m memory) crop() memory {
	slices.SortStableFunc(m.Seen, func(a, b seen) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Node, b.Node)) })
	m.Seen = m.Seen[:min(len(m.Seen), mostSeen)]
	m.Boots = m.Boots[max(0, len(m.Boots)-mostBoots):]
	return m
}

// recent drops who was not seen for long. A time to come is that of a clock that was set back: it counts as now.
func (m memory) recent(now time.Time) memory {
	m.Seen = slices.DeleteFunc(slices.Clone(m.Seen), func(s seen) bool { return now.Sub(s.At) > remember })
	return m
}

// writeMemory replaces the file at once: who reads it sees the old one or the new one.
func writeMemory(dir string, m memory) error {
	b, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, diskFile+".*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, diskFile))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
