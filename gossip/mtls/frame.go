// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
)

const (
	magic     = "FBG1"
	unwelcome = 0
	welcome   = 1
	frameHead = 4
	readAhead = 4 << 10
)

// kind is what a connection is for.
type kind byte

const (
	packets kind = 'P'
	stream  kind = 'S'
)

var errHello = errors.New("it does not say in words of this version what the connection is for; both nodes need the same version")

// hello is what the dialler says first.
func hello(k kind, advertise netip.AddrPort) []byte {
	text := advertise.String()
	b := append([]byte(magic), byte(k), byte(len(text)))
	return append(b, text...)
}

// readHello reads what hello wrote, and not a byte more.
func readHello(r io.Reader) (kind, netip.AddrPort, error) {
	var head [len(magic) + 2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, netip.AddrPort{}, err
	}
	k := kind(head[len(magic)])
	if string(head[:len(magic)]) != magic || k != packets && k != stream {
		return 0, netip.AddrPort{}, errHello
	}
	text := make([]byte, head[len(magic)+1])
	if _, err := io.ReadFull(r, text); err != nil {
		return 0, netip.AddrPort{}, err
	}
	at, err := netip.ParseAddrPort(string(text))
	if err != nil || at.Port() == 0 || at.String() != string(text) {
		return 0, netip.AddrPort{}, fmt.Errorf("it says it were at %q, which is no address: %w", text, errHello)
	}
	return k, at, nil
}

// errFrame is what a packet of an impossible length is.
var errFrame = errors.New("a packet has an impossible length")

// putFrame writes one packet, of up to MaxFrame bytes. One of none is a question: who reads it answers with one byte.
func putFrame(w *bufio.Writer, b []byte) error {
	var head [frameHead]byte
	binary.BigEndian.PutUint32(head[:], uint32(len(b)))
	if _, err := w.Write(head[:]); err != nil {
		return err
	}
	_, err := w.Write(b)
	return err
}

// readFrame reads one packet into memory of its own. io.EOF is an end between two packets; one in the middle is io.ErrUnexpectedEOF.
func readFrame(r *bufio.Reader) ([]byte, error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > MaxFrame {
		return nil, fmt.Errorf("%w: %d bytes (accepted: 0 to %d)", errFrame, n, MaxFrame)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return b, nil
}
