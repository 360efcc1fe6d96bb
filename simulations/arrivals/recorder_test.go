// SPDX-License-Identifier: Apache-2.0

package arrivals_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/simulations/arrivals"
	"github.com/fuseboard/fuseboard/simulations/world"
)

// recording is a recorder and what it writes.
type recording struct {
	*arrivals.Recorder
	file *strings.Builder
}

func record(t *testing.T) recording {
	t.Helper()
	file := &strings.Builder{}
	r, err := arrivals.NewRecorder(file, "payments")
	if err != nil {
		t.Fatal(err)
	}
	return recording{r, file}
}

// read ends the recording and reads it as a simulation does.
func (r recording) read(t *testing.T) []world.Arrival {
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	got, problems := world.ReadArrivals(strings.NewReader(r.file.String()))
	if err := problems.Err(); err != nil {
		t.Fatal(err, "\n", r.file.String())
	}
	return got
}

func TestWhatIsRecordedIsReadBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := record(t)
		sys, err := actors.Start(actors.Options{Observe: r.Observe, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"payments", "stock"} {
			guard, err := actors.Protect(sys, name, actors.Policy{Retry: actors.Retry{Attempts: 2}})
			if err != nil {
				t.Fatal(err)
			}
			charge, err := actors.Bind(guard, "charge", work, actors.With[int, string]{Safe: actors.Always[int]})
			if err != nil {
				t.Fatal(err)
			}
			ctx := fuseboard.WithMeta(t.Context(), fuseboard.Meta{Tenant: `a "quoted", tenant`, Priority: fuseboard.High})
			_, _ = charge.Call(ctx, 250)
			_, _ = charge.Call(t.Context(), 0) // fails, twice
		}
		if err := sys.Shutdown(context.Background()); err != nil {
			t.Fatal(err)
		}
		got := r.read(t)
		if len(got) != 2 || got[0] != (world.Arrival{Operation: "charge", Tenant: `a "quoted", tenant`, Priority: fuseboard.High, Latency: 250 * time.Millisecond}) {
			t.Fatalf("%+v", got)
		}
		if second := got[1]; second.At != 250*time.Millisecond || second.Latency >= 0 || second.Tenant != "" {
			t.Errorf("%+v", second)
		}
	})
}

// work takes so many milliseconds; none are a failure.
func work(_ context.Context, ms int) (string, error) {
	time.Sleep(time.Duration(ms) * time.Millisecond)
	if ms == 0 {
		return "", errors.New("sorry")
	}
	return "done", nil
}

// call tells the recorder of a call that ends now.
func (r recording) call(took time.Duration) {
	r.Observe(context.Background(), actors.CallInfo{Dependency: "payments", Op: "charge", Elapsed: took})
}

func TestLinesAreInTheOrderOfArrivalWhateverEndsFirst(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		calls := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) [2]time.Duration {
			at := time.Duration(rapid.IntRange(0, 5_000_000).Draw(rt, "at")) * time.Microsecond
			return [2]time.Duration{at, at + time.Duration(rapid.IntRange(0, 5_000_000).Draw(rt, "takes"))*time.Microsecond}
		}), 0, 50).Draw(rt, "calls")
		var got, want []time.Duration
		synctest.Test(t, func(t *testing.T) {
			r := record(t)
			base := time.Now()
			slices.SortFunc(calls, func(a, b [2]time.Duration) int { return int(a[1] - b[1]) })
			for _, c := range calls {
				time.Sleep(c[1] - time.Since(base))
				r.call(c[1] - c[0])
				want = append(want, c[0])
			}
			slices.Sort(want)
			for _, a := range r.read(t) {
				got = append(got, a.At.Round(time.Microsecond))
			}
		})
		if !slices.Equal(got, want) {
			rt.Fatalf("recorded %v\nof       %v", got, want)
		}
	})
}

func TestACallFromBeforeTheRecordingIsOfItsBeginning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := record(t)
		r.call(time.Hour)
		if got := r.read(t); len(got) != 1 || got[0].At != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestOneThatIsTooLateKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := record(t)
		const most = 1 << 16
		for range most + 10 {
			time.Sleep(time.Millisecond)
			r.call(0)
		}
		if !strings.Contains(r.file.String(), "at,operation") {
			t.Error("there is no line yet")
		}
		r.call(time.Hour) // arrived before those that are written
		got := r.read(t)
		if len(got) != most+11 || got[10].At != 10*time.Millisecond || got[9].At != 10*time.Millisecond {
			t.Errorf("%d lines, the last of those written and the late one: %v and %v", len(got), got[9].At, got[10].At)
		}
	})
}

func TestARecordingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := record(t)
		time.Sleep(24 * time.Hour)
		r.call(0)
		time.Sleep(time.Millisecond)
		r.call(0)
		if got := r.read(t); len(got) != 1 || r.Lost() != 1 {
			t.Errorf("%d lines, %d lost", len(got), r.Lost())
		}
		r.call(0)
		if r.Lost() != 2 {
			t.Errorf("%d lost after Close", r.Lost())
		}
	})
}

func TestManyGoroutinesLoseNothing(t *testing.T) {
	r := record(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 500 {
				r.call(0)
			}
		})
	}
	all.Wait()
	if got := r.read(t); len(got) != 4000 || r.Lost() != 0 {
		t.Errorf("%d lines, %d lost", len(got), r.Lost())
	}
}

// full takes so many bytes.
type full struct{ left int }

var errFull = errors.New("disk full")

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestAWriterThatFailsHarmsNoCallAndIsToldAtTheEnd(t *testing.T) {
	if _, err := arrivals.NewRecorder(&full{10}, "payments"); !errors.Is(err, errFull) {
		t.Errorf("at the beginning: %v", err)
	}
	r, err := arrivals.NewRecorder(&full{100}, "payments")
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		r.Observe(t.Context(), actors.CallInfo{Dependency: "payments", Op: fmt.Sprint("charge", 1000)})
	}
	if err := r.Close(); !errors.Is(err, errFull) {
		t.Errorf("at the end: %v", err)
	}
	r.Observe(t.Context(), actors.CallInfo{Dependency: "payments"})
	if r.Lost() == 0 {
		t.Error("nothing is said to be lost")
	}
}
