// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// fields calls change with every field of v that holds a value of its own.
func fields(v reflect.Value, path string, change func(path string, v reflect.Value)) {
	if v.Kind() != reflect.Struct {
		change(path, v)
		return
	}
	for i := range v.NumField() {
		fields(v.Field(i), path+"."+v.Type().Field(i).Name, change)
	}
}

// otherwise gives a field another value than it has.
func otherwise(t *testing.T, path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Float64:
		v.SetFloat(v.Float() + 1)
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Int8:
		v.SetInt(v.Int() + 1)
	case reflect.Uint8, reflect.Uint32:
		v.SetUint(v.Uint() + 1)
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[[]Case]() {
			v.Set(reflect.ValueOf([]Case{{Attempt: 2}}))
			break
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
	case reflect.Map:
		one := reflect.MakeMap(v.Type()) // with a member at zero
		one.SetMapIndex(reflect.ValueOf(fuseboard.ClassTimeout), reflect.Zero(v.Type().Elem()))
		v.Set(one)
	default:
		t.Fatalf("%s is a %s: teach this test, and Policy.equal, about it", path, v.Kind())
	}
}

func TestPoliciesThatDifferInAnyFieldAreNotEqual(t *testing.T) {
	many := 0
	var p Policy
	fields(reflect.ValueOf(&p).Elem(), "policy", func(path string, v reflect.Value) {
		was := reflect.ValueOf(v.Interface())
		otherwise(t, path, v)
		if p.equal(Policy{}) || (Policy{}).equal(p) || !p.equal(p.clone()) {
			t.Errorf("%s does not count", path)
		}
		v.Set(was)
		many++
	})
	if many < 30 || !p.equal(Policy{}) {
		t.Errorf("%d fields looked at", many)
	}
}

func TestGuardsOfEqualPoliciesShareTheirPlan(t *testing.T) {
	sys := start(t)
	guard := func(name string, p Policy) *Guard {
		g, err := Protect(sys, name, p)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	weighed := fullPolicy
	weighed.Breaker.Weights = map[fuseboard.Class]float64{fuseboard.ClassTimeout: 2}
	empty := fullPolicy
	empty.Breaker.Weights = map[fuseboard.Class]float64{}
	a, b, c := guard("a", fullPolicy), guard("b", empty), guard("c", weighed)
	if a.plan.Load() != b.plan.Load() || a.plan.Load() == c.plan.Load() {
		t.Error("not what is equal is shared")
	}
	weighed.Breaker.Weights[fuseboard.ClassTimeout] = 3 // the caller's map is the caller's
	if d := guard("d", weighed); d.plan.Load() == c.plan.Load() || c.Policy().Breaker.Weights[fuseboard.ClassTimeout] != 2 {
		t.Error("a policy changed by the hand that gave it")
	}
	next := fullPolicy
	next.Bulkhead.Concurrency = 1
	if _, err := a.Update(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	if got := b.Policy().Bulkhead.Concurrency; got != fullPolicy.Bulkhead.Concurrency || b.gate.Depth().Limit != got {
		t.Errorf("the update of one guard reached another: %d permits", got)
	}
	if e := guard("e", fullPolicy); e.plan.Load().version != 1 || e.plan.Load() != b.plan.Load() {
		t.Error("a new guard got an updated plan")
	}
}

// A warning is logged and told for each guard, not for each policy.
func TestEveryGuardOfASharedPlanHasItsWarnings(t *testing.T) {
	sys := start(t)
	p := Policy{Retry: Retry{Attempts: 2}}
	for i := range 3 {
		g, err := Protect(sys, "d"+strconv.Itoa(i), p)
		if err != nil {
			t.Fatal(err)
		}
		if want := p.Validate().Warnings(); len(want) == 0 || !reflect.DeepEqual(g.Warnings(), want) {
			t.Errorf("guard %d: %v, want %v", i, g.Warnings(), want)
		}
	}
}

func TestPlansRememberAFewPolicies(t *testing.T) {
	var all plans
	policy := func(i int) Policy {
		return Policy{Deadline: Deadline{Total: time.Duration(i+1) * time.Second}, Breaker: supervision.Breaker{FailureRate: 0.5}}
	}
	kept, _ := all.first(policy(0))
	for i := range 3 * plansKept {
		all.first(policy(i))
		if again, _ := all.first(policy(0)); again != kept {
			t.Fatal("one that is used is forgotten")
		}
	}
	if len(all.kept) != plansKept {
		t.Errorf("%d plans kept", len(all.kept))
	}
	wrong := Policy{Retry: Retry{Attempts: -1}}
	if p, problems := all.first(wrong); p != nil || problems.Err() == nil {
		t.Error("a policy with errors has a plan")
	}
}
