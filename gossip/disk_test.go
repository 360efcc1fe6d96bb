// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestAFolderRemembersItsOwnNodesBootsAndADamagedOneNone(t *testing.T) {
	dir := t.TempDir()
	life := func(name string) *Node {
		n := still(t, func(o *Options) { o.Name, o.Dir = name, dir })
		n.record()
		if n.counts.disk.count > 0 {
			t.Log(n.counts.disk.last)
		}
		return n
	}
	var all []uint64
	for range mostBoots + 3 {
		n := life("a")
		if got := n.Boots(); !slices.Equal(got, all[max(0, len(all)-mostBoots):]) {
			t.Fatalf("after %v it knows %v", all, got)
		}
		all = append(all, n.boot)
	}
	if got := life("b").Boots(); len(got) > 0 {
		t.Errorf("another node's boots are its own: %v", got)
	}
	if err := os.WriteFile(filepath.Join(dir, diskFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	damaged := life("b")
	if got := damaged.unread; !strings.Contains(got, filepath.Join(dir, diskFile)+", could not be read, and a new file takes its place: unexpected end") {
		t.Errorf("it says %q", got)
	}
	if got := damaged.Boots(); len(got) > 0 {
		t.Errorf("of a damaged file %v", got)
	}
	if n := life("b"); len(n.Boots()) != 1 || n.unread != "" {
		got := n.Boots()
		t.Errorf("it was not written anew: %v", got)
	}
}
