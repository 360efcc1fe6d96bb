// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"cmp"
	"fmt"
	"math"
	"time"
)

// Version orders the orders of all operators, whatever their clocks: a hybrid logical
// clock. It is never behind the clock of who signs, and above every version that he has seen.
type Version struct {
	// Millis is wall-clock time, in ms since 1970.
	Millis uint64
	// Counter tells versions of one millisecond apart.
	Counter uint32
}

// Next returns the version of an order that is signed at now by somebody who has seen v.
func (v Version) Next(now time.Time) Version {
	wall := uint64(max(0, now.UnixMilli()))
	switch {
	case wall > v.Millis:
		return Version{Millis: wall}
	case v.Counter == math.MaxUint32:
		return Version{Millis: v.Millis + 1}
	default:
		return Version{Millis: v.Millis, Counter: v.Counter + 1}
	}
}

// Compare is below 0 where v is older than w, above 0 where it is newer.
func (v Version) Compare(w Version) int {
	return cmp.Or(cmp.Compare(v.Millis, w.Millis), cmp.Compare(v.Counter, w.Counter))
}

// Time returns the wall-clock part, in UTC.
func (v Version) Time() time.Time { return instant(v.Millis) }

// String returns milliseconds and counter: "1767225600000.0".
func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Millis, v.Counter) }

// latest is the last millisecond that an order can name: the year 9999.
const latest = 253_402_300_799_999

// instant is the time of a number of milliseconds since 1970.
func instant(millis uint64) time.Time { return time.UnixMilli(int64(min(millis, latest))).UTC() }
