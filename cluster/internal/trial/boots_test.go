// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/cluster/verdict"
)

// crash ends a replica as a crash does.
func (f *fleet) crash(r *replica) {
	f.t.Helper()
	r.end()
	_ = r.node.Close()
	if err := r.sys.Shutdown(context.Background()); err != nil {
		f.t.Error(err)
	}
	f.nodes = slices.DeleteFunc(f.nodes, func(other *replica) bool { return other == r })
}

// bootsOf is how often a node says that it began lately, as another one hears it.
func (f *fleet) bootsOf(name string, heard *replica) int {
	f.t.Helper()
	r, found := heard.node.Gossip().Record(name, "beacon")
	b, err := verdict.DecodeBeacon(r.Body)
	if !found || err != nil {
		f.t.Fatalf("%s has no beacon of %s: %v", heard.name, name, err)
	}
	return int(b.Boots)
}

func TestANodeThatStartsAgainAndAgainCountsItsBootsByWhatTheOthersRemember(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 4, following(), nil)
		defer f.close()
		time.Sleep(15 * time.Second)
		last := f.nodes[3]
		for boots := 2; boots <= 5; boots++ {
			f.crash(last)
			time.Sleep(5 * time.Second)
			last = f.start(3, following(), nil)
			time.Sleep(15 * time.Second)
			if got := f.bootsOf("n3", f.nodes[0]); got != boots {
				t.Errorf("after boot %d its beacon says %d", boots, got)
			}
		}
		if got := f.bootsOf("n1", f.nodes[0]); got != 1 {
			t.Errorf("n1 began once, and says %d", got)
		}
		if s := f.of(last); s.Callers != 3 {
			t.Errorf("who does not stay up counts itself: %+v", s)
		}
		time.Sleep(12 * time.Minute)
		if got := f.bootsOf("n3", f.nodes[0]); got != 1 {
			t.Errorf("after twelve minutes its beacon says %d", got)
		}
		if s := f.of(last); s.Callers != 4 {
			t.Errorf("who has stayed up does not count itself: %+v", s)
		}
		for r := range f.nodes[0].node.Gossip().Records() {
			if strings.HasPrefix(r.Key, "boot/") {
				t.Errorf("%s of %s is still there", r.Key, r.Owner)
			}
		}
	})
}

func TestBootsOutliveARestartOfAllNodesWhereThereIsADisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dirs := []string{t.TempDir(), t.TempDir(), t.TempDir()}
		onDisk := func(i int, o *cluster.Options) { o.Dir = dirs[i] }
		for boots := 1; boots <= 3; boots++ {
			f := newFleet(t, 3, following(), onDisk)
			time.Sleep(5 * time.Second)
			if got := f.bootsOf("n2", f.nodes[1]); got != boots {
				t.Errorf("after boot %d its beacon says %d", boots, got)
			}
			f.close()
		}
		time.Sleep(11 * time.Minute)
		f := newFleet(t, 3, following(), onDisk)
		defer f.close()
		time.Sleep(5 * time.Second)
		if got := f.bootsOf("n2", f.nodes[1]); got != 1 {
			t.Errorf("eleven minutes later its beacon says %d", got)
		}
	})
}
