// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strconv"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// treeReader turns what the parser made of one text into a tree.
type treeReader struct {
	source  int
	anchors map[string]anchor
	nodes   int  // so far
	full    bool // too many of them, which was told
	flaws   []flaw
}

// anchor is a value that aliases stand for, and how many nodes it has and how deep it is.
type anchor struct {
	node  plain.Node
	nodes int
	depth int
	open  bool // its own value is being read
}

func (t *treeReader) add(at plain.Place, p fuseboard.Problem, related ...plain.Place) {
	at.Source = t.source
	for i := range related {
		related[i].Source = t.source
	}
	t.flaws = append(t.flaws, flaw{Problem: p, at: at, related: related})
}

func placeOf(tk *token.Token) plain.Place {
	return plain.Place{Line: max(tk.Position.Line, 1), Column: max(tk.Position.Column, 1)}
}

// startOf is where a node begins: a mapping's token is the colon behind its first name.
func startOf(n ast.Node) plain.Place {
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return startOf(n.Values[0])
		}
	case *ast.MappingValueNode:
		return startOf(n.Key)
	case *ast.AnchorNode:
		return placeOf(n.Start)
	}
	if n == nil || n.GetToken() == nil {
		return plain.Place{Line: 1, Column: 1}
	}
	return placeOf(n.GetToken())
}

// node turns one value into a Node. Its path is for the flaws.
func (t *treeReader) node(path string, n ast.Node, depth int) plain.Node {
	at := startOf(n)
	at.Source = t.source
	if t.nodes++; t.beyond(at, depth) {
		return plain.Node{At: at}
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		return t.object(path, at, n.Values, depth)
	case *ast.MappingValueNode:
		return t.object(path, at, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		return t.list(path, at, n.Values, depth)
	case *ast.AnchorNode:
		return t.anchored(path, n, depth)
	case *ast.AliasNode:
		return t.alias(path, at, n, depth)
	case *ast.TagNode:
		return t.tagged(path, at, n)
	case *ast.LiteralNode:
		return plain.Node{Form: plain.Text, Word: n.Value.Value, At: at}
	}
	return t.scalar(path, at, n.GetToken())
}

func (t *treeReader) list(path string, at plain.Place, items []ast.Node, depth int) plain.Node {
	list := plain.Node{Form: plain.List, At: at}
	for i, item := range items {
		list.Items = append(list.Items, t.node(plain.At(path, i), item, depth+1))
	}
	return list
}

// beyond reports whether there are too many nodes, or one is too deep, and tells of it once.
func (t *treeReader) beyond(at plain.Place, depth int) bool {
	switch {
	case t.full:
	case t.nodes > mostNodes:
		t.tooMany(at)
	case depth > deepest:
		t.tooDeep(at)
	}
	return t.full
}

func (t *treeReader) tooMany(at plain.Place) {
	if !t.full {
		t.add(at, fuseboard.Problem{
			Code: CodeTooLarge, Message: "has more than " + strconv.Itoa(mostNodes) + " values, those that aliases stand for counted each time",
			Fix: "split the file, or use fewer aliases: profiles say the same",
		})
	}
	t.full = true
}

func (t *treeReader) tooDeep(at plain.Place) {
	if !t.full {
		t.add(at, fuseboard.Problem{
			Code: CodeTooLarge, Message: "nests deeper than " + strconv.Itoa(deepest) + " levels", Fix: "no policy needs that",
		})
	}
	t.full = true
}

func (t *treeReader) object(path string, at plain.Place, values []*ast.MappingValueNode, depth int) plain.Node {
	object := plain.Node{Form: plain.Object, At: at}
	first := map[string]plain.Place{}
	var merged []plain.Node
	for _, v := range values {
		name, where, merges, ok := t.key(path, v.Key)
		if !ok {
			continue
		}
		if merges {
			merged = append(merged, t.node(path, v.Value, depth+1))
			continue
		}
		value := t.node(plain.Below(path, name), v.Value, depth+1)
		if before, again := first[name]; again {
			t.add(where, fuseboard.Problem{
				Path: plain.Below(path, name), Code: CodeDuplicate,
				Message: "is given more than once, in lines " + strconv.Itoa(before.Line) + " and " + strconv.Itoa(where.Line),
				Fix:     "keep one of them",
			}, before)
			continue
		}
		first[name] = where
		object.Members = append(object.Members, plain.Member{Name: name, At: where, Value: value})
	}
	for _, m := range merged {
		t.merge(path, &object, first, m)
	}
	return object
}

// key reads the name of a member; merges: it is <<.
func (t *treeReader) key(path string, key ast.Node) (name string, at plain.Place, merges, ok bool) {
	at = startOf(key)
	at.Source = t.source
	switch k := key.(type) {
	case *ast.MergeKeyNode:
		return "<<", at, true, true
	case *ast.MappingKeyNode:
		if k.Value != nil {
			if key, isKey := k.Value.(ast.MapKeyNode); isKey {
				return t.key(path, key)
			}
		}
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode, *ast.InfinityNode, *ast.NanNode:
		if tk := key.GetToken(); tk.Type != token.ImplicitNullType {
			return tk.Value, at, false, true
		}
	case *ast.AnchorNode:
		if inner, isKey := k.Value.(ast.MapKeyNode); isKey {
			return t.key(path, inner)
		}
	}
	t.add(at, fuseboard.Problem{Path: path, Code: CodeSyntax, Message: "has a name that is no plain word", Fix: "a name is one word, such as payments"})
	return "", at, false, false
}

// merge adds the members of a << that the object does not have itself.
func (t *treeReader) merge(path string, object *plain.Node, first map[string]plain.Place, m plain.Node) {
	from := []plain.Node{m}
	if m.Form == plain.List {
		from = m.Items
	}
	for _, one := range from {
		if one.Form != plain.Object {
			t.add(one.At, fuseboard.Problem{
				Path: path, Code: CodeAlias, Message: "<< takes an alias of an object, or a list of them", Fix: "write <<: *name, or use profiles",
			})
			return
		}
		for _, member := range one.Members {
			if _, own := first[member.Name]; !own {
				first[member.Name] = member.At
				object.Members = append(object.Members, member)
			}
		}
	}
}

func (t *treeReader) anchored(path string, n *ast.AnchorNode, depth int) plain.Node {
	name := n.Name.GetToken().Value
	before := t.nodes
	t.anchors[name] = anchor{open: true}
	node := t.node(path, n.Value, depth)
	t.anchors[name] = anchor{node: node, nodes: t.nodes - before, depth: depthOf(node)}
	return node
}

func depthOf(n plain.Node) int {
	deep := 0
	for _, i := range n.Items {
		deep = max(deep, 1+depthOf(i))
	}
	for _, m := range n.Members {
		deep = max(deep, 1+depthOf(m.Value))
	}
	return deep
}

func (t *treeReader) alias(path string, at plain.Place, n *ast.AliasNode, depth int) plain.Node {
	name := n.Value.GetToken().Value
	a, known := t.anchors[name]
	if !known || a.open {
		p := fuseboard.Problem{
			Path: path, Code: CodeAlias, Value: "*" + plain.Shorten(name),
			Message: "is an alias without an anchor before it", Fix: "write &" + plain.Shorten(name) + " before the value that is meant, or put the text in quotes",
		}
		if a.open {
			p.Message, p.Fix = "is an alias within its own anchor: a value can't contain itself", "remove it"
		}
		t.add(at, p)
		return plain.Node{Word: "*" + name, At: at}
	}
	if t.nodes += a.nodes; t.beyond(at, depth+a.depth) {
		return plain.Node{At: at}
	}
	return a.node
}

// tagged reads a value with a tag: !!str alone is known, since it says what quotes would.
func (t *treeReader) tagged(path string, at plain.Place, n *ast.TagNode) plain.Node {
	if n.Start.Value == "!!str" && n.Value != nil {
		if tk := n.Value.GetToken(); tk != nil && tk.Type != token.ImplicitNullType {
			if literal, isLiteral := n.Value.(*ast.LiteralNode); isLiteral {
				return plain.Node{Form: plain.Text, Word: literal.Value.Value, At: at}
			}
			return plain.Node{Form: plain.Text, Word: tk.Value, At: at}
		}
	}
	t.add(at, fuseboard.Problem{
		Path: path, Code: CodeTag, Value: plain.Shorten(n.Start.Value), Message: "is a tag, which policy files don't have",
		Fix: "remove it; quotes make a text of a value",
	})
	return plain.Node{Word: n.Start.Value, At: at}
}
