// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"fmt"
	"go/build"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWhatMemberlistLogsIsUnderstood: each sign is in memberlist's source, so that an upgrade which changes a line fails here.
func TestWhatMemberlistLogsIsUnderstood(t *testing.T) {
	p, err := build.Import("github.com/hashicorp/memberlist", ".", build.FindOnly)
	if err != nil {
		t.Skip("the source of memberlist is not here: ", err)
	}
	files, err := filepath.Glob(filepath.Join(p.Dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var source strings.Builder
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil && !strings.HasSuffix(f, "_test.go") {
			source.Write(b)
		}
	}
	for _, s := range signs {
		if !strings.Contains(source.String(), s.piece) {
			t.Errorf("no line of memberlist has %q any more", s.piece)
		}
	}
	for _, a := range answers[:4] { // the others come of Go and of the system
		if piece := strings.TrimPrefix(a.piece, "remote error: "); !strings.Contains(source.String(), piece) {
			t.Errorf("no error of memberlist has %q any more", piece)
		}
	}
	if !strings.Contains(source.String(), `"[INFO] memberlist: Suspect %s has failed, no acks received"`) {
		t.Error("suspects are told in another way")
	}
}

func TestLinesAreCountedAndTheLastKept(t *testing.T) {
	var doubted []string
	l := &lines{doubt: func(full string) { doubted = append(doubted, full) }}
	for i := range 100 {
		fmt.Fprintf(l, "[DEBUG] memberlist: Stream connection %d\n", i)
		fmt.Fprintf(l, "[ERR] memberlist: Decrypt packet failed: no installed keys could decrypt the message from=%d\n", i)
	}
	fmt.Fprintf(l, "[INFO] memberlist: Suspect shop-1#7 has failed, no acks received\n")
	fmt.Fprintf(l, "[WARN] memberlist: %s\n", strings.Repeat("x", 10000))
	counts, last := l.read()
	if counts[troubleKey] != 100 || counts[troubleSuspect] != 1 || counts[troubleOther] != 1 || len(last) != keepLines || len(last[keepLines-1]) > lineBytes {
		t.Error(counts, len(last))
	}
	if len(doubted) != 1 || doubted[0] != "shop-1#7" {
		t.Error(doubted)
	}
}
