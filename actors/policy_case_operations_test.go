// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

func pathsAndCodes(all Problems) (found []string) {
	for _, p := range all {
		found = append(found, p.Path+" "+p.Code)
	}
	return found
}

func TestEverythingWrongWithOperationsOfCasesIsSaidAtOnce(t *testing.T) {
	many := make([]string, mostOperations+1)
	for i := range many {
		many[i] = fmt.Sprint("op-", i)
	}
	second := Deadline{Total: time.Second}
	for name, k := range map[string]struct {
		policy Policy
		want   []string
	}{
		"names": {Policy{Cases: []Case{
			{Operations: []string{"charge", "", "Charge", "charge", strings.Repeat("x", 64)}, Deadline: second},
			{Operations: many, Deadline: Deadline{Total: 2 * time.Second}},
		}}, []string{
			"cases[0].operations[1] name", "cases[0].operations[2] name", "cases[0].operations[3] named-twice", "cases[0].operations[4] name",
			"cases[1].operations too-many-operations",
		}},
		"the most": {Policy{Cases: []Case{{Operations: many[1:], Deadline: second}}}, nil},
		"idle": {Policy{Deadline: second, Cases: []Case{
			{Operations: []string{"charge"}},
			{Operations: []string{"status"}, Deadline: second},
			{Operations: []string{"charge"}, Deadline: Deadline{Attempt: time.Millisecond}},
			{Operations: []string{"charge", "refund"}, Deadline: Deadline{Attempt: time.Millisecond}},
			{Operations: []string{"charge"}, Deadline: Deadline{Reserve: time.Millisecond}},
			{Deadline: Deadline{Reserve: 2 * time.Millisecond}},
		}}, []string{"cases[0] sets-nothing", "cases[1] no-difference", "cases[2] overlaid", "cases[4] overlaid"}},
		"reached by its own attempts": {Policy{Deadline: Deadline{Total: time.Minute}, Cases: []Case{
			{Operations: []string{"status"}, Retry: Retry{Attempts: 3}},
			{Operations: []string{"status"}, Attempt: 3, Deadline: Deadline{Attempt: time.Second}},
			{Operations: []string{"charge"}, Attempt: 2, Deadline: Deadline{Attempt: time.Second}},
		}}, []string{"cases[2].attempt never-reached"}},
		"laid over": {Policy{Deadline: Deadline{Total: time.Second, Attempt: 100 * ms}, Retry: Retry{Attempts: 2}, Cases: []Case{
			{Operations: []string{"charge"}, Retry: Retry{Attempts: 6}},
			{Operations: []string{"status"}, Deadline: Deadline{Attempt: 400 * ms}},
			{Operations: []string{"charge"}, Tenant: "acme", Deadline: Deadline{Attempt: 300 * ms}},
		}}, []string{"cases[2] attempts-exceed-total"}},
	} {
		got := k.policy.Validate()
		if !slices.Equal(pathsAndCodes(got), k.want) {
			t.Errorf("%s:\ngot  %q\nwant %q\n%v", name, pathsAndCodes(got), k.want, got)
		}
		for _, p := range got {
			if p.Fix == "" && p.Accepted == "" {
				t.Errorf("%s: %v says not what to do", name, p)
			}
		}
	}
}

// Operations and tenants multiply: what a policy can ask for is bounded, also where each case is small.
func TestCombinationsOfOperationsAndTenantsAreBounded(t *testing.T) {
	of := func(operations, tenants int) (p Policy) {
		p.Deadline.Total = time.Minute
		for i := range operations { // two of them in each case: they are of one kind
			p.Cases = append(p.Cases, Case{Operations: []string{fmt.Sprint("op", i), fmt.Sprint("like-op", i)}, Deadline: Deadline{Total: time.Duration(i+1) * time.Second}})
		}
		for i := range tenants {
			p.Cases = append(p.Cases, Case{Tenant: fmt.Sprint("t", i), Deadline: Deadline{Attempt: time.Duration(i+1) * time.Millisecond}})
		}
		return p
	}
	most := of(31, 15)
	if problems := most.Validate(); len(problems) > 0 {
		t.Fatal(problems)
	}
	if n := len(compile(most, 1).table.plans); n != maxPairs*priorities {
		t.Errorf("%d plans", n)
	}
	beyond := of(31, 16)
	beyond.Cases[0].Operations[0] = "No Name"
	if got, want := pathsAndCodes(beyond.Validate()), []string{"cases too-many-combinations", "cases[0].operations[0] name"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if problems := of(0, 64).Validate(); len(problems) > 0 { // tenants alone have their bound already
		t.Error(problems)
	}
}

func TestOperationThatNobodyHasBoundIsWarnedOf(t *testing.T) {
	p := Policy{Cases: []Case{
		{Operations: []string{"status", "refunds"}, Deadline: Deadline{Total: time.Second}},
		{Operations: []string{"audit"}, Deadline: Deadline{Total: time.Second}},
	}}
	g := protectAs(t, start(t), p)
	if got := g.Warnings(); len(got) > 0 {
		t.Errorf("operations come after their guard: %v", got)
	}
	bindTo(t, g, "status", echo)
	bindTo(t, g, "refund", echo)
	want := []string{
		"cases[0].operations[1] = refunds: no operation refunds is bound, so the case is for none of its calls; bound are refund, status; did you mean refund? [operation-not-bound]",
		"cases[1].operations[0] = audit: no operation audit is bound, so the case is for none of its calls; bound are refund, status; bind it, or write the name of one that is bound [operation-not-bound]",
	}
	if got := strings.Split(g.Warnings().Error(), "\n"); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if text := strings.Join(strings.Fields(g.Explain().String()), " "); !strings.Contains(text, want[0]) {
		t.Errorf("Explain says nothing of it:\n%s", text)
	}
	for i := range mostBound {
		bindTo(t, g, fmt.Sprint("more-", i), echo)
	}
	if got := g.Warnings(); !strings.Contains(got[1].Message, "more-5, more-6, more-7, more-8, more-9 and 2 more") {
		t.Error(got[1].Message)
	}
	bindTo(t, g, "refunds", echo)
	bindTo(t, g, "audit", echo)
	if got := g.Warnings(); len(got) > 0 {
		t.Error(got)
	}
	bare, err := Spawn(start(t), "bare", echo, p)
	if err != nil {
		t.Fatal(err)
	}
	if got := bare.Warnings(); len(got) != 3 || !strings.Contains(got[0].Error(), "the only one that is bound has no name; bind it with Bind") {
		t.Error(got)
	}
}

// Who is never repeated is not warned of: cases of other operations say nothing of it.
func TestOnlyOperationsThatAreRepeatedNeedASafeHook(t *testing.T) {
	p := Policy{Deadline: Deadline{Total: time.Minute}, Cases: []Case{
		{Operations: []string{"status"}, Retry: Retry{Attempts: 3}},
		{Operations: []string{"refund"}, Tenant: "acme", Priorities: sheddableOnly, Retry: Retry{Attempts: 2}},
		{Operations: []string{"audit"}, Attempt: 2, Retry: Retry{Attempts: 5}}, // never reached
	}}
	g := protectAs(t, start(t), p)
	for _, op := range []string{"charge", "status", "refund", "audit"} {
		bindTo(t, g, op, echo)
	}
	unsafe := func() (of []string) {
		for _, w := range g.Warnings() {
			if w.Code == codeRetrySafe {
				of = append(of, w.Value)
			}
		}
		return of
	}
	if got, want := unsafe(), []string{"payments.status", "payments.refund"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	p.Retry = Retry{Attempts: 2}
	p.Cases = []Case{{Operations: []string{"charge"}, Retry: Retry{Attempts: 1}}}
	if _, err := g.Update(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if got, want := unsafe(), []string{"payments.status", "payments.refund", "payments.audit"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestExplanationTellsOfAnOperation(t *testing.T) {
	p := Policy{Deadline: Deadline{Total: time.Minute, Attempt: time.Second}, Retry: Retry{Attempts: 2}, Cases: []Case{
		{Operations: []string{"charge"}, Deadline: Deadline{Total: 5 * time.Second}, Retry: Retry{Attempts: 1}},
		{Operations: []string{"charge", "status"}, Tenant: "acme", Retry: Retry{Attempts: 4}},
	}}
	g := protectAs(t, start(t), p)
	safe := With[int, int]{Safe: Always[int]}
	charge := bindTo(t, g, "charge", echo, safe)
	bindTo(t, g, "status", echo, safe)
	for what, k := range map[string]struct {
		e            Explanation
		call         string
		total        string
		applies      [2]bool
		repeats      [2]bool // by operation
		firstAreTold string  // of the first operation
	}{
		"guard":     {g.Explain(), "", "deadline.total 1m given", [2]bool{}, [2]bool{false, true}, "except where a case says otherwise"},
		"no name":   {g.ExplainCall(t.Context(), 1), "priority normal, attempt 1", "deadline.total 1m given", [2]bool{}, [2]bool{false, true}, "no failure is repeated: "},
		"its ref":   {charge.ExplainCall(t.Context(), 1), "operation charge, priority normal, attempt 1", "deadline.total 5s cases[0]", [2]bool{true, false}, [2]bool{false, true}, "no failure is repeated: "},
		"by name":   {g.ExplainOperation(ctxOf(fuseboard.High, "acme"), "charge", 0), "operation charge, priority high, tenant acme, attempt 1", "deadline.total 5s cases[0]", [2]bool{true, true}, [2]bool{true, true}, "repeated after"},
		"not bound": {g.ExplainOperation(t.Context(), "refund", 2), "operation refund, priority normal, attempt 2", "deadline.total 1m given", [2]bool{}, [2]bool{false, true}, "no failure is repeated: "},
	} {
		if k.e.Call != k.call || !slices.Contains(valuesWithOrigin(k.e), k.total) {
			t.Errorf("%s: %q, %q", what, k.e.Call, valuesWithOrigin(k.e))
		}
		for i, row := range k.e.Cases {
			if row.Applies != k.applies[i] {
				t.Errorf("%s: %+v", what, row)
			}
		}
		for i, op := range k.e.Operations {
			if op.Classes[0].Repeated != k.repeats[i] {
				t.Errorf("%s, %s: %s", what, op.Name, op.Repeated)
			}
		}
		if !strings.Contains(k.e.Operations[0].Repeated, k.firstAreTold) {
			t.Errorf("%s: %s", what, k.e.Operations[0].Repeated)
		}
	}
	if got := g.Explain().Cases[1].When; got != "operation charge or status, tenant acme" {
		t.Error(got)
	}
	var none *Ref[int, int]
	if e := none.ExplainCall(t.Context(), 1); e.Dependency != "" {
		t.Errorf("%+v", e)
	}
}
