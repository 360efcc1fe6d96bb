// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// MaxCell and MaxBeacon are the most bytes that a cell and a beacon take.
const (
	MaxCell   = 40
	MaxBeacon = 24
)

// ErrMalformed is in every error about bytes that are no cell or beacon of this version.
var ErrMalformed = errors.New("verdict: malformed")

const (
	cellVersion   = 1
	beaconVersion = 1
	step          = 100 * time.Millisecond // of ages
	maxAge        = time.Hour
)

// Append appends the cell to b, at most [MaxCell] bytes. Values outside their range are
// taken as its nearest end; ages are cut to whole steps of 0.1s and to an hour.
func (c Cell) Append(b []byte) []byte {
	b = append(b, cellVersion, byte(c.Phase)|byte(c.Scope)<<2|byte(c.Vote)<<4|bit(c.Open)<<6|bit(c.Suspect)<<7)
	b = append(b, c.ProbeOK, c.ProbeFail)
	b = binary.AppendUvarint(b, steps(c.VoteAge))
	b = binary.AppendUvarint(b, steps(c.ProbeAge))
	b = binary.AppendUvarint(b, uint64(c.Wanted))
	b = binary.AppendUvarint(b, uint64(c.OK))
	return binary.AppendUvarint(b, uint64(c.Fail))
}

// DecodeCell reads what [Cell.Append] wrote, and nothing else: no longer bytes, no other
// version, no value out of range. The error wraps [ErrMalformed].
func DecodeCell(b []byte) (Cell, error) {
	if len(b) < 4 || len(b) > MaxCell || b[0] != cellVersion {
		return Cell{}, fmt.Errorf("%w cell: %d bytes, want 4 to %d, the first %d", ErrMalformed, len(b), MaxCell, cellVersion)
	}
	flags := b[1]
	c := Cell{
		Phase: Phase(flags & 3), Scope: Scope(flags >> 2 & 3), Vote: Vote(flags >> 4 & 3),
		Open: flags>>6&1 == 1, Suspect: flags>>7 == 1, ProbeOK: b[2], ProbeFail: b[3],
	}
	r := reader{rest: b[4:]}
	c.VoteAge = time.Duration(r.next(uint64(maxAge/step))) * step                 //nolint:gosec // bounded
	c.ProbeAge = time.Duration(r.next(uint64(maxAge/step))) * step                //nolint:gosec // bounded
	c.Wanted = uint32(r.next(math.MaxUint32))                                     //nolint:gosec // bounded
	c.OK, c.Fail = uint32(r.next(math.MaxUint32)), uint32(r.next(math.MaxUint32)) //nolint:gosec // bounded
	if r.bad || len(r.rest) != 0 || c.Phase > Ramp || c.Vote > VoteFail {
		return Cell{}, fmt.Errorf("%w cell: % x", ErrMalformed, b)
	}
	return c, nil
}

// Append appends the beacon to b, at most [MaxBeacon] bytes. The uptime is cut to seconds.
func (n Beacon) Append(b []byte) []byte {
	b = append(b, beaconVersion, bit(n.Suspect), n.Boots, n.Health)
	b = binary.AppendUvarint(b, uint64(max(0, n.Uptime)/time.Second)) //nolint:gosec // not negative
	b = binary.AppendUvarint(b, uint64(n.Calls))
	return binary.AppendUvarint(b, uint64(n.Alone))
}

// DecodeBeacon reads what [Beacon.Append] wrote, and nothing else. The error wraps
// [ErrMalformed].
func DecodeBeacon(b []byte) (Beacon, error) {
	if len(b) < 4 || len(b) > MaxBeacon || b[0] != beaconVersion || b[1] > 1 {
		return Beacon{}, fmt.Errorf("%w beacon: %d bytes, want 4 to %d, the first %d", ErrMalformed, len(b), MaxBeacon, beaconVersion)
	}
	n := Beacon{Suspect: b[1] == 1, Boots: b[2], Health: b[3]}
	r := reader{rest: b[4:]}
	n.Uptime = time.Duration(r.next(uint64(math.MaxInt64/time.Second))) * time.Second //nolint:gosec // bounded
	n.Calls = uint16(r.next(math.MaxUint16))                                          //nolint:gosec // bounded
	n.Alone = uint16(r.next(math.MaxUint16))                                          //nolint:gosec // bounded
	if r.bad || len(r.rest) != 0 {
		return Beacon{}, fmt.Errorf("%w beacon: % x", ErrMalformed, b)
	}
	return n, nil
}

// reader takes canonical uvarints off the front of rest.
type reader struct {
	rest []byte
	bad  bool
}

// next returns the next number; one above most, or written longer than needed, is bad.
func (r *reader) next(most uint64) uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || v > most || (n > 1 && r.rest[n-1] == 0) {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func steps(d time.Duration) uint64 { return uint64(clamp(d, 0, maxAge) / step) } //nolint:gosec // clamped

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}
