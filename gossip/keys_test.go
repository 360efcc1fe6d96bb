// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"errors"
	"sync"
	"testing"
)

func TestKeysAreTwoAtMostAndTheFirstStays(t *testing.T) {
	a, b, c := []byte("aaaaaaaaaaaaaaaa"), []byte("bbbbbbbbbbbbbbbb"), []byte("cccccccccccccccc")
	k, err := newKeys([][]byte{a})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct {
		what string
		got  error
		want error
	}{
		{"use one that it does not have", k.use(b), errUnknown},
		{"drop the only one", k.drop(a), errPrimary},
		{"add no key", k.add([]byte("short")), errKey},
		{"add", k.add(b), nil},
		{"add it again", k.add(b), nil},
		{"add a third", k.add(c), errKeys},
		{"use", k.use(b), nil},
		{"drop the one in use", k.drop(b), errPrimary},
		{"drop", k.drop(a), nil},
		{"drop it again", k.drop(a), nil},
		{"add the next", k.add(c), nil},
	} {
		if !errors.Is(s.got, s.want) {
			t.Errorf("%s: %v", s.what, s.got)
		}
	}
	none, err := newKeys(nil)
	if err != nil || !errors.Is(none.add(a), errNoRing) || !errors.Is(none.use(a), errNoRing) || !errors.Is(none.drop(a), errNoRing) {
		t.Error("keys of a node without any")
	}
}

// TestKeysChangeWhileTheyAreRead is for the race detector: memberlist reads the ring as this does.
func TestKeysChangeWhileTheyAreRead(t *testing.T) {
	a, b := []byte("aaaaaaaaaaaaaaaa"), []byte("bbbbbbbbbbbbbbbb")
	k, err := newKeys([][]byte{a})
	if err != nil {
		t.Fatal(err)
	}
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for range 2000 {
				sum := 0
				for _, key := range k.ring.GetKeys() {
					sum += int(key[0])
				}
				if sum == 0 {
					t.Error("no keys")
				}
			}
		})
	}
	for range 200 {
		for _, err := range []error{k.add(b), k.use(b), k.drop(a), k.add(a), k.use(a), k.drop(b)} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	readers.Wait()
}
