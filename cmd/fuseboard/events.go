// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard/console/api"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// eventsAnswer is what events says as JSON, eventAnswer one event on a line of its own.
type (
	eventsAnswer struct {
		answer
		api.Events
	}
	eventAnswer struct {
		answer
		Event api.Event `json:"event"`
	}
)

// listening is what events was asked for.
type listening struct {
	at
	format string
	follow bool
	since  time.Duration // 0: all
}

func eventsCommand(s *session) *cobra.Command {
	var l listening
	c := &cobra.Command{
		Use:   "events [flags]",
		Short: "Tell what happened in the fleet, as a running node heard it.",
		Example: `  fuseboard events
  fuseboard events --since 10m -o json
  fuseboard events --follow`,
		Long: `A node keeps the last 1024 events of the fleet in memory. They are in the order
in which it heard them: that of each node, but not of several nodes. Times are
those of the node where it happened. What was lost on the way is told on
standard error.

` + nodeLong,
		Args: takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			if l.follow && l.format == "json" {
				return &usageError{problem: "--follow has no end, and json is one answer; accepted: table, jsonl", of: c}
			}
			node, err := s.reach(c, l.at)
			if err != nil {
				return err
			}
			defer node.Close()
			return s.events(c.Context(), node, l)
		},
	}
	exits(c, exitError, exitUsage, exitNotFound, exitUnauthorised, exitUnreachable)
	l.flags(c)
	c.Flags().BoolVar(&l.follow, "follow", false, "go on with what happens next, until Ctrl-C")
	c.Flags().Var(&read{"DURATION", "", func(text string) (err error) {
		l.since, err = aSpan(text, time.Second, 7*24*time.Hour)
		return err
	}}, "since", "leave out what is older, such as 10m")
	formatFlag(c, &l.format, "table: for people; json: for machines; jsonl: one event a line", "table", "json", "jsonl")
	return c
}

// aSpan reads a duration within bounds.
func aSpan(text string, least, most time.Duration) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return 0, errors.New("not a duration; write it like 90s, 10m or 48h; accepted: " + plain.Duration(least) + " to " + plain.Duration(most))
	case d < least || d > most:
		return 0, errors.New("out of range; accepted: " + plain.Duration(least) + " to " + plain.Duration(most))
	}
	return d, nil
}

// waitForEvents is how long one question waits: shorter than what is between might keep a silent connection.
const waitForEvents = 30 * time.Second

// events tells pages of events until there are no more, or for ever.
func (s *session) events(ctx context.Context, node asked, l listening) error {
	all := eventsAnswer{answer: answerOf("Events")}
	all.Events.Events = []api.Event{}
	var table eventTable
	var q api.EventsQuery
	for {
		page, err := node.Events(ctx, q)
		if err != nil {
			return unanswered(err)
		}
		s.tellGaps(page, q.After != "")
		page.Events = s.recent(page.Events, l.since)
		if err := s.writePage(l.format, page, &all, &table); err != nil {
			return err
		}
		q.After = page.Next
		switch {
		case page.More:
		case l.follow:
			q.Wait = waitForEvents
		case l.format == "json":
			return writeJSON(s.out, all)
		default:
			return nil
		}
	}
}

// writePage tells a page of events, or keeps it for the one document that JSON is.
func (s *session) writePage(format string, page api.Events, all *eventsAnswer, table *eventTable) error {
	switch format {
	case "json":
		all.Lost, all.Name, all.Next = all.Lost+page.Lost, page.Name, page.Next
		all.Events.Events = append(all.Events.Events, page.Events...)
		return nil
	case "jsonl":
		return s.writeLines(page.Events)
	}
	return table.write(s.out, page.Events)
}

// recent are the events that are not too old.
func (s *session) recent(all []api.Event, since time.Duration) []api.Event {
	if since == 0 {
		return all
	}
	young := []api.Event{}
	for _, e := range all {
		if s.now().Sub(e.At) <= since {
			young = append(young, e)
		}
	}
	return young
}

// tellGaps tells of events that are not there.
func (s *session) tellGaps(page api.Events, again bool) {
	if page.Restarted && again {
		fmt.Fprintln(s.errs, "fuseboard: the node has started again: some events may have been told before")
	}
	if page.Lost > 0 {
		fmt.Fprintf(s.errs, "fuseboard: %s dropped before they were asked for\n", plain.Count(int(page.Lost), "event was", "events were")) //nolint:gosec // a count
	}
	for _, e := range page.Events {
		if e.Lost > 0 {
			fmt.Fprintf(s.errs, "fuseboard: %s of %s before its event %d never came\n", plain.Count(int(e.Lost), "event", "events"), e.Origin, e.Seq) //nolint:gosec // a count
		}
	}
}

func (s *session) writeLines(all []api.Event) error {
	e := json.NewEncoder(s.out)
	e.SetEscapeHTML(false)
	for _, event := range all {
		if err := e.Encode(eventAnswer{answerOf("Event"), event}); err != nil {
			return err
		}
	}
	return nil
}
