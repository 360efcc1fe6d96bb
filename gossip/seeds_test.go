// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSeedsAreFoundWhereverTheyAre(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seeds")
	if err := os.WriteFile(path, []byte("# the first three\n10.0.0.3:1\n\n [::1]:2 \n10.0.0.4\n::1\nno host:7\n10.0.0.5:99999\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	look := func(_ context.Context, host string) ([]string, error) {
		if host == "shop.internal" {
			return []string{"10.0.0.1", "10.0.0.2"}, nil
		}
		return nil, errors.New("no such host")
	}
	seeds := []Seeds{DNS("shop.internal:7946"), Static("nowhere:1", "shop.internal:0", "shop.internal", "10.0.0.9"), File(path), File(path + "x")}
	found, err := find(context.Background(), seeds, look)
	want := []string{"10.0.0.1:7946", "10.0.0.2:7946", "10.0.0.1:7946", "10.0.0.2:7946", "10.0.0.9:7946", "10.0.0.3:1", "[::1]:2", "10.0.0.4:7946", "[::1]:7946"}
	if !slices.Equal(found, want) {
		t.Errorf("%q, want %q", found, want)
	}
	for _, piece := range []string{`"nowhere:1"`, `"shop.internal:0"`, `seeds:7: "no host:7"`, `seeds:8: "10.0.0.5:99999"`, "seedsx"} {
		if err == nil || !strings.Contains(err.Error(), piece) {
			t.Errorf("nothing is said of %s: %v", piece, err)
		}
	}
}

func TestManySeedsAreBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seeds")
	if err := os.WriteFile(path, []byte(strings.Repeat("10.0.0.1:1\n", 2000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := find(context.Background(), []Seeds{File(path)}, nil); err != nil || len(found) != mostAddresses {
		t.Error(len(found), err)
	}
	if err := os.WriteFile(path, make([]byte, mostSeedBytes+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := find(context.Background(), []Seeds{File(path)}, nil); err == nil {
		t.Error("a file without end is read")
	}
}
