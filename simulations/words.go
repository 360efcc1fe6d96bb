// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"fmt"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations/scenario"
	"github.com/fuseboard/fuseboard/simulations/world"
)

// inWords says what a fault is: "payments: errors 80%, latency x10".
func inWords(f scenario.Fault) string {
	effect := f.Effect
	if f.Dependency == "" {
		effect.Nodes = nil // they are those of the network
	}
	parts := effectWords(effect)
	if f.Host != (scenario.Host{}) {
		parts = append(parts, fmt.Sprintf("the service's hosts use %s of their CPU and %s of their memory", plain.Percent(f.Host.CPU), plain.Percent(f.Host.Memory)))
	}
	for _, s := range f.Set {
		parts = append(parts, "an operator sets "+s)
	}
	switch {
	case f.Policies.File != "":
		parts = append(parts, "policies of "+f.Policies.File)
	case f.Policies.Set != nil:
		parts = append(parts, "other policies")
	}
	if f.Command.Mode != "" {
		parts = append(parts, "the circuit is told to "+f.Command.Mode)
	}
	for _, n := range f.Restart {
		parts = append(parts, fmt.Sprintf("node %d restarts", n))
	}
	parts = append(parts, fleetWords(f.Fleet, f.Effect.Nodes)...)
	text := strings.Join(parts, ", ")
	if f.Dependency != "" {
		return f.Dependency + ": " + text
	}
	return text
}

func effectWords(e world.Effect) (parts []string) {
	if e.Errors > 0 {
		class := ""
		if e.Class != "" {
			class = " (" + e.Class + ")"
		}
		parts = append(parts, "errors "+plain.Percent(e.Errors)+class)
	}
	if e.Latency != (world.Stretch{}) {
		parts = append(parts, "latency "+e.Latency.String())
	}
	if e.Hang > 0 {
		parts = append(parts, "hangs "+plain.Percent(e.Hang))
	}
	if e.Capacity > 0 {
		parts = append(parts, "capacity "+plain.Percent(e.Capacity))
	}
	if e.Crash {
		parts = append(parts, "crashed")
	}
	for _, of := range []struct {
		what  string
		names []string
	}{{"operation", e.Operations}, {"tenant", e.Tenants}, {"node", numbersOf(e.Nodes)}} {
		if len(of.names) > 0 {
			parts = append(parts, fmt.Sprintf("for %s %s", of.what, strings.Join(of.names, ", ")))
		}
	}
	if e.Ramp > 0 {
		parts = append(parts, "growing for "+plain.Duration(e.Ramp.Round(time.Millisecond)))
	}
	return parts
}

func numbersOf(nodes []int) (names []string) {
	for _, n := range nodes {
		names = append(names, fmt.Sprint(n))
	}
	return names
}
