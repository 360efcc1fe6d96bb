// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/gossip"
)

// nodeSpec names the variable of the environment that makes the test binary a node: a [spec] in JSON.
const nodeSpec = "FUSEBOARD_TRIAL_NODE"

// spec is who a node process is.
type spec struct {
	Name, Bind, Advertise, Dir, Key, Dependency string
	Seeds                                       []string
}

// report is what a node process says of itself, in JSON, five times a second.
type report struct {
	At                    time.Time
	Alive, Callers        int
	Isolated              bool
	Phase, Scope, Circuit string
	Text, Durability      string
	Orders                []string
	Done, Refused, Failed int64 // calls
}

// beNode is a node process: it calls, reports, and gives an order for each line that it reads.
func beNode(text string) int {
	if err := serveNode(text); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func serveNode(text string) error {
	var s spec
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err
	}
	signer, err := orders.ReadSigner(s.Key)
	if err != nil {
		return err
	}
	op, err := signer.Operator("ann")
	if err != nil {
		return err
	}
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		return err
	}
	n := &process{signer: signer}
	if n.ref, err = n.guard(sys, s.Dependency); err != nil {
		return err
	}
	n.node, err = cluster.Join(context.Background(), sys, cluster.Options{
		Service: "shop", Name: s.Name, Keys: [][]byte{key}, Trust: cluster.TrustGossipKey, Dir: s.Dir, Bind: s.Bind, Advertise: s.Advertise,
		Seeds: []gossip.Seeds{gossip.Static(s.Seeds...)}, Operators: []orders.Operator{op},
	})
	if err != nil {
		return err
	}
	for range 8 {
		go n.call()
	}
	go n.obey()
	for range time.Tick(200 * time.Millisecond) { // until it is killed
		if err := n.report(); err != nil {
			return err
		}
	}
	return nil
}

// process is a node process from inside.
type process struct {
	signer                orders.Signer
	ref                   *actors.Ref[int, int]
	node                  *cluster.Node
	done, refused, failed atomic.Int64
}

func (n *process) guard(sys *actors.System, url string) (*actors.Ref[int, int], error) {
	g, err := actors.Protect(sys, "payments", following())
	if err != nil {
		return nil, err
	}
	client := &http.Client{Timeout: time.Second}
	return actors.Bind(g, "charge", func(ctx context.Context, _ int) (int, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return 0, err
		}
		resp, err := client.Do(req)
		if err != nil {
			return 0, err
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return 0, errDown
		}
		return 1, nil
	})
}

func (n *process) call() {
	for ; ; <-time.After(100 * time.Millisecond) {
		_, err := n.ref.Call(context.Background(), 1)
		switch {
		case err == nil:
			n.done.Add(1)
		case errors.Is(err, actors.ErrOpen):
			n.refused.Add(1)
		default:
			n.failed.Add(1)
		}
	}
}

// obey gives an order about refunds for each line.
func (n *process) obey() {
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if err := n.order(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
}

func (n *process) order() error {
	ctx := context.Background()
	v, err := n.node.NextVersion(ctx)
	if err != nil {
		return err
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	o, err := n.signer.Sign(orders.Order{
		Fleet: n.node.Fleet(), Author: "Ann", Version: v, Verb: orders.HoldOpen, Dependency: "refunds", Reason: "a drill",
		Issued: now, Expires: now.Add(10 * time.Minute),
	})
	if err != nil {
		return err
	}
	_, err = n.node.Order(ctx, o)
	return err
}

func (n *process) report() error {
	st, err := n.node.Status(context.Background())
	if err != nil {
		return err
	}
	r := report{
		At: time.Now(), Alive: st.Alive, Isolated: st.Isolated, Durability: string(st.Durability),
		Done: n.done.Load(), Refused: n.refused.Load(), Failed: n.failed.Load(),
	}
	for _, d := range st.Dependencies {
		r.Phase, r.Scope, r.Circuit, r.Text, r.Callers = d.Phase, d.Scope, d.Circuit, d.Text, d.Callers
	}
	for _, o := range st.Orders {
		r.Orders = append(r.Orders, o.Verb+" "+o.Dependency)
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}
