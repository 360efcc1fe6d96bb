// SPDX-License-Identifier: Apache-2.0

package bubble

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"
)

const (
	childEnv       = "FUSEBOARD_BUBBLE_CHILD" // the name of the work: who has it is a child
	defaultSilence = time.Minute
)

// Crew runs jobs in children: this very program, run again with GOMAXPROCS=1, which is
// faster for bubbles than more, and can be killed. The program calls [Serve] first in
// main. A child does one job after the other until one fails in it.
type Crew struct {
	// Work names what is done, as [Serve] has it.
	Work string
	// Children is how many run at once. 0 means one for each processor.
	Children int
	// Silence is for how long (real time) a child may say nothing while it has a job. Then it
	// is killed, and the stacks of its goroutines are in the error. 0 means one minute.
	Silence time.Duration
	// Hear gets what the works say, by the index of the job; nil hears nothing. It is called from one
	// goroutine at a time; who is slow in it holds up all children.
	Hear func(job int, line json.RawMessage)
}

// Reason says how a job failed in its child.
type Reason string

// The reasons. Panicked: a goroutine of the child panicked, or the Go runtime ended the
// process. Silent: it said nothing for too long, and was killed. Ended: the process ended before it
// had answered. Failed: the work returned an error.
const (
	Panicked Reason = "panicked"
	Silent   Reason = "silent"
	Ended    Reason = "ended"
	Failed   Reason = "failed"
)

// ChildError says how a job failed. It cost no other job.
type ChildError struct {
	// Job is the index of the job.
	Job int
	// Reason is how it failed.
	Reason Reason
	// Text is what the work returned, or what is known of the child's end: its stacks, or the end of
	// what it printed. At most 64 KiB, of several lines.
	Text string
}

// Error names the job and returns the text, which has several lines.
func (e *ChildError) Error() string {
	return fmt.Sprintf("bubble: job %d %s: %s", e.Job, e.Reason, e.Text)
}

// Run gives each job to one child and returns when all are answered and all children
// have ended. The errors of jobs that failed are in the order of the jobs; a
// job that fails disturbs no other.
//
// The end of ctx kills all children at once; then err is ctx's, unless all jobs
// had been answered. Other errors: a Crew or a job that makes no sense (nothing is started then), a program that
// can't be run again or doesn't call Serve, and a child that ended badly after its last job, as
// one built with -race does that has seen a race.
//
// Run may be called more than once at a time, though not in a child.
func (c Crew) Run(ctx context.Context, jobs []json.RawMessage) (failed []*ChildError, err error) {
	orders, err := c.check(jobs)
	if err != nil {
		return nil, err
	}
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("bubble: this program can't be run again: %w", err)
	}
	if c.Silence == 0 {
		c.Silence = defaultSilence
	}
	if c.Children == 0 {
		c.Children = runtime.NumCPU()
	}
	s := &shift{Crew: c, exe: exe, orders: orders}
	return s.run(ctx)
}

// check returns the jobs as children read them, or all that is wrong.
func (c Crew) check(jobs []json.RawMessage) (orders [][]byte, err error) {
	var wrong []error
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf("bubble: "+format, args...)) }
	if c.Work == "" {
		complain("Crew.Work is empty: give it a name that Serve has")
	}
	if c.Children < 0 {
		complain("Crew.Children is %d: it must be 0 (one for each processor) or more", c.Children)
	}
	if c.Silence < 0 {
		complain("Crew.Silence is %v: it must be 0 (one minute) or more", c.Silence)
	}
	if _, child := os.LookupEnv(childEnv); child {
		complain("this process is a child of a Crew (%s is set): call bubble.Serve first in main and in TestMain; a child runs no Crew of its own", childEnv)
	}
	for i, job := range jobs {
		line, err := json.Marshal(order{Do: doJob, Job: job})
		if err != nil {
			complain("job %d is no JSON: %w", i, err)
		}
		orders = append(orders, append(line, '\n'))
	}
	return orders, errors.Join(wrong...)
}
