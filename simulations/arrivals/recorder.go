// SPDX-License-Identifier: Apache-2.0

package arrivals

import (
	"bufio"
	"container/heap"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

// The bounds of a recording: what world.ReadArrivals reads.
const (
	mostLines = 5_000_000
	mostTime  = 24 * time.Hour
	waiting   = 1 << 16 // lines that wait for earlier ones
)

// Recorder writes the arrivals of one dependency as CSV: a line for each call, with its time since the start, operation, tenant, priority, and how long the dependency
// worked where that is known: where the first attempt was answered well. Safe for concurrent use.
//
// Calls are told when they end, and written in the order in which they arrived: the last 65,536 wait for earlier ones, which takes some 8 MiB. One that took
// longer than all of these has the time of the last line written. A recording ends after 24 hours or 5 million lines, whatever comes first.
type Recorder struct {
	dependency string
	start      time.Time

	mu      sync.Mutex
	text    *csv.Writer
	buffer  *bufio.Writer
	lines   queue
	last    time.Duration
	written int
	left    uint64
	err     error
	closed  bool
}

// NewRecorder returns a recorder of the calls to a dependency (the name of its guard or keyring), which begins now. The line with the names of the
// columns is written at once; its error is that of w. Who calls it closes w, after [Recorder.Close].
func NewRecorder(w io.Writer, dependency string) (*Recorder, error) {
	r := &Recorder{dependency: dependency, start: time.Now(), buffer: bufio.NewWriterSize(w, 1<<16)}
	r.text = csv.NewWriter(r.buffer)
	r.err = errors.Join(r.text.Write([]string{"at", "operation", "tenant", "priority", "latency"}), r.flush())
	return r, r.err
}

// Observe takes a call: give it to actors.Options.Observe, or call it from yours. Calls to other dependencies are ignored. With ObserveEvery or
// ObservePerSecond a part of the arrivals is recorded, and a replay has as much less load. Lines are written on the goroutine of a call, some 1000 at a time: give it a file.
func (r *Recorder) Observe(ctx context.Context, c actors.CallInfo) {
	if c.Dependency != r.dependency {
		return
	}
	a := arrival{at: max(time.Since(r.start)-c.Elapsed, 0), operation: c.Op, latency: -1}
	meta := fuseboard.MetaOf(ctx)
	a.tenant, a.priority = meta.Tenant, meta.Priority
	if c.Attempts == 1 && c.Outcome.Kind == fuseboard.Success {
		a.latency = c.Outcome.Elapsed
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || r.err != nil || a.at > mostTime || r.written+len(r.lines) >= mostLines {
		r.left++
		return
	}
	heap.Push(&r.lines, a)
	if len(r.lines) > waiting {
		r.write()
	}
}

// Lost is how many calls were not recorded: after 24 hours, 5 million lines, an error, or Close.
func (r *Recorder) Lost() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.left
}

// Close writes what still waits and ends the recording. The error is the first of the writer. What is told afterwards is ignored, so the System may still run.
func (r *Recorder) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.lines) > 0 && r.err == nil {
		r.write()
	}
	r.left += uint64(len(r.lines))
	r.lines, r.closed = nil, true
	if r.err == nil {
		r.err = r.flush()
	}
	return r.err
}

// write writes the earliest line that waits. The lock is held.
func (r *Recorder) write() {
	a, _ := heap.Pop(&r.lines).(arrival)
	r.last = max(r.last, a.at)
	latency := ""
	if a.latency >= 0 {
		latency = seconds(a.latency)
	}
	r.written++
	r.err = r.text.Write([]string{seconds(r.last), a.operation, a.tenant, a.priority.String(), latency})
}

func (r *Recorder) flush() error {
	r.text.Flush()
	return errors.Join(r.text.Error(), r.buffer.Flush())
}

// seconds are written to the microsecond.
func seconds(d time.Duration) string {
	return strconv.FormatFloat(math.Round(d.Seconds()*1e6)/1e6, 'f', -1, 64)
}

// arrival is a line that waits.
type arrival struct {
	at                time.Duration
	operation, tenant string
	priority          fuseboard.Priority
	latency           time.Duration
}

// queue gives the earliest first.
type queue []arrival

func (q *queue) Len() int           { return len(*q) }
func (q *queue) Less(i, j int) bool { return (*q)[i].at < (*q)[j].at }
func (q *queue) Swap(i, j int)      { (*q)[i], (*q)[j] = (*q)[j], (*q)[i] }

// Push is for package heap.
func (q *queue) Push(x any) {
	if a, ok := x.(arrival); ok {
		*q = append(*q, a)
	}
}

// Pop is for package heap.
func (q *queue) Pop() any {
	last := len(*q) - 1
	a := (*q)[last]
	*q = (*q)[:last]
	return a
}
