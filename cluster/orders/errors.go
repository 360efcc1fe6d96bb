// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// Reason is why an order is refused. In JSON, text and messages it is its word.
type Reason uint8

// The reasons.
const (
	// Malformed: the bytes are no order.
	Malformed Reason = iota
	// OtherFormat: the bytes may be an order of a newer program.
	OtherFormat
	// UnknownKey: nobody trusts the key.
	UnknownKey
	// BadSignature: the key is trusted, and did not sign this.
	BadSignature
	// OtherFleet: it is for another fleet.
	OtherFleet
	// TooFarAhead: its time is more than [Ahead] before this node's clock. The one that
	// passes by itself: the same order may be taken later.
	TooFarAhead
	// Expired: its time is over.
	Expired
	// Full: the book holds [MostOrders], all of them newer.
	Full
	reasons
)

var reasonWords = []string{"malformed", "other-format", "unknown-key", "bad-signature", "other-fleet", "too-far-ahead", "expired", "full"}

// String returns the reason's word, or "unknown".
func (r Reason) String() string { return plain.WordAt(reasonWords, int(r)) }

// MarshalText returns the reason's word; it is an error when there is none.
func (r Reason) MarshalText() ([]byte, error) {
	return plain.MarshalWord("reason", reasonWords, int(r))
}

// RefusedError says that an order was not obeyed, and why.
type RefusedError struct {
	// Reason is why.
	Reason Reason
	// Key is whose signature the order claims to have; zero where it is no order.
	Key Key
	// Cause says more of the reasons Malformed and OtherFormat; nil for the others.
	Cause error
	// Fleet is the order's, Ours that of who refused, both where the reason is OtherFleet.
	Fleet, Ours string
	// Time is when the order ended (Expired), or the time that it claims (TooFarAhead), Now what the clock of who refused said.
	Time, Now time.Time
}

// Error says what was refused, why, and what to do.
func (e *RefusedError) Error() string {
	switch e.Reason {
	case Malformed:
		return fmt.Sprintf("the bytes are no order: %v; send the order again as it was signed [%s]", e.Cause, e.Reason)
	case OtherFormat:
		return fmt.Sprintf("the order cannot be read: %v; use one release for signing and for the nodes [%s]", e.Cause, e.Reason)
	case UnknownKey:
		return fmt.Sprintf("the order is signed by key %s, which nobody here trusts; add the operator's public key to the nodes, or sign with a key that is there [%s]", e.Key, e.Reason)
	case BadSignature:
		return fmt.Sprintf("the order is not what key %s signed; it was changed on its way, or somebody forges orders: sign it again [%s]", e.Key, e.Reason)
	case OtherFleet:
		return fmt.Sprintf("the order is for fleet %q, and this is %q; sign one for this fleet [%s]", e.Fleet, e.Ours, e.Reason)
	case TooFarAhead:
		return fmt.Sprintf("the order is of %s, %s ahead of this node's clock (accepted: %s ahead); set the clocks right, and send it again [%s]",
			e.Time.Format(time.RFC3339), plain.Duration(e.Time.Sub(e.Now).Round(time.Second)), plain.Duration(Ahead), e.Reason)
	case Expired:
		return fmt.Sprintf("the order ended at %s, %s ago; sign a new one [%s]",
			e.Time.Format(time.RFC3339), plain.Duration(e.Now.Sub(e.Time).Round(time.Second)), e.Reason)
	case Full:
		return fmt.Sprintf("the book holds %d orders, and all are newer; sign the order again, and give orders for all dependencies where that is meant [%s]", MostOrders, e.Reason)
	default:
		return "the order is refused"
	}
}

// Unwrap returns Cause.
func (e *RefusedError) Unwrap() error { return e.Cause }
