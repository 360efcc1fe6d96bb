// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard/actors"
)

// Charge asks for money.
type Charge struct {
	// Cents is how much.
	Cents int
}

// Receipt says that a charge was made.
type Receipt struct {
	// Cents is how much was charged.
	Cents int
}

// pay stands for the call to a payment service.
func pay(ctx context.Context, c Charge) (Receipt, error) {
	if c.Cents <= 0 {
		return Receipt{}, errors.New("payment service: 422 Unprocessable Entity")
	}
	return Receipt(c), ctx.Err()
}

// Till makes one sale after the other: a charge, then an entry in the ledger.
// It asks both through guards and blocks on neither.
type Till struct {
	charge *actors.Ref[Charge, Receipt]
	book   *actors.Ref[Entry, Booked]
	sales  []int // in cents, still to make
	out    io.Writer
	done   chan struct{}
}

// Receive handles the till's messages, one at a time.
func (t *Till) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		t.next(ctx)
	case actors.Reply[Charge, Receipt]:
		if m.Err != nil {
			t.tell(ctx, m.Err)
			return
		}
		ctx.Request(t.book.PID(), t.book.Message(context.Background(), Entry(m.Value)))
	case actors.Reply[Entry, Booked]:
		if errors.Is(m.Err, actors.ErrOpen) {
			t.tell(ctx, m.Request.Cents, "cents are not booked: the ledger is left alone")
			return
		}
		if m.Err != nil {
			t.tell(ctx, m.Err)
			return
		}
		t.tell(ctx, m.Request.Cents, "cents are line", m.Value.Line, "of the ledger")
	}
}

func (t *Till) next(ctx actor.Context) {
	if len(t.sales) == 0 {
		close(t.done)
		return
	}
	cents := t.sales[0]
	t.sales = t.sales[1:]
	ctx.Request(t.charge.PID(), t.charge.Message(context.Background(), Charge{Cents: cents}))
}

// tell prints how a sale ended, and goes on to the next.
func (t *Till) tell(ctx actor.Context, what ...any) {
	fmt.Fprintln(t.out, what...)
	t.next(ctx)
}
