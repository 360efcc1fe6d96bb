// SPDX-License-Identifier: Apache-2.0

package httpclient

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
)

// upload is the body of a request on its way, which tells whether it was the body that
// failed: that is the caller's fault and not the dependency's, whatever the error
// looks like.
type upload struct {
	inner  io.ReadCloser
	length int64 // that was promised; 0 and less: none was

	mu     sync.Mutex // the base may read and close at once
	read   int64
	ended  bool
	closed bool
	err    error // of a Read before Close
}

// Read reads on, and notes how it ended.
func (u *upload) Read(p []byte) (int, error) {
	n, err := u.inner.Read(p)
	u.mu.Lock()
	defer u.mu.Unlock()
	u.read += int64(n)
	switch {
	case err == nil || u.closed: // what comes after Close is the closer's doing
	case err == io.EOF:
		u.ended = true
	case u.err == nil:
		u.err = err
	}
	return n, err
}

// Close closes the body.
func (u *upload) Close() error {
	u.mu.Lock()
	u.closed = true
	u.mu.Unlock()
	return u.inner.Close()
}

// broke reports that err is the fault of the request's body: its own error, or that it
// was shorter or longer than promised.
func (u *upload) broke(err error) bool {
	if u == nil || err == nil {
		return false
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.err != nil:
		return errors.Is(err, u.err)
	case u.length <= 0:
		return false
	}
	return u.read > u.length || u.ended && u.read < u.length
}

// watch puts an upload in front of the body of a request, where that can fail.
func watch(req *http.Request) *upload {
	if !mayFail(req) {
		return nil
	}
	u := &upload{inner: req.Body, length: req.ContentLength}
	req.Body = u
	return u
}

// mayFail reports whether reading the request's body can fail.
func mayFail(req *http.Request) bool {
	return req.Body != nil && req.Body != http.NoBody && !inMemory(req.Body, req.ContentLength)
}

// The two types behind io.NopCloser, in which http.NewRequest puts what lies in memory.
var (
	plainCloser  = reflect.TypeOf(io.NopCloser(nil))
	writerCloser = reflect.TypeOf(io.NopCloser(struct {
		io.Reader
		io.WriterTo
	}{}))
)

// inMemory reports whether the body is one that cannot fail: what http.NewRequest makes
// of a string, of bytes or of a buffer. The standard transport knows them as we do, and
// sends them in one piece with the headers.
func inMemory(body io.ReadCloser, length int64) bool {
	if t := reflect.TypeOf(body); t != plainCloser && t != writerCloser {
		return false
	}
	switch r := reflect.ValueOf(body).Field(0).Interface().(type) {
	case *bytes.Reader:
		return int64(r.Len()) == length
	case *bytes.Buffer:
		return int64(r.Len()) == length
	case *strings.Reader:
		return int64(r.Len()) == length
	}
	return false
}
