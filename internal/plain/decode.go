// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"reflect"
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
	tree, problem := parse(data)
	if problem != nil {
		return fuseboard.Problems{*problem}
	}
	return decode(tree, target.Elem())
}

// decode fills target from a tree, whatever kind of text that was read from.
func decode(tree node, target reflect.Value) fuseboard.Problems {
	d := decoder{root: target.Type()}
	fresh := reflect.New(target.Type()).Elem()
	d.value("", tree, fresh, false)
	if len(d.problems) == 0 {
		target.Set(fresh)
	}
	return d.problems
}

type decoder struct {
	root     reflect.Type
	problems fuseboard.Problems
}

func (d *decoder) add(p fuseboard.Problem) {
	if p.Path == "" {
		p.Path = whole
	}
	d.problems = append(d.problems, p)
}

// value reads n into v, which is zero and can be set.
func (d *decoder) value(path string, n node, v reflect.Value, rate bool) {
	switch kind := v.Kind(); {
	case n.form == null:
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

func (d *decoder) structure(path string, n node, v reflect.Value) {
	fields, err := fieldsOf(v.Type())
	if err != nil {
		d.add(unsupported(path, err.Error()))
		return
	}
	if !d.is(object, "an object with named fields", path, n) {
		return
	}
	byName := make(map[string]field, len(fields))
	for _, f := range fields {
		byName[f.name] = f
	}
	for _, m := range d.once(path, n.members) {
		if f, known := byName[m.name]; known {
			d.value(below(path, m.name), m.value, v.Field(f.index), f.rate)
		} else {
			d.unknown(path, m, namesOf(fields))
		}
	}
}

func (d *decoder) mapping(path string, n node, v reflect.Value, rate bool) {
	t := v.Type()
	if t.Key().Kind() != reflect.String {
		d.add(unsupported(path, "a map needs keys of a string type, not "+t.Key().String()))
		return
	}
	if !d.is(object, "an object with a value for each name", path, n) {
		return
	}
	v.Set(reflect.MakeMapWithSize(t, len(n.members)))
	for _, m := range d.once(path, n.members) {
		key, value := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		key.SetString(m.name)
		d.value(below(path, m.name), m.value, value, rate)
		v.SetMapIndex(key, value)
	}
}

func (d *decoder) slice(path string, n node, v reflect.Value, rate bool) {
	want := "a list such as [\"a\", \"b\"]"
	if v.Type().Elem().Kind() == reflect.Struct {
		want = "a list of objects such as [{…}, {…}]"
	}
	if !d.is(list, want, path, n) {
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
	for i, item := range n.items {
		d.value(at(path, i), item, v.Index(i), rate)
	}
}

// is reports whether n has the wanted form, or adds what is wanted.
func (d *decoder) is(f form, want, path string, n node) bool {
	if n.form != f {
		d.add(wrong(path, CodeType, n, want, ""))
	}
	return n.form == f
}

// once returns the members without those given again, which it reports.
func (d *decoder) once(path string, members []member) []member {
	first := make(map[string]int, len(members))
	kept := members[:0:0]
	for _, m := range members {
		line, again := first[m.name]
		if !again {
			first[m.name] = m.line
			kept = append(kept, m)
			continue
		}
		d.add(fuseboard.Problem{
			Path: below(path, m.name), Code: CodeDuplicate, Value: m.value.given(),
			Message: "is given more than once, in lines " + strconv.Itoa(line) + " and " + strconv.Itoa(m.line),
			Fix:     "keep one of them",
		})
	}
	return kept
}

// unknown reports a field that the section at path does not have.
func (d *decoder) unknown(path string, m member, names []string) {
	section := path
	if section == "" {
		section = "a " + whole
	}
	p := fuseboard.Problem{
		Path: below(path, m.name), Code: CodeUnknown, Value: m.value.given(),
		Message: "is not a field of " + section, Accepted: strings.Join(names, ", "),
	}
	if near, found := nearest(m.name, names); found {
		p.Fix = "did you mean " + near + "?"
	} else if homes := places(d.root, "", m.name, 0); len(homes) > 0 {
		p.Fix = "did you mean " + strings.Join(homes, " or ") + "?"
	}
	d.add(p)
}

func wrong(path, code string, n node, want, fix string) fuseboard.Problem {
	return fuseboard.Problem{
		Path: path, Code: code, Value: n.given(), Message: "want " + want + ", got " + n.got(), Fix: fix,
	}
}

func unsupported(path, message string) fuseboard.Problem {
	return fuseboard.Problem{Path: path, Code: CodeUnsupported, Message: message, Fix: "this is a mistake in the program, not in the file"}
}
