// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// page writes lines of the text format of Prometheus. It holds back a bounded piece,
// so that a page of many megabytes is never in memory. The first error of its writer
// stays; what comes after it is dropped.
type page struct {
	to      io.Writer
	err     error
	buf     []byte
	name    string // of the family, with its prefix
	written int64
}

const piece = 64 << 10

func newPage(to io.Writer) *page { return &page{to: to, buf: make([]byte, 0, piece+4096)} }

// begin begins a family. All its lines follow before the next one begins.
func (p *page) begin(f *family) {
	p.name = prefix + f.name
	p.buf = append(p.buf, "# HELP "...)
	p.buf = append(p.buf, p.name...)
	p.buf = append(p.buf, ' ')
	p.buf = append(p.buf, helpEscapes.Replace(f.help)...)
	p.buf = append(p.buf, "\n# TYPE "...)
	p.buf = append(p.buf, p.name...)
	p.buf = append(p.buf, ' ')
	p.buf = append(p.buf, f.kind...)
	p.end()
}

// series begins a line: the labels of whom it is about, then those of what it counts.
func (p *page) series(suffix, whose, what string) {
	p.buf = append(p.buf, p.name...)
	p.buf = append(p.buf, suffix...)
	p.buf = append(p.buf, '{')
	p.buf = append(p.buf, whose...)
	if what != "" {
		p.buf = append(p.buf, ',')
		p.buf = append(p.buf, what...)
	}
	p.buf = append(p.buf, '}', ' ')
}

func (p *page) end() {
	p.buf = append(p.buf, '\n')
	if len(p.buf) >= piece {
		p.flush()
	}
}

func (p *page) flush() {
	if p.err == nil {
		_, p.err = p.to.Write(p.buf)
	}
	p.written += int64(len(p.buf))
	p.buf = p.buf[:0]
}

func (p *page) count(whose, what string, n uint64) {
	p.series("", whose, what)
	p.buf = strconv.AppendUint(p.buf, n, 10)
	p.end()
}

func (p *page) number(whose, what string, x float64) {
	p.series("", whose, what)
	p.buf = appendNumber(p.buf, x)
	p.end()
}

// either writes 1 where it is, 0 where not.
func (p *page) either(whose, what string, is bool) {
	n := uint64(0)
	if is {
		n = 1
	}
	p.count(whose, what, n)
}

// histogram writes the buckets, the sum and the count.
func (p *page) histogram(whose string, h *actors.Histogram) {
	var at [len(buckets)]uint64
	all := h.Cumulate(buckets[:], at[:])
	for i, n := range at {
		p.series("_bucket", whose, bucketLabels[i])
		p.buf = strconv.AppendUint(p.buf, n, 10)
		p.end()
	}
	p.series("_bucket", whose, `le="+Inf"`)
	p.buf = strconv.AppendUint(p.buf, all, 10)
	p.end()
	p.series("_sum", whose, "")
	p.buf = appendNumber(p.buf, h.Sum().Seconds())
	p.end()
	p.series("_count", whose, "")
	p.buf = strconv.AppendUint(p.buf, all, 10)
	p.end()
}

func appendNumber(b []byte, x float64) []byte {
	if math.IsInf(x, 1) {
		return append(b, "+Inf"...)
	}
	return strconv.AppendFloat(b, x, 'g', -1, 64)
}

// buckets are the bounds that histograms have on the page: those of the usual series
// 1, 2.5, 5 that [actors.HistogramBounds] has too, so that they are exact.
var buckets = [...]time.Duration{
	100 * time.Microsecond, 250 * time.Microsecond, 500 * time.Microsecond,
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond,
	10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second, 25 * time.Second,
}

var bucketLabels = labelsOfBuckets()

func labelsOfBuckets() (all [len(buckets)]string) {
	for i, b := range buckets {
		all[i] = label("le", strconv.FormatFloat(b.Seconds(), 'g', -1, 64))
	}
	return all
}

var (
	labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	helpEscapes  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
)

// label is one label as a line has it. What is no UTF-8 is replaced: a page with it
// would be refused as a whole.
func label(name, value string) string {
	return name + `="` + labelEscapes.Replace(strings.ToValidUTF8(value, "\uFFFD")) + `"`
}
