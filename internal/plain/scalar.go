// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"encoding"
	"errors"
	"reflect"
	"strconv"
	"time"

	"github.com/fuseboard/fuseboard"
)

// scalar reads a value that has no parts.
func (d *decoder) scalar(path string, n Node, v reflect.Value, rate bool) {
	switch {
	case isText(v.Type()):
		d.text(path, n, v)
	case v.Type() == durationType:
		d.duration(path, n, v)
	case v.Kind() == reflect.Bool:
		d.truth(path, n, v)
	case v.Kind() == reflect.String:
		d.word(path, n, v)
	case v.CanInt():
		d.whole(path, n, v)
	case v.CanUint():
		d.count(path, n, v)
	case v.Kind() == reflect.Float64:
		d.float(path, n, v, rate)
	default:
		d.add(unsupported(path, "values of type "+v.Type().String()+" can't be read"))
	}
}

func (d *decoder) float(path string, n Node, v reflect.Value, rate bool) {
	if rate {
		d.rate(path, n, v)
	} else {
		d.number(path, n, v)
	}
}

func (d *decoder) truth(path string, n Node, v reflect.Value) {
	if d.is(Truth, "true or false", path, n) {
		v.SetBool(n.Word == "true")
	}
}

func (d *decoder) text(path string, n Node, v reflect.Value) {
	if !d.is(Text, "a word in quotes", path, n) {
		return
	}
	u, _ := v.Addr().Interface().(encoding.TextUnmarshaler) // isText said so
	if err := u.UnmarshalText([]byte(n.Word)); err != nil {
		d.add(fuseboard.Problem{Path: path, Code: CodeValue, Value: n.given(), Message: err.Error()})
	}
}

func (d *decoder) word(path string, n Node, v reflect.Value) {
	switch n.Form {
	case Text:
		v.SetString(n.Word)
	case Numeral, Truth:
		d.add(wrong(path, CodeType, n, "a text", "put it in quotes"))
	default:
		d.add(wrong(path, CodeType, n, "a text", ""))
	}
}

const wantDuration = "a duration such as 800ms or 2s"

func (d *decoder) duration(path string, n Node, v reflect.Value) {
	if n.Form != Text && n.Form != Numeral {
		d.add(wrong(path, CodeType, n, wantDuration, ""))
		return
	}
	if f, err := parseFloat(n.Word); err == nil { // "5" in quotes lacks the unit as 5 does
		if f != 0 {
			d.add(wrong(path, CodeNoUnit, n, wantDuration, "add the unit, for example \""+Shorten(n.Word)+"s\" or \""+Shorten(n.Word)+"ms\""))
		}
		return
	}
	parsed, err := time.ParseDuration(n.Word)
	switch {
	case err != nil:
		p := wrong(path, CodeDuration, n, wantDuration, durationFix(n.Word))
		p.Accepted = "numbers with the units ns, us, ms, s, m and h, at most 2562047h"
		d.add(p)
	case !wholeNanoseconds(n.Word):
		d.add(wrong(path, CodePrecision, n, "a duration in whole nanoseconds", "leave out the digits below 1ns"))
	default:
		v.SetInt(int64(parsed))
	}
}

func (d *decoder) whole(path string, n Node, v reflect.Value) {
	if !d.isDigits(path, n) {
		return
	}
	bits := v.Type().Bits()
	i, err := strconv.ParseInt(n.Word, 10, bits)
	if errors.Is(err, strconv.ErrRange) {
		top := int64(1)<<(bits-1) - 1
		d.add(outside(path, n, strconv.FormatInt(-top-1, 10), strconv.FormatInt(top, 10)))
		return
	}
	v.SetInt(i)
}

func (d *decoder) count(path string, n Node, v reflect.Value) {
	if !d.isDigits(path, n) {
		return
	}
	bits := v.Type().Bits()
	u, err := strconv.ParseUint(n.Word, 10, bits)
	if err != nil && n.Word != "-0" { // too large, or negative
		d.add(outside(path, n, "0", strconv.FormatUint(1<<bits-1, 10)))
		return
	}
	v.SetUint(u)
}

// isDigits reports whether n is a number without fraction and exponent, or adds
// what is wanted.
func (d *decoder) isDigits(path string, n Node) bool {
	const want = "a whole number such as 20"
	digits := n.Form == Numeral
	for i := 0; digits && i < len(n.Word); i++ {
		digits = n.Word[i] >= '0' && n.Word[i] <= '9' || n.Word[i] == '-'
	}
	switch {
	case digits:
		return true
	case n.Form == Numeral:
		d.add(wrong(path, CodeWhole, n, want, "write it in digits, without a fraction or an exponent"))
	default:
		d.numberless(path, n, want)
	}
	return false
}

func (d *decoder) number(path string, n Node, v reflect.Value) {
	if n.Form != Numeral {
		d.numberless(path, n, "a number such as 1.5")
		return
	}
	f, err := parseFloat(n.Word)
	if err != nil {
		d.add(wrong(path, CodePrecision, n, "a number that 64 bits can hold", ""))
		return
	}
	v.SetFloat(f)
}

func (d *decoder) rate(path string, n Node, v reflect.Value) {
	const want = "a share such as 50% or 0.5"
	if n.Form != Numeral && n.Form != Text {
		d.add(wrong(path, CodeType, n, want, ""))
		return
	}
	share, err := ParseRate(n.Word)
	if err != nil {
		d.add(wrong(path, CodeRate, n, want, ""))
		return
	}
	v.SetFloat(share)
}

// numberless reports something else in the place of a number.
func (d *decoder) numberless(path string, n Node, want string) {
	fix := ""
	if _, err := parseFloat(n.Word); n.Form == Text && err == nil {
		fix = "remove the quotes"
	}
	d.add(wrong(path, CodeType, n, want, fix))
}

func outside(path string, n Node, lo, hi string) fuseboard.Problem {
	return fuseboard.Problem{
		Path: path, Code: CodeRange, Value: n.given(), Message: "does not fit", Accepted: lo + " to " + hi,
	}
}
