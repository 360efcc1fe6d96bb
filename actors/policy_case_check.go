// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/mailbox"
)

// Codes of the problems of a policy's cases.
const (
	codeManyCases    = "too-many-cases"
	codeNoPriority   = "unknown-priority"
	codeTwice        = "named-twice"
	codeBadTenant    = "bad-tenant"
	codeOfTheCall    = "of-the-whole-call"
	codeOfTheGuard   = "of-the-guard"
	codeSetsNothing  = "sets-nothing"
	codeNeverReached = "never-reached"
	codeOverlaid     = "overlaid"
	codeNoDifference = "no-difference"

	codeClassName   = "class-name" // of supervision
	codeUnknownWord = "unknown-word"
)

const (
	mostAttempts  = 10 // that a retry may make
	longestTenant = 256
)

// casePathOf is that of a case in its policy.
func casePathOf(i int) string { return "cases[" + strconv.Itoa(i) + "]" }

// checkCases returns everything wrong with the cases of p; found is what is wrong without them.
func (p Policy) checkCases(found Problems) Problems {
	if n := len(p.Cases); n > MaxCases {
		return Problems{{
			Path: "cases", Code: codeManyCases, Value: strconv.Itoa(n), Message: "are more cases than a policy may have",
			Accepted: "at most " + strconv.Itoa(MaxCases), Fix: "name only those that differ; a Keyring gives each tenant a guard of its own",
		}}
	}
	if len(p.Cases) == 0 {
		return nil
	}
	each := make([]Problems, len(p.Cases))
	for i, c := range p.Cases {
		each[i] = c.check(p).Under(casePathOf(i))
	}
	if wrong, many := p.tooManyPairs(); many { // too many to judge what they are beside each other
		return append(Problems{wrong}, slices.Concat(each...)...)
	}
	v := newVariants(p)
	v.judge(each, found)
	for i := range p.Cases {
		for _, wrong := range v.alone(i, found) {
			each[i] = addOnce(each[i], wrong)
		}
		if why, idle := v.idle(i); idle && (why.Code != codeNoDifference || len(each[i]) == 0) {
			each[i] = append(each[i], why)
		}
	}
	return slices.Concat(each...)
}

// ofOneField are the codes of problems that a value has whatever stands beside it.
var ofOneField = []string{plain.CodeNegative, plain.CodeRange, codeClassName, codeUnknownWord}

// judge adds to each case what is wrong with the variants that begins with it.
func (v *variants) judge(each []Problems, found Problems) {
	for _, one := range v.all {
		for _, wrong := range one.problemsBeside(found) {
			k, told := v.blame(one, wrong)
			each[k] = addOnce(each[k], told)
		}
	}
}

// alone is what is wrong with single values of a case, also where no call meets it.
func (v *variants) alone(i int, found Problems) (all Problems) {
	for _, wrong := range layCases(v.given, []int{i}).problemsBeside(found) {
		if slices.Contains(ofOneField, wrong.Code) {
			all = append(all, v.told(i, nil, wrong))
		}
	}
	return all
}

// addOnce adds a problem unless one of its path and code is there.
func addOnce(all Problems, p fuseboard.Problem) Problems {
	if slices.ContainsFunc(all, func(o fuseboard.Problem) bool { return o.Path == p.Path && o.Code == p.Code }) {
		return all
	}
	return append(all, p)
}

// check reports what is wrong with the case by itself, paths relative to it. Whether its
// values are in their ranges is judged where they are laid over the policy.
func (c Case) check(p Policy) Problems {
	var k plain.Check
	c.checkCondition(&k)
	if c.Attempt > 1 {
		c.checkLater(&k)
	}
	c.checkShared(&k)
	for _, wrong := range (Bulkhead{Queue: 1, MaxWait: c.MaxWait}).Validate() { // also where it is not laid over
		k.Add(wrong)
	}
	if c.MaxWait != 0 && p.Bulkhead.Queue <= 0 {
		k.Add(fuseboard.Problem{
			Path: "max_wait", Code: mailbox.CodeWaitWithoutQueue, Value: plain.Duration(c.MaxWait), Warning: true,
			Message: "has no effect without a queue", Fix: "set bulkhead.queue to the number of callers that may wait, or remove max_wait",
		})
	}
	checkCost(&k, c.Cost, p.Rate)
	if !c.Deadline.On() && !c.Retry.On() && c.MaxWait == 0 && c.Cost == 0 {
		k.Add(fuseboard.Problem{
			Code: codeSetsNothing, Message: "sets nothing, so it changes no call", Warning: true,
			Fix: "set a field of deadline or retry, max_wait or cost; or remove the case",
		})
	}
	return k.Problems()
}

// checkShared finds what all calls of a guard share, and no case can set.
func (c Case) checkShared(k *plain.Check) {
	if c.Retry.Budget.On() {
		k.Add(fuseboard.Problem{
			Path: "retry.budget", Code: codeOfTheGuard, Message: "is one account for all calls of the guard, so it cannot vary",
			Fix: "set it in the policy's retry",
		})
	}
	if c.Deadline.Adaptive.On() {
		k.Add(fuseboard.Problem{
			Path: "deadline.adaptive", Code: codeOfTheGuard, Message: "goes by the attempts of all calls of the guard, so it cannot vary",
			Fix: "set it in the policy's deadline; a case's deadline.attempt is its ceiling",
		})
	}
}

// checkCondition judges what says for which calls it is.
func (c Case) checkCondition(k *plain.Check) {
	c.checkOperations(k)
	for i, p := range c.Priorities {
		path := fmt.Sprintf("priorities[%d]", i)
		if _, err := p.MarshalText(); err != nil {
			k.Add(fuseboard.Problem{
				Path: path, Code: codeNoPriority, Value: strconv.Itoa(int(p)), Message: "is no priority",
				Accepted: "sheddable, normal, high, critical", Fix: "use a constant of package fuseboard",
			})
		} else if slices.Index(c.Priorities, p) < i {
			k.Add(fuseboard.Problem{Path: path, Code: codeTwice, Value: p.String(), Message: "is named twice", Fix: "remove one", Warning: true})
		}
	}
	if len(c.Tenant) > longestTenant || !utf8.ValidString(c.Tenant) {
		k.Add(fuseboard.Problem{
			Path: "tenant", Code: codeBadTenant, Value: strconv.Itoa(len(c.Tenant)) + " bytes", Message: "is too long, or no UTF-8",
			Accepted: fmt.Sprintf("up to %d bytes of UTF-8", longestTenant), Fix: "name the tenant as fuseboard.Meta does",
		})
	}
	k.Int("attempt", c.Attempt, 1, mostAttempts, "leave it out for every attempt; 2 is the first repetition")
}

// checkLater judges a case that begins after its call has.
func (c Case) checkLater(k *plain.Check) {
	for _, field := range []struct {
		path  string
		value time.Duration
	}{{"deadline.total", c.Deadline.Total}, {"deadline.reserve", c.Deadline.Reserve}} {
		if field.value != 0 {
			k.Add(fuseboard.Problem{
				Path: field.path, Code: codeOfTheCall, Value: plain.Duration(field.value),
				Message: "is of the whole call, and cannot begin with an attempt",
				Fix:     "set deadline.attempt, or move it to a case without attempt",
			})
		}
	}
}
