// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"context"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/fuseboard/fuseboard"
)

// classifySign is what one error says by itself; the higher wins.
type classifySign uint8

const (
	signNone classifySign = iota
	signReset
	signTimeout
	signRefused
	signThrottled
)

var signClasses = [...]fuseboard.Class{
	signNone:      fuseboard.ClassError,
	signReset:     fuseboard.ClassReset,
	signTimeout:   fuseboard.ClassTimeout,
	signRefused:   fuseboard.ClassRefused,
	signThrottled: fuseboard.ClassThrottled,
}

// Winsock's numbers, which the syscall package of Windows reports as they are.
const (
	winsockAborted     = syscall.Errno(10053)
	winsockReset       = syscall.Errno(10054)
	winsockTimedOut    = syscall.Errno(10060)
	winsockConnRefused = syscall.Errno(10061)
)

// signOf looks at err alone, not at what it wraps.
func signOf(err error) classifySign {
	switch e := err.(type) { //nolint:errorlint // this error alone; the caller walks the tree
	case syscall.Errno:
		return signOfErrno(e)
	case *net.DNSError:
		return signRefused
	case *net.OpError:
		if e.Op == "dial" {
			return signRefused
		}
	}
	switch err { //nolint:errorlint // as above
	case context.DeadlineExceeded, os.ErrDeadlineExceeded:
		return signTimeout
	case io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed:
		return signReset
	}
	if t, ok := err.(interface{ Timeout() bool }); ok && t.Timeout() {
		return signTimeout
	}
	return signNone
}

func signOfErrno(e syscall.Errno) classifySign {
	switch e {
	case syscall.ECONNREFUSED, winsockConnRefused:
		return signRefused
	case syscall.ETIMEDOUT, winsockTimedOut:
		return signTimeout
	case syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, syscall.ENETRESET,
		syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENOTCONN, winsockReset, winsockAborted:
		return signReset
	}
	return signNone
}
