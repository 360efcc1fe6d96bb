// SPDX-License-Identifier: Apache-2.0

package upstream

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const letters = "abcdefghijklmnopqrstuvwxyz"

func alphabet(w http.ResponseWriter, r *http.Request) {
	n := number(r.URL.Query().Get("n"), len(letters))
	w.Header().Set("Content-Type", "text/plain")
	if r.URL.Query().Get("length") != "" {
		w.Header().Set("Content-Length", strconv.Itoa(n))
	} else {
		_ = http.NewResponseController(w).Flush() // nobody can count it beforehand
	}
	for n > 0 {
		m, err := io.WriteString(w, letters[:min(n, len(letters))])
		if err != nil {
			return
		}
		n -= m
	}
}

func ranged(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("ETag", `"v1"`)
	http.ServeContent(w, r, "letters.txt", time.Unix(1_700_000_000, 0), strings.NewReader(letters))
}

func compressed(w http.ResponseWriter, r *http.Request) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, strings.Repeat(letters, 100))
	_ = z.Close()
	text := b.Bytes()
	switch r.URL.Query().Get("bad") {
	case "head":
		text[0] ^= 0xff
	case "body":
		text[len(text)-5] ^= 0xff // its checksum
	case "cut":
		text = text[:len(text)/2]
	}
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Set("Content-Type", "text/plain")
	_, _ = w.Write(text)
}

func trailers(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Trailer", "X-Checksum")
	_, _ = io.WriteString(w, letters)
	_ = http.NewResponseController(w).Flush()
	w.Header().Set("X-Checksum", "26 letters")
	w.Header().Set(http.TrailerPrefix+"X-Unannounced", "yes")
}
