// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
)

var carried = fuseboard.Meta{Priority: fuseboard.High, Tenant: "acme", Request: "r-1", Chain: []string{"checkout"}}

func told(ctx context.Context) string {
	m := fuseboard.MetaOf(ctx)
	return fmt.Sprint(m.Priority, m.Tenant, m.Request, strings.HasPrefix(strings.Join(m.Chain, ","), "checkout"))
}

// From one guard to the next, whichever way the request goes.
func TestMetaCrossesMessagesBetweenGuards(t *testing.T) {
	for way, send := range waysIn {
		t.Run(way, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBottleneck(t, Policy{Bulkhead: narrow})
				var got []string
				end, err := Spawn(b.sys, "end", func(ctx context.Context, n int) (int, error) {
					got = append(got, told(ctx))
					return n, nil
				}, Policy{Bulkhead: narrow})
				if err != nil {
					t.Fatal(err)
				}
				_, _ = b.keyed.Call(t.Context(), "acme", 1) // its guard is there
				b.next = func(ctx context.Context, n int) {
					_, _ = end.Call(ctx, n)
					_, _ = end.Ask(ctx, n).Wait(ctx)
					ctx = context.WithoutCancel(ctx) // it goes on when this handler has returned
					_ = end.Tell(ctx, n)
					b.sys.root.Send(b.client, func(a actor.Context) { a.Request(end.PID(), end.Message(ctx, n)) })
				}
				send(b, fuseboard.WithMeta(context.Background(), carried), 1)
				synctest.Wait()
				want := told(fuseboard.WithMeta(context.Background(), carried))
				if len(got) != 4 {
					t.Fatalf("%d of 4 arrived", len(got))
				}
				for _, g := range got {
					if g != want {
						t.Errorf("it arrived as %s, want %s", g, want)
					}
				}
			})
		})
	}
}

// Through an actor that is there already, and on to a guard behind it.
func TestMetaCrossesAForwardedMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		var headers fuseboard.Meta
		to := existing(t, sys, func(c actor.Context) {
			headers = MessageMeta(c.MessageHeader())
			c.Respond(len(fuseboard.MetaOf(fuseboard.WithMeta(context.Background(), headers)).Chain))
		})
		r := spawn(t, sys, Policy{}, Forward[string, int](sys, to))
		m := carried
		m.Attempt = 2
		if n, err := r.Call(fuseboard.WithMeta(t.Context(), m), "x"); n < 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if headers.Priority != m.Priority || headers.Tenant != m.Tenant || headers.Request != m.Request || headers.Attempt < 1 || headers.Chain[0] != "checkout" {
			t.Errorf("it arrived as %+v", headers)
		}
		direct := Forward[string, int](sys, to)
		if _, err := direct(t.Context(), "x"); err != nil || !reflect.DeepEqual(headers, fuseboard.Meta{}) {
			t.Errorf("nothing arrived as %+v, %v", headers, err)
		}
	})
}

func TestMessageMetaReadsWhatWasWritten(t *testing.T) {
	long := strings.Split(strings.Repeat("hop,", 19)+"last", ",")
	for _, c := range []struct{ meta, want fuseboard.Meta }{
		{fuseboard.Meta{}, fuseboard.Meta{}},
		{carried, carried},
		{fuseboard.Meta{Priority: fuseboard.Sheddable, Attempt: 3}, fuseboard.Meta{Priority: fuseboard.Sheddable, Attempt: 3}},
		{fuseboard.Meta{Tenant: "a\xff", Request: "é"}, fuseboard.Meta{Request: "é"}},
		{fuseboard.Meta{Chain: long}, fuseboard.Meta{Chain: long[4:]}},
	} {
		envelope := actor.MessageEnvelope{Header: metaHeader(fuseboard.WithMeta(context.Background(), c.meta))}
		if got := MessageMeta(envelope.Header); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v is read as %+v", c.meta, got)
		}
	}
	odd := actor.MessageEnvelope{Header: map[string]string{metaPriority: "urgent", metaAttempt: "-1", metaChain: ""}}
	if got := MessageMeta(odd.Header); !reflect.DeepEqual(got, fuseboard.Meta{}) {
		t.Errorf("nonsense is read as %+v", got)
	}
	if got := MessageMeta(nil); !reflect.DeepEqual(got, fuseboard.Meta{}) {
		t.Errorf("no header is read as %+v", got)
	}
}

func TestAllocNoMetaMakesNoHeader(t *testing.T) {
	ctx := t.Context()
	if n := testing.AllocsPerRun(100, func() { metaHeader(ctx) }); n != 0 {
		t.Errorf("it allocates %v times", n)
	}
}
