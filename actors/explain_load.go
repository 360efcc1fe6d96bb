// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/patterns/adaptive"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/shedding"
	"github.com/fuseboard/fuseboard/patterns/throttle"
)

// shedsNow says whose calls are shed, and where the signals stand.
func (s sight) shedsNow() string {
	if s.load.shed == nil {
		return "off: no call is refused because of the host's pressure"
	}
	v := s.host
	words, lead := shedWords(v.Level), ": "
	if v.Level != shedding.AdmitAll {
		words += fmt.Sprintf(", for %s now: %s", short(max(s.now.Sub(v.Since), 0)), v.Why())
		lead = "; "
	}
	for _, w := range v.Watches() {
		words += lead + w.Brief()
		lead = ", "
	}
	if !s.plan.given.Shedding.On() {
		words += "; as Options.Shedding says"
	}
	return words
}

// shedWords says whose calls a level sheds.
func shedWords(l shedding.Level) string {
	switch l {
	case shedding.AdmitAll:
		return "sheds nothing"
	case shedding.ShedSheddable:
		return "sheds sheddable calls"
	case shedding.ShedNormal:
		return "sheds sheddable and normal calls"
	default:
		return "sheds all calls but critical ones"
	}
}

// throttles says whose calls are kept away.
func (s sight) throttles() string {
	if s.load.throttle == nil {
		return "off: every call is sent that the circuit lets through"
	}
	p, v := s.plan.given.Throttle.WithDefaults(), s.throttle
	within := fmt.Sprintf("the dependency accepted %d of %s within %s", v.Accepts, plain.Count(int(v.Requests), "call", "calls"), plain.Duration(p.Window))
	switch {
	case keepsAway(v):
		return "keeps " + chances(v) + " calls away: " + within
	case v.Requests < int64(p.MinCalls):
		return fmt.Sprintf("keeps no call away: %s; it counts from %s on", within, plain.Count(p.MinCalls, "call", "calls"))
	}
	return "keeps no call away: " + within
}

// chances says which part of which calls is kept away: "40% of sheddable, 12% of normal".
func chances(v throttle.View) string {
	var parts []string
	for p := fuseboard.Sheddable; p <= fuseboard.Critical; p++ {
		if c := v.Chance(p); c > 0 {
			parts = append(parts, wholePercent(c)+" of "+p.String())
		}
	}
	return strings.Join(parts, ", ")
}

// wholePercent is a chance as people want to read it.
func wholePercent(c float64) string {
	if c < 0.01 {
		return "less than 1%"
	}
	return strconv.Itoa(int(c*100+0.5)) + "%"
}

// rates says how much may come now.
func (s sight) rates() string {
	p := s.plan.given.Rate.WithDefaults()
	var parts []string
	switch {
	case s.load.rate == nil && s.load.tenants == nil:
		return "off: no limit on how many calls come in how much time"
	case s.load.rate == nil:
		parts = append(parts, "no limit for all together")
	default:
		parts = s.ratesOfAll(p)
	}
	if t := p.PerTenant; s.load.tenants != nil {
		words := fmt.Sprintf("%d per %s for each tenant, %s known", t.Limit, plain.Duration(p.Per), plain.Count(s.load.tenants.Stats().Keys, "tenant", "tenants"))
		for _, hot := range s.load.tenants.Hot(s.now, 1) {
			if hot.Refused >= 1 {
				words += fmt.Sprintf("; refused of late: %s, %s", tenantWords(hot.Key), plain.Count(int(hot.Refused+0.5), "unit", "units"))
			}
		}
		parts = append(parts, words)
	}
	if s.plan.cost != 1 {
		parts = append(parts, fmt.Sprintf("such a call takes %d", s.plan.cost))
	}
	return strings.Join(parts, "; ")
}

func tenantWords(tenant string) string {
	if tenant == "" {
		return "calls without a tenant"
	}
	return "tenant " + safeName(tenant)
}

// ratesOfAll is what is said of the limit of all calls.
func (s sight) ratesOfAll(p RateLimit) (parts []string) {
	v := s.rate
	if v.Drained != 0 {
		parts = append(parts, fmt.Sprintf("drained for another %s, as the dependency asked for less", short(s.until(v.Drained))))
	}
	parts = append(parts, leftWords(p, v), limitWords(p, v))
	if v.Left == 0 && v.Drained == 0 && v.Next != fuseboard.Never {
		parts = append(parts, "the next one in "+short(s.until(v.Next)))
	}
	if p.Queue > 0 {
		parts = append(parts, fmt.Sprintf("%d of %s to wait for a turn taken", v.Waiting, plain.Count(p.Queue, "place", "places")))
	}
	return parts
}

// leftWords says how much may come at once: "12 of 20 tokens left".
func leftWords(p RateLimit, v ratelimit.View) string {
	one, many, all := "call", "calls", p.Limit
	if p.Kind == ratelimit.TokenBucket {
		one, many, all = "token", "tokens", p.Burst
	} else if p.Kind == ratelimit.Smooth {
		all = 1
	}
	if v.Limit != float64(p.Limit) { // and what may come at once is another, too
		return plain.Count(v.Left, one, many) + " left"
	}
	return fmt.Sprintf("%d of %s left", v.Left, plain.Count(all, one, many))
}

// limitWords says which limit is in force, and why where it is not that of the policy.
func limitWords(p RateLimit, v ratelimit.View) string {
	words := fmt.Sprintf("%s per %s", strconv.FormatFloat(math.Round(v.Limit*100)/100, 'f', -1, 64), plain.Duration(p.Per))
	switch {
	case v.Share < 1:
		words += fmt.Sprintf(", a share of %s of %d", plain.Percent(v.Share), p.Limit)
	case v.Limit != float64(p.Limit):
		words += fmt.Sprintf(", adapted from %d", p.Limit)
	}
	return words
}

// adapts says where the adaptive limit is, and why; nothing where there is none.
func (s sight) adapts() string {
	if s.load.adapt == nil {
		return ""
	}
	return "; " + limitNow(s.load.adapt.limiter.View(s.now))
}

func limitNow(v adaptive.View) string {
	words := fmt.Sprintf("adaptive limit %d: %s", v.Limit, v.Reason.Sentence())
	if v.Windows > 0 && v.Baseline > 0 {
		words += fmt.Sprintf(" (%s of late, %s without a queue)", short(v.Recent), short(v.Baseline))
	}
	return words
}
