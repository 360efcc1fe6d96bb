// SPDX-License-Identifier: Apache-2.0

package record_test

import (
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/gossip/record"
)

func ExampleNewStore() {
	now := fuseboard.Instant(0)
	a, b := record.NewStore(record.Limits{}), record.NewStore(record.Limits{})

	// Node a writes. Its epoch is its wall clock at boot.
	a.Boot("a", uint64(time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC).UnixMilli()))
	a.Put(now, record.Record{Owner: "a", Key: "payments", Kind: record.Counter, Version: a.Own("a"), Body: []byte("12 of 40 failed")})

	// Node b sends its digest, and a answers with what b may miss.
	theirs, err := record.DecodeDigest(b.Digest().Append(nil))
	if err != nil {
		fmt.Println(err)
		return
	}
	packet := record.Append(nil, a.Differing(theirs)...)

	rs, err := record.Each(packet)
	if err != nil {
		fmt.Println(err) // count it: errors.Is(err, record.ErrNewer) is an upgrade, the rest corruption
		return
	}
	for r := range rs {
		change, verdict := b.Put(now, r)
		fmt.Printf("%s: %s/%s says %q\n", verdict, r.Owner, r.Key, change.Record.Body)
	}
	fmt.Println("equal:", a.Digest() == b.Digest())
	// Output:
	// new: a/payments says "12 of 40 failed"
	// equal: true
}

func ExampleNewQueue() {
	now := fuseboard.Instant(0)
	store, queue := record.NewStore(record.Limits{}), record.NewQueue(record.Limits{})
	queue.SetMembers(20)

	// What is new here is sent on; a repetition ends here.
	in := record.Record{Owner: "b", Key: "payments", Kind: record.Transition, Version: record.Version{Epoch: 1, Seq: 4}, Body: []byte("open")}
	for range 2 {
		change, verdict := store.Put(now, in)
		if change.Moved {
			queue.Push(now, change.Record)
		}
		fmt.Println(verdict, queue.Len())
	}

	sent := 0
	for queue.Take(now, 1150) != nil {
		sent++
	}
	fmt.Println("sent", sent, "times")
	// Output:
	// new 1
	// same 1
	// sent 16 times
}
