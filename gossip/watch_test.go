// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/gossip/record"
)

func changed(key string, seq uint64) Change {
	return Change{What: RecordChanged, Record: record.Record{Owner: "a", Key: key, Version: record.Version{Seq: seq}}}
}

func TestASlowWatcherGetsTheNewestOfEachThing(t *testing.T) {
	m := mail{watchers: map[*Watcher]struct{}{}}
	w := m.watch()
	for i := range uint64(10) {
		m.tell(changed("payments", i))
		m.tell(changed("stock", 2*i))
	}
	changes, err := w.Next(context.Background())
	if err != nil || len(changes) != 2 {
		t.Fatal(changes, err)
	}
	for i, c := range changes {
		if c.Merged != 9 || c.Record.Version.Seq != uint64(i+1)*9 {
			t.Errorf("%+v", c)
		}
	}
}

func TestAWatcherThatMissesMuchIsTold(t *testing.T) {
	m := mail{watchers: map[*Watcher]struct{}{}}
	w := m.watch()
	for i := range mostPending + 10 {
		m.tell(changed(fmt.Sprint(i), 1))
	}
	changes, err := w.Next(context.Background())
	if err != nil || changes[0].What != Missed || len(changes) > 11 {
		t.Fatal(len(changes), err)
	}
}

func TestAWatcherWaitsAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := mail{watchers: map[*Watcher]struct{}{}}
		w := m.watch()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if _, err := w.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		time.AfterFunc(time.Second, func() { m.tell(changed("payments", 1)) })
		if changes, err := w.Next(context.Background()); err != nil || len(changes) != 1 {
			t.Error(changes, err)
		}
		time.AfterFunc(time.Second, func() { m.tell(changed("payments", 2)); m.close() })
		if changes, err := w.Next(context.Background()); err != nil || len(changes) != 1 {
			t.Error("what came before the end is lost:", changes, err)
		}
		for range 2 {
			if _, err := w.Next(context.Background()); !errors.Is(err, ErrClosed) {
				t.Error(err)
			}
		}
		if _, err := m.watch().Next(context.Background()); !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	})
}
