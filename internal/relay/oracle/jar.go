// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"bytes"
	"net/http"
	"net/http/cookiejar"
)

func newJar() http.CookieJar {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // it has no reason to
	}
	return jar
}

func make3000() []byte { return bytes.Repeat([]byte("x"), 3000) }
