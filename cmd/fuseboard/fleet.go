// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/console/api"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// asked is a running node, as commands need it: the methods of api.Client.
type asked interface {
	Members(ctx context.Context) (api.Members, error)
	Status(ctx context.Context) (api.Status, error)
	Dependency(ctx context.Context, name string) (api.Dependency, error)
	Events(ctx context.Context, q api.EventsQuery) (api.Events, error)
	Version(ctx context.Context) (api.Version, error)
	Order(ctx context.Context, s orders.Signed) (api.Receipt, error)
	Close()
}

// operation is what commands for a fleet stand on; tests make it up.
type operation struct {
	dial func(api.ClientOptions) (asked, error)
	now  func() time.Time
}

func realOperation() operation {
	return operation{
		dial: func(o api.ClientOptions) (asked, error) {
			c, err := api.NewClient(o)
			if err != nil {
				return nil, err // and no client at all, not a nil one
			}
			return c, nil
		},
		now: time.Now,
	}
}

// nodeLong is what all of them say of the node that they ask.
const nodeLong = `The node is asked by its console (console.Serve): at --node, or at
$FUSEBOARD_NODE, or at 127.0.0.1:7979. The token is in the file of --token-file,
or is $FUSEBOARD_TOKEN, or is in the file that $FUSEBOARD_TOKEN_FILE names. A
node off this machine needs https://.`

// at is which node is asked.
type at struct {
	node, tokenFile, ca string
}

func (a *at) flags(c *cobra.Command) {
	c.Flags().SortFlags = false
	c.Flags().Var(&anyText{"ADDR", &a.node}, "node", "ask the console at this address")
	c.Flags().Var(&anyText{"FILE", &a.tokenFile}, "token-file", "read the node's token from this file")
	c.Flags().Var(&anyText{"FILE", &a.ca}, "ca", "trust the certificates in this file, for https://")
	complete(c, "node", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{api.DefaultListen}, cobra.ShellCompDirectiveNoFileComp
	})
}

// reach returns the node that is to be asked.
func (s *session) reach(c *cobra.Command, a at) (asked, error) {
	o := api.ClientOptions{Node: or(a.node, variable(s.env, "FUSEBOARD_NODE"))}
	var err error
	if o.Token, err = s.token(c, a); err != nil {
		return nil, err
	}
	if a.ca != "" {
		if o.TLS, err = trusting(a.ca); err != nil {
			return nil, err
		}
	}
	node, err := s.dial(o)
	if ps, ok := errors.AsType[fuseboard.Problems](err); ok {
		return nil, &usageError{problem: oneLine(ps), of: c}
	}
	return node, err
}

// token is that of the flag, or of the environment.
func (s *session) token(c *cobra.Command, a at) (string, error) {
	path := a.tokenFile
	if path == "" {
		if token := variable(s.env, "FUSEBOARD_TOKEN"); token != "" {
			return token, nil
		}
		path = variable(s.env, "FUSEBOARD_TOKEN_FILE")
	}
	if path == "" {
		return "", &usageError{problem: "no token; accepted: --token-file FILE, FUSEBOARD_TOKEN_FILE or FUSEBOARD_TOKEN: the file is the one that the service gave to console.Serve", of: c}
	}
	token, err := api.ReadToken(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", &failure{exitNotFound, path + " does not exist; the token file is the one that the service gave to console.Serve, which makes it"}
	}
	return token, err
}

// trusting is a configuration that trusts the certificates of a file.
func trusting(path string) (*tls.Config, error) {
	pem, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &failure{exitNotFound, path + " does not exist"}
	}
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, &failure{exitInvalid, path + " holds no certificate in PEM"}
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, nil
}

// unanswered gives what a node refused, or that there was no answer, its exit code.
func unanswered(err error) error {
	if errors.Is(err, api.ErrUnreachable) {
		return &failure{exitUnreachable, err.Error()}
	}
	e, ok := errors.AsType[*api.Error](err)
	if !ok {
		return err
	}
	message := e.Message
	if len(e.Problems) > 1 { // one a line
		message = strings.ReplaceAll(message, "\n", "\n  ")
	}
	switch {
	case e.Unauthorised(), e.Code == orders.UnknownKey.String(), e.Code == orders.BadSignature.String():
		return &failure{exitUnauthorised, message}
	case e.Code == "unknown-dependency":
		return &failure{exitNotFound, message}
	case e.Code == "policy":
		return &failure{exitInvalid, message}
	}
	return &failure{exitError, message}
}

// oneLine tells problems in a sentence.
func oneLine(ps fuseboard.Problems) string {
	all := make([]string, len(ps))
	for i, p := range ps {
		p.Code = ""
		all[i] = p.Error()
	}
	return strings.Join(all, "; ")
}

// ofNode completes names that a running node has, where it answers at once.
func (s *session) ofNode(a *at) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		node, err := s.reach(c, *a)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		defer node.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		st, err := node.Status(ctx)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return guardNames(st), cobra.ShellCompDirectiveNoFileComp
	}
}

func guardNames(st api.Status) (names []string) {
	for _, g := range st.Guards {
		names = append(names, g.Name)
	}
	return names
}

// clock is a time as answers show it.
func clock(t time.Time) string { return t.UTC().Format("15:04:05Z") }

// tableWidth is of tables, in columns.
const tableWidth = 100

// fitted breaks the last cells of rows so that a table of them is not wider than tableWidth, where that leaves them room.
func fitted(rows [][]string) [][]string {
	used := 0
	for i := range len(rows[0]) - 1 {
		widest := 0
		for _, row := range rows {
			widest = max(widest, len([]rune(row[i])))
		}
		used += widest + 2
	}
	var out [][]string
	for _, row := range rows {
		last := len(row) - 1
		for i, line := range strings.Split(wrap(row[last], "", max(tableWidth-used, 24)), "\n") {
			next := make([]string, len(row))
			if i == 0 {
				copy(next, row)
			}
			next[last] = line
			out = append(out, next)
		}
	}
	return out
}

// left is how long something lasts still, for people.
func left(d time.Duration) string {
	if d > 10*time.Second {
		return plain.Duration(d.Round(time.Second))
	}
	return plain.Duration(d.Round(100 * time.Millisecond))
}
