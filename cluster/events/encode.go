// SPDX-License-Identifier: Apache-2.0

package events

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// format is the first byte of an event, and the only format that is read.
const format = 1

// Append appends the encoding of an event, at most [MostBytes]. The error lists everything wrong with
// it, as [fuseboard.Problems]; then dst is returned as it was. Damage on the way is not found here: that is
// for who carries the bytes.
func Append(dst []byte, e Event) ([]byte, error) {
	if err := e.Validate().Err(); err != nil {
		return dst, err
	}
	return e.append(dst), nil
}

func (e Event) append(dst []byte) []byte {
	dst = append(dst, format)
	dst = binary.AppendUvarint(dst, e.Boot)
	dst = binary.AppendUvarint(dst, e.Seq)
	dst = binary.AppendUvarint(dst, uint64(e.At.UnixMilli()))
	for _, s := range texts(&e) {
		dst = binary.AppendUvarint(dst, uint64(len(*s)))
		dst = append(dst, *s...)
	}
	return dst
}

// texts are the texts of an event, in the order of the encoding.
func texts(e *Event) [7]*string {
	return [...]*string{&e.Origin, &e.Kind, &e.Dependency, &e.From, &e.To, &e.Cause, &e.Text}
}

// size is how long the encoding is.
func (e Event) size() int {
	n := 1 + width(e.Boot) + width(e.Seq) + width(uint64(e.At.UnixMilli()))
	for _, s := range texts(&e) {
		n += width(uint64(len(*s))) + len(*s)
	}
	return n
}

func width(v uint64) int {
	n := 1
	for v >= 0x80 {
		v >>= 7
		n++
	}
	return n
}

// DecodeError says that bytes are no event.
type DecodeError struct {
	// Newer: they may be an event of a newer program.
	Newer bool
	// Cause is what is wrong.
	Cause error
}

// Error says what is wrong.
func (e *DecodeError) Error() string { return "the bytes are no event: " + e.Cause.Error() }

// Unwrap returns Cause.
func (e *DecodeError) Unwrap() error { return e.Cause }

var (
	errShort    = errors.New("they end too early")
	errTrailing = errors.New("something follows the end")
	errNumber   = errors.New("a number is not in its shortest form, or too large")
	errLong     = fmt.Errorf("they are more than %d", MostBytes)
)

// Decode reads the encoding of an event, and no other bytes. The error is a *[DecodeError].
func Decode(b []byte) (Event, error) {
	switch {
	case len(b) == 0:
		return Event{}, &DecodeError{Cause: errShort}
	case b[0] != format:
		return Event{}, &DecodeError{Newer: b[0] > format, Cause: fmt.Errorf("their format is %d, and this program reads %d", b[0], format)}
	case len(b) > MostBytes:
		return Event{}, &DecodeError{Cause: errLong}
	}
	e, err := decode(b[1:])
	if err == nil {
		err = e.Validate().Err()
	}
	if err != nil {
		return Event{}, &DecodeError{Cause: err}
	}
	return e, nil
}

func decode(b []byte) (e Event, err error) {
	var at uint64
	for _, v := range []*uint64{&e.Boot, &e.Seq, &at} {
		if *v, b, err = number(b); err != nil {
			return Event{}, err
		}
	}
	if at > latest {
		return Event{}, errNumber
	}
	e.At = time.UnixMilli(int64(at)).UTC()
	for _, s := range texts(&e) {
		var n uint64
		if n, b, err = number(b); err != nil {
			return Event{}, err
		}
		if n > uint64(len(b)) {
			return Event{}, errShort
		}
		*s, b = string(b[:n]), b[n:]
	}
	if len(b) > 0 {
		return Event{}, errTrailing
	}
	return e, nil
}

func number(b []byte) (uint64, []byte, error) {
	v, n := binary.Uvarint(b)
	switch {
	case n == 0:
		return 0, nil, errShort
	case n < 0 || n != width(v):
		return 0, nil, errNumber
	}
	return v, b[n:], nil
}
