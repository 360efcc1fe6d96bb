// SPDX-License-Identifier: Apache-2.0

package relay

import "time"

// Fault is what one connection suffers. The zero Fault passes everything on
// unharmed. Fields may be combined, Refuse and Swallow excepted: they need no upstream,
// so nothing else applies to them.
//
// The head is what comes before the first blank line on the connection, an interim
// answer (1xx) included; all after that is body, the answers to later requests on the
// same connection too. To harm the nth request, give it a connection of its own.
type Fault struct {
	// Refuse resets the connection at the client's first byte, and the upstream hears
	// nothing of it. A client sees a reset, not "connection refused": for that see
	// [Relay.Down]. A connection suffers the same where the upstream cannot be dialled.
	Refuse bool
	// Swallow reads all the client sends and answers nothing, for ever: the socket of a
	// peer that is gone without a word. The upstream is not dialled.
	Swallow bool
	// Delay is how long the first byte of the answer is held back. Default: not at all.
	Delay time.Duration
	// HeadEvery is how long each byte of the response's head, up to the blank line, is
	// held back. Default: not at all.
	HeadEvery time.Duration
	// BodyEvery is the same for each byte after the blank line.
	BodyEvery time.Duration
	// Rate bounds each way, in bytes per second. Default: no bound. Where it is set it
	// replaces HeadEvery and BodyEvery.
	Rate int
	// Corrupt lists places in the body, from 0, of bytes that arrive inverted.
	Corrupt []int64
	// End is how the answer ends before its time. Default: it does not.
	End Ending
	// At is how many bytes of the body are passed on before End. With 0 it ends
	// right after the head, in the middle of a chunk with a place that lies there.
	At int64
	// Raw has Corrupt and At count from the first byte of the answer: for TLS and HTTP/2,
	// where there is no blank line to be found, and to end inside a head.
	Raw bool
}

// Ending is how an answer ends before its time.
type Ending uint8

const (
	// Flow ends when the upstream does: no fault.
	Flow Ending = iota
	// Reset breaks the connection (RST) on both sides.
	Reset
	// Cut closes it in order (FIN) on both sides, as a process does that exits.
	Cut
	// Stall sends nothing more, and keeps it open until the client leaves.
	Stall
)

// end returns how many bytes of the body may still pass before the answer ends, if it does.
func (f Fault) end(body int64) (rest int64, ends bool) {
	if f.End == Flow {
		return 0, false
	}
	return f.At - body, true
}
