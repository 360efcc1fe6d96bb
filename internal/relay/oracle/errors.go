// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
)

// sayError tells an error by what callers ask errors for, and by its words. What the
// client's timeout says is left out: net/http has a timer and a deadline for it, with
// words of their own, and either may come first.
func (t *tracked) sayError(name string, err error) {
	if err == nil {
		t.say(name, "none")
		return
	}
	t.say(name, "%s", strings.Join(classes(err), ", "))
	if d := t.scene.client.Timeout; d != soon && d != later {
		t.say(name+" text", "%s", err)
	}
}

// classes lists what an error is, for errors.Is and errors.As.
func classes(err error) (all []string) {
	for _, known := range []struct {
		name string
		err  error
	}{
		{"cancelled", context.Canceled},
		{"deadline exceeded", context.DeadlineExceeded},
		{"os deadline", os.ErrDeadlineExceeded},
		{"EOF", io.EOF},
		{"unexpected EOF", io.ErrUnexpectedEOF},
		{"refused", syscall.ECONNREFUSED},
		{"reset", syscall.ECONNRESET},
		{"the case's own", errOwn},
	} {
		if errors.Is(err, known.err) {
			all = append(all, known.name)
		}
	}
	add := func(is bool, name string) {
		if is {
			all = append(all, name)
		}
	}
	_, is := errors.AsType[*url.Error](err)
	add(is, "url.Error")
	_, is = errors.AsType[*net.OpError](err)
	add(is, "net.OpError")
	_, is = errors.AsType[x509.UnknownAuthorityError](err)
	add(is, "unknown authority")
	_, is = errors.AsType[x509.CertificateInvalidError](err)
	add(is, "certificate invalid")
	_, is = errors.AsType[x509.HostnameError](err)
	add(is, "other host's certificate")
	ne, is := errors.AsType[net.Error](err)
	add(is && ne.Timeout(), "timeout")
	return append(all, "an error")
}

// errOwn is an error that a case brings itself, to be found again.
var errOwn = errors.New("the case's own error")
