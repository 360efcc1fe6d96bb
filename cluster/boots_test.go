// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/gossip/record"
)

var bootsNow = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func bootAt(ago time.Duration) uint64 { return uint64(bootsNow.Add(-ago).UnixMilli()) } //nolint:gosec // not negative

func TestBootsAreCountedWhileTheyAreYoungAndNoBootTwice(t *testing.T) {
	b := newBoots(bootAt(0), []uint64{bootAt(2 * time.Minute), bootAt(12 * time.Minute)}, bootsNow)
	for _, heard := range []uint64{bootAt(time.Minute), bootAt(time.Minute), bootAt(9 * time.Minute), bootAt(11 * time.Minute), bootAt(0), bootAt(-time.Minute), 1<<63 + 5, 0} {
		b.hear(bootsNow, heard)
	}
	if got := b.count(bootsNow); got != 4 {
		t.Errorf("%d of %v", got, b.begun)
	}
	if got := b.count(bootsNow.Add(5 * time.Minute)); got != 3 {
		t.Errorf("five minutes later %d", got)
	}
	if got := b.count(bootsNow.Add(time.Hour)); got != 1 {
		t.Errorf("an hour later %d: this one is one", got)
	}
	for ago := range 600 {
		b.hear(bootsNow, bootAt(time.Duration(ago)*time.Second))
	}
	if got := b.count(bootsNow); got != mostBoots {
		t.Errorf("%d are kept", got)
	}
}

func TestABootTravelsOnlyUnderItsOwnKey(t *testing.T) {
	body := binary.AppendUvarint(nil, 130)
	if boot, err := bootOf(record.Record{Key: "boot/2", Body: body}); err != nil || boot != 130 {
		t.Errorf("%d, %v", boot, err)
	}
	for _, r := range []record.Record{
		{Key: "boot/3", Body: body},
		{Key: "boot/2", Body: append(body, 0)},
		{Key: "boot/0"},
		{Key: "boot/2", Body: []byte{0x82}},
		{Key: bootKey(1 << 60), Body: binary.AppendUvarint(nil, 1<<60)},
	} {
		if boot, err := bootOf(r); err == nil {
			t.Errorf("%q with % x is boot %d", r.Key, r.Body, boot)
		}
	}
}
