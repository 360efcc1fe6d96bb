// SPDX-License-Identifier: Apache-2.0

package verdict_test

import (
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/cluster/verdict"
)

// Three nodes call a dependency that fails for all of them. Node a, whose own attempts fail
// too, holds its calls back.
func ExampleNew() {
	failing := verdict.Cell{Vote: verdict.VoteFail, Wanted: 60, Fail: 60}
	beacon := verdict.Beacon{Uptime: time.Hour, Boots: 1}
	view := verdict.View{Alive: 3, HighWater: 3, Peers: []verdict.Peer{
		{Name: "b", Alive: true, Beacon: beacon, Cell: failing},
		{Name: "c", Alive: true, Beacon: beacon, Cell: failing},
	}}
	m := verdict.New(verdict.Rules{}, "a", "", 1)
	own, sent := verdict.Own{}, verdict.Cell{}
	for now := fuseboard.Instant(0).Add(time.Minute); ; now = now.Add(100 * time.Millisecond) {
		own.Wanted, own.Fail = own.Wanted+1, own.Fail+1
		for i := range view.Peers {
			view.Peers[i].Heard, view.Peers[i].Seen = now, now
		}
		order := m.Step(now, own, view)
		if cell := m.Cell(now); verdict.Publish(sent, cell, time.Second) {
			sent = cell
		}
		if order.Phase == verdict.Hold {
			fmt.Println(order.Phase, order.Scope, order.Why.Failing, "of", order.Why.Callers)
			fmt.Println(len(sent.Append(nil)), "bytes published:", sent.Vote, sent.Phase)
			return
		}
	}
	// Output:
	// hold dependency 3 of 3
	// 10 bytes published: fail hold
}
