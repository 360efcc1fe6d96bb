// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"

	"github.com/fuseboard/fuseboard"
)

// block is where the plans of some operations begin in a table: of those that the same cases
// name. The first block is that of the operations that no case names, and of what has no name.
type block struct {
	table *table
	first int    // its place in the plans
	name  string // one of its operations; empty in the first
}

// divide makes the blocks of the operations that cases name, in the order of their names in the cases.
func (t *table) divide(cases []Case) {
	ops, by := operationsOf(cases)
	if len(ops) == 0 {
		return
	}
	t.blocks, t.named = []block{{table: t}}, make(map[string]int, len(ops))
	numbers := map[string]int{} // by the cases that name them
	for _, op := range ops {
		key := fmt.Sprint(by[op])
		number := numbers[key]
		if number == 0 {
			number = len(t.blocks)
			numbers[key] = number
			t.blocks = append(t.blocks, block{table: t, first: number * t.blockSize(), name: op})
		}
		t.named[op] = number
	}
}

// operationsOf are the operations that cases name, each once, in the order of the cases, and the cases
// that name each of them.
func operationsOf(cases []Case) (ops []string, by map[string][]int) {
	by = map[string][]int{}
	for i, c := range cases {
		for _, op := range c.Operations {
			switch all := by[op]; {
			case len(all) == 0:
				ops = append(ops, op)
				by[op] = []int{i}
			case all[len(all)-1] != i: // else it is named twice
				by[op] = append(all, i)
			}
		}
	}
	return ops, by
}

// blockSize is how many plans a block has.
func (t *table) blockSize() int { return (len(t.tenants) + 1) * priorities * len(t.steps) }

// operation is one of those whose block has the row; empty where no case names any of them.
func (t *table) operation(row int) string {
	if t.blocks == nil {
		return ""
	}
	return t.blocks[row/t.blockSize()].name
}

// blockOf is where the plans of an operation of that name begin.
func (t *table) blockOf(op string) int {
	if t.blocks == nil {
		return 0
	}
	return t.blocks[t.named[op]].first
}

// rowOf is the row of calls of an operation of that name.
func (t *table) rowOf(op string, m fuseboard.Meta) int {
	return t.row(t.blockOf(op), m.Priority, m.Tenant)
}

// block is where the plans of the operation begin. It is looked up once for each table: an
// operation mostly stays with one, and to hash its name would cost each call.
func (o *operation) block(t *table) int {
	if t.blocks == nil || o.name == "" {
		return 0
	}
	if b := o.place.Load(); b != nil && b.table == t {
		return b.first
	}
	return o.findBlock(t)
}

func (o *operation) findBlock(t *table) int {
	b := &t.blocks[t.named[o.name]]
	o.place.Store(b)
	return b.first
}
