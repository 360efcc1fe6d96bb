// SPDX-License-Identifier: Apache-2.0

package httpclient

import (
	"fmt"
	"io"
	"net/http"
)

// upgraded is the body of a connection that speaks another protocol: both ways.
type upgraded struct {
	io.ReadCloser
	io.Writer
}

// bothWays returns outer, with the other direction of inner where that has one: the
// body of a 101 is written to as well.
func bothWays(outer, inner io.ReadCloser) io.ReadCloser {
	if w, both := inner.(io.Writer); both {
		return &upgraded{ReadCloser: outer, Writer: w}
	}
	return outer
}

// CloseWrite ends the caller's direction alone, where the connection can: a proxy
// passes on so that one side has finished.
func (u *upgraded) CloseWrite() error {
	if w, can := u.Writer.(interface{ CloseWrite() error }); can {
		return w.CloseWrite()
	}
	return fmt.Errorf("CloseWrite: %w", http.ErrNotSupported)
}
