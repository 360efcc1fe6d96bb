// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"fmt"
	"strings"
)

// Tree returns what [Encode] writes of v as a tree: fields at zero left out, nowhere in
// a text. The error is Encode's.
func Tree(v any) (Node, error) {
	text, err := Encode(v)
	if err != nil {
		return Node{}, err
	}
	n, problem := parse(text, deepest)
	if problem != nil {
		return Node{}, fmt.Errorf("what was written can't be read: %w", problem)
	}
	return n.nowhere(), nil
}

// nowhere returns the tree without places.
func (n Node) nowhere() Node {
	n.At = Place{}
	for i := range n.Items {
		n.Items[i] = n.Items[i].nowhere()
	}
	for i := range n.Members {
		n.Members[i].At, n.Members[i].Value = Place{}, n.Members[i].Value.nowhere()
	}
	return n
}

// String returns the value as people write it: a text without quotes, a list of such values with
// commas, anything else as JSON.
func (n Node) String() string {
	switch n.Form {
	case Text, Truth, Numeral:
		return n.Word
	case List:
		words := make([]string, len(n.Items))
		for i, item := range n.Items {
			if item.Form == List || item.Form == Object {
				return n.json()
			}
			words[i] = item.String()
		}
		return strings.Join(words, ", ")
	case Null, Object:
	}
	return n.json()
}

func (n Node) json() string {
	var e encoder
	e.raw(n)
	return string(e.out)
}

// Find returns where the value stands that a path leads to from here, a path as problems have it:
// ".retry.attempts", "[1].tenant"; found is false where there is none. The nearest value above it is returned then.
func (n Node) Find(path string) (at Place, found bool) {
	n, found = n.Lookup(path)
	return n.At, found
}

// Lookup is [Node.Find], and returns the value itself.
func (n Node) Lookup(path string) (value Node, found bool) {
	for path != "" {
		next, rest, ok := n.step(path)
		if !ok {
			return n, false
		}
		n, path = next, rest
	}
	return n, true
}

// step returns the value that the first step of a path leads to, and the rest of the path.
func (n Node) step(path string) (next Node, rest string, found bool) {
	for i, item := range n.Items {
		if rest, found = strings.CutPrefix(path, At("", i)); found {
			return item, rest, true
		}
	}
	for _, m := range n.Members {
		step := Below("", m.Name)
		if step[0] != '[' {
			path = strings.TrimPrefix(path, ".")
		}
		rest, found = strings.CutPrefix(path, step)
		if found && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return m.Value, rest, true
		}
	}
	return Node{}, path, false
}
