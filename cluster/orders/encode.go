// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"time"
)

// format is the first byte of a signed order, and the only format that is read.
const format = 1

// appendOrder appends the canonical bytes of an order: one order has one encoding, so a
// signature that holds for the bytes holds for the order.
func appendOrder(dst []byte, o Order) []byte {
	dst = appendText(dst, o.Fleet)
	dst = appendText(dst, o.Dependency)
	dst = append(dst, byte(o.Verb), byte(o.Of))
	dst = binary.AppendUvarint(dst, uint64(len(o.Policy)))
	for _, path := range slices.Sorted(maps.Keys(o.Policy)) {
		dst = appendText(dst, path)
		dst = appendText(dst, o.Policy[path])
	}
	dst = appendText(dst, o.Author)
	dst = appendText(dst, o.Reason)
	dst = appendTime(dst, o.Issued)
	dst = appendTime(dst, o.Expires)
	dst = binary.AppendUvarint(dst, o.Version.Millis)
	return binary.AppendUvarint(dst, uint64(o.Version.Counter))
}

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// appendTime writes no time at all as 0, and others one higher.
func appendTime(dst []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(dst, 0)
	}
	return binary.AppendUvarint(dst, uint64(t.UnixMilli())+1)
}

var (
	errShort     = errors.New("it ends too early")
	errTrailing  = errors.New("something follows its end")
	errNumber    = errors.New("a number is not in its shortest form, or too large")
	errUnordered = errors.New("its fields are not in order")
)

// reader takes an order apart. After an error it gives zero values.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.rest = nil
}

func (r *reader) octet() byte {
	if len(r.rest) == 0 {
		r.fail(errShort)
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *reader) number(most uint64) uint64 {
	v, n := binary.Uvarint(r.rest)
	switch {
	case n == 0:
		r.fail(errShort)
	case n < 0 || v > most || n > 1 && r.rest[n-1] == 0:
		r.fail(errNumber)
	default:
		r.rest = r.rest[n:]
		return v
	}
	return 0
}

func (r *reader) text() string {
	n := r.number(MostBytes)
	if n > uint64(len(r.rest)) {
		r.fail(errShort)
		return ""
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}

func (r *reader) time() time.Time {
	v := r.number(latest + 1)
	if v == 0 {
		return time.Time{}
	}
	return instant(v - 1)
}

func (r *reader) values() map[string]string {
	n := r.number(MostValues)
	if n == 0 {
		return nil
	}
	values := make(map[string]string, n)
	last := ""
	for i := range n {
		path, value := r.text(), r.text()
		if r.err != nil {
			return nil
		}
		if i > 0 && path <= last {
			r.fail(errUnordered)
			return nil
		}
		values[path], last = value, path
	}
	return values
}

// readOrder reads the canonical bytes of an order, and refuses all others.
func readOrder(b []byte) (Order, error) {
	r := reader{rest: b}
	o := Order{Fleet: r.text(), Dependency: r.text(), Verb: Verb(r.octet()), Of: Slot(r.octet())}
	o.Policy = r.values()
	o.Author, o.Reason = r.text(), r.text()
	o.Issued, o.Expires = r.time(), r.time()
	o.Version.Millis = r.number(latest)
	o.Version.Counter = uint32(r.number(1<<32 - 1))
	if r.err == nil && len(r.rest) > 0 {
		r.err = errTrailing
	}
	return o, r.err
}
