// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"math"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// joined are the numbers of a node whose fleet has trouble.
func joined() FleetNumbers {
	return FleetNumbers{
		Members: 2, HighWater: 5, Isolated: true, Health: 3, Seeds: 4, SeedsMet: 1, Packets: 1200, Bytes: 96_000,
		Refused: map[string]uint64{"key": 1200, "label": 0}, Certified: true, CertificateLeft: 90 * time.Minute, ReloadsFailed: 3, Dropped: map[string]uint64{"inbox": 7, "outbox": 0, "overload": 0, "unsent": 2},
	}
}

func TestPageTellsOfTheFleet(t *testing.T) {
	sys := start(t, actors.Options{})
	page := parse(t, telemetryOf(t, sys, Options{Fleet: joined}).page())
	for name, want := range map[string]float64{
		"members": 2, "members_high": 5, "isolated": 1, "health_score": 3, "seeds": 4, "gossip_refused_total": 1200,
		"gossip_dropped_total": 9, "gossip_sent_packets_total": 1200, "gossip_sent_bytes_total": 96_000,
		"certificate_left_seconds": 5400, "certificate_reloads_failed_total": 3,
	} {
		if got := page[prefix+"fleet_"+name].sum("service", "shop"); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if got := page[prefix+"fleet_seeds"].sum("met", "yes"); got != 1 {
		t.Errorf("met at %v", got)
	}
	if refused := page[prefix+"fleet_gossip_refused_total"]; refused.sum("reason", "key") != 1200 || len(refused.samples) != 2 {
		t.Errorf("%v", refused.samples)
	}
}

func TestPageTellsNothingOfAFleetWhereThereIsNoneOrItPanics(t *testing.T) {
	sys := start(t, actors.Options{})
	for _, o := range []Options{{}, {Fleet: func() FleetNumbers { panic("no numbers") }}} {
		page := parse(t, telemetryOf(t, sys, o).page())
		for _, f := range gossipFamilies {
			if got := page[prefix+f.name]; got == nil || len(got.samples) != 0 {
				t.Errorf("%s: %v", f.name, got)
			}
		}
	}
}

func TestHostileNumbersOfAFleetCannotBreakThePage(t *testing.T) {
	sys := start(t, actors.Options{})
	hostile := FleetNumbers{Members: math.MinInt, HighWater: -1, Health: math.MaxInt, Seeds: -7, SeedsMet: 7, Packets: math.MaxUint64, Refused: map[string]uint64{"a\"\n}": 1, "": 2}}
	page := parse(t, telemetryOf(t, sys, Options{Fleet: func() FleetNumbers { return hostile }}).page())
	if got := page[prefix+"fleet_gossip_refused_total"].sum(); got != 3 {
		t.Errorf("refused %v", got)
	}
	if got := page[prefix+"fleet_certificate_left_seconds"]; len(got.samples) != 0 {
		t.Errorf("a certificate where there is none: %v", got.samples)
	}
	if page[prefix+"fleet_members"].sum() != 0 || page[prefix+"fleet_seeds"].sum() != 7 {
		t.Error("below zero")
	}
}
