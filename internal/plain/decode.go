// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard"
)

// Codes of the problems that Decode finds, besides [CodeRange].
const (
	// CodeSyntax: the text is no JSON.
	CodeSyntax = "syntax"
	// CodeTrailing: something follows the policy.
	CodeTrailing = "trailing-data"
	// CodeUnknown: no field has this name.
	CodeUnknown = "unknown-field"
	// CodeDuplicate: a field is given again.
	CodeDuplicate = "duplicate-field"
	// CodeType: a value of another type is wanted.
	CodeType = "wrong-type"
	// CodeNoUnit: a duration without a unit.
	CodeNoUnit = "no-unit"
	// CodeDuration: a text that is no duration.
	CodeDuration = "bad-duration"
	// CodeRate: a text or number that is no share.
	CodeRate = "bad-rate"
	// CodeWhole: a number with a fraction or exponent where a whole one is wanted.
	CodeWhole = "not-whole"
	// CodePrecision: more digits than the value can hold.
	CodePrecision = "lost-precision"
	// CodeValue: a text that its type does not accept.
	CodeValue = "bad-value"
	// CodeUnsupported: the Go type can't be read from a file; a mistake in the program.
	CodeUnsupported = "unsupported-type"
)

// Decode reads JSON, as [Encode] writes it, into what into points to, which
// then has exactly what data says: fields that data leaves out, or gives as
// null, are zero. It returns every problem at once, in the order of data, each
// with its path; into is untouched then. Nothing is cut or ignored, and only a
// number with a fraction may take the nearest value that 64 bits hold. Ranges
// are not judged.
func Decode(data []byte, into any) fuseboard.Problems {
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return fuseboard.Problems{unsupported(whole, "Decode needs a pointer to a value")}
	}
	tree, problem := parse(data, deepest)
	if problem != nil {
		return fuseboard.Problems{*problem}
	}
	return problemsOf(decode(tree, target.Elem()))
}

// Flaw is a problem and the place of what it is about: of a value, or of the name that is
// unknown or given again.
type Flaw struct {
	fuseboard.Problem
	// At is where it stands.
	At Place
}

// DecodeNode is [Decode] for a tree that was read from another kind of text. Members of the
// outermost object that are named in also are left to the caller: they are no flaw, and are
// suggested to who misspells them. It returns every flaw at once, and leaves into as it
// was then.
func DecodeNode(tree Node, into any, also ...string) []Flaw {
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return []Flaw{{Problem: unsupported(whole, "DecodeNode needs a pointer to a value"), At: tree.At}}
	}
	return decode(tree, target.Elem(), also...)
}

// decode fills target from a tree, whatever kind of text that was read from.
func decode(tree Node, target reflect.Value, also ...string) []Flaw {
	d := decoder{root: target.Type(), also: also}
	fresh := reflect.New(target.Type()).Elem()
	d.value("", tree, fresh, false)
	if len(d.flaws) == 0 {
		target.Set(fresh)
	}
	return d.flaws
}

func problemsOf(flaws []Flaw) fuseboard.Problems {
	var problems fuseboard.Problems
	for _, f := range flaws {
		problems = append(problems, f.Problem)
	}
	return problems
}

type decoder struct {
	root  reflect.Type
	also  []string // members of the outermost object that the caller reads
	at    Place    // of the value that is read
	flaws []Flaw
	known map[string][]string // where fields are, once one was misplaced
}

// homes returns where fields of the name are.
func (d *decoder) homes(name string) []string {
	if d.known == nil {
		d.known = places(d.root)
	}
	return d.known[name]
}

func (d *decoder) add(p fuseboard.Problem) { d.addAt(d.at, p) }

func (d *decoder) addAt(at Place, p fuseboard.Problem) {
	if p.Path == "" {
		p.Path = whole
	}
	d.flaws = append(d.flaws, Flaw{Problem: p, At: at})
}

// value reads n into v, which is zero and can be set.
func (d *decoder) value(path string, n Node, v reflect.Value, rate bool) {
	outer := d.at
	d.at = n.At
	defer func() { d.at = outer }()
	switch kind := v.Kind(); {
	case n.Form == Null:
	case isRaw(v.Type()):
		d.raw(path, n, v)
	case isText(v.Type()), v.Type() == durationType:
		d.scalar(path, n, v, rate)
	case kind == reflect.Struct:
		d.structure(path, n, v)
	case kind == reflect.Map:
		d.mapping(path, n, v, rate)
	case kind == reflect.Slice:
		d.slice(path, n, v, rate)
	default:
		d.scalar(path, n, v, rate)
	}
}

func (d *decoder) structure(path string, n Node, v reflect.Value) {
	fields, err := fieldsOf(v.Type())
	if err != nil {
		d.add(unsupported(path, err.Error()))
		return
	}
	if !d.is(Object, "an object with named fields", path, n) {
		return
	}
	byName := make(map[string]field, len(fields))
	for _, f := range fields {
		byName[f.name] = f
	}
	for _, m := range d.once(path, n.Members) {
		switch f, known := byName[m.Name]; {
		case known:
			d.value(Below(path, m.Name), m.Value, v.Field(f.index), f.rate)
		case path != "":
			d.unknown(path, m, namesOf(fields))
		case !slices.Contains(d.also, m.Name):
			d.unknown(path, m, append(slices.Clone(d.also), namesOf(fields)...))
		}
	}
}

func (d *decoder) mapping(path string, n Node, v reflect.Value, rate bool) {
	t := v.Type()
	if t.Key().Kind() != reflect.String {
		d.add(unsupported(path, "a map needs keys of a string type, not "+t.Key().String()))
		return
	}
	if !d.is(Object, "an object with a value for each name", path, n) {
		return
	}
	v.Set(reflect.MakeMapWithSize(t, len(n.Members)))
	for _, m := range d.once(path, n.Members) {
		key, value := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		key.SetString(m.Name)
		d.value(Below(path, m.Name), m.Value, value, rate)
		v.SetMapIndex(key, value)
	}
}

func (d *decoder) slice(path string, n Node, v reflect.Value, rate bool) {
	want := "a list such as [\"a\", \"b\"]"
	if v.Type().Elem().Kind() == reflect.Struct {
		want = "a list of objects such as [{…}, {…}]"
	}
	if !d.is(List, want, path, n) {
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Items), len(n.Items)))
	for i, item := range n.Items {
		d.value(At(path, i), item, v.Index(i), rate)
	}
}

// is reports whether n has the wanted form, or adds what is wanted.
func (d *decoder) is(f Form, want, path string, n Node) bool {
	if n.Form != f {
		d.add(wrong(path, CodeType, n, want, ""))
	}
	return n.Form == f
}

// once returns the members without those given again, which it reports.
func (d *decoder) once(path string, members []Member) []Member {
	first := make(map[string]int, len(members))
	kept := members[:0:0]
	for _, m := range members {
		line, again := first[m.Name]
		if !again {
			first[m.Name] = m.At.Line
			kept = append(kept, m)
			continue
		}
		d.addAt(m.At, fuseboard.Problem{
			Path: Below(path, m.Name), Code: CodeDuplicate, Value: m.Value.given(),
			Message: "is given more than once, in lines " + strconv.Itoa(line) + " and " + strconv.Itoa(m.At.Line),
			Fix:     "keep one of them",
		})
	}
	return kept
}

// unknown reports a field that the section at path does not have.
func (d *decoder) unknown(path string, m Member, names []string) {
	section := path
	if section == "" {
		section = "a " + whole
	}
	p := fuseboard.Problem{
		Path: Below(path, m.Name), Code: CodeUnknown, Value: m.Value.given(),
		Message: "is not a field of " + section, Accepted: strings.Join(names, ", "),
	}
	if near, found := Nearest(m.Name, names); found {
		p.Fix = "did you mean " + near + "?"
	} else if homes := d.homes(m.Name); len(homes) > 0 {
		p.Fix = "did you mean " + strings.Join(homes, " or ") + "?"
	}
	d.addAt(m.At, p)
}

func wrong(path, code string, n Node, want, fix string) fuseboard.Problem {
	return fuseboard.Problem{
		Path: path, Code: code, Value: n.given(), Message: "want " + want + ", got " + n.got(), Fix: fix,
	}
}

func unsupported(path, message string) fuseboard.Problem {
	return fuseboard.Problem{Path: path, Code: CodeUnsupported, Message: message, Fix: "this is a mistake in the program, not in the file"}
}
