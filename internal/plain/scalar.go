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
func (d *decoder) scalar(path string, n node, v reflect.Value, rate bool) {
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

func (d *decoder) float(path string, n node, v reflect.Value, rate bool) {
	if rate {
		d.rate(path, n, v)
	} else {
		d.number(path, n, v)
	}
}

func (d *decoder) truth(path string, n node, v reflect.Value) {
	if d.is(boolean, "true or false", path, n) {
		v.SetBool(n.word == "true")
	}
}

func (d *decoder) text(path string, n node, v reflect.Value) {
	if !d.is(text, "a word in quotes", path, n) {
		return
	}
	u, _ := v.Addr().Interface().(encoding.TextUnmarshaler) // isText said so
	if err := u.UnmarshalText([]byte(n.word)); err != nil {
		d.add(fuseboard.Problem{Path: path, Code: CodeValue, Value: n.given(), Message: err.Error()})
	}
}

func (d *decoder) word(path string, n node, v reflect.Value) {
	switch n.form {
	case text:
		v.SetString(n.word)
	case number, boolean:
		d.add(wrong(path, CodeType, n, "a text", "put it in quotes"))
	default:
		d.add(wrong(path, CodeType, n, "a text", ""))
	}
}

const wantDuration = "a duration such as 800ms or 2s"

func (d *decoder) duration(path string, n node, v reflect.Value) {
	if n.form != text && n.form != number {
		d.add(wrong(path, CodeType, n, wantDuration, ""))
		return
	}
	if f, err := parseFloat(n.word); err == nil { // "5" in quotes lacks the unit as 5 does
		if f != 0 {
			d.add(wrong(path, CodeNoUnit, n, wantDuration, "add the unit, for example \""+shorten(n.word)+"s\" or \""+shorten(n.word)+"ms\""))
		}
		return
	}
	parsed, err := time.ParseDuration(n.word)
	switch {
	case err != nil:
		p := wrong(path, CodeDuration, n, wantDuration, "write a day as 24h")
		p.Accepted = "numbers with the units ns, us, ms, s, m and h, at most 2562047h"
		d.add(p)
	case !wholeNanoseconds(n.word):
		d.add(wrong(path, CodePrecision, n, "a duration in whole nanoseconds", "leave out the digits below 1ns"))
	default:
		v.SetInt(int64(parsed))
	}
}

func (d *decoder) whole(path string, n node, v reflect.Value) {
	if !d.isDigits(path, n) {
		return
	}
	bits := v.Type().Bits()
	i, err := strconv.ParseInt(n.word, 10, bits)
	if errors.Is(err, strconv.ErrRange) {
		top := int64(1)<<(bits-1) - 1
		d.add(outside(path, n, strconv.FormatInt(-top-1, 10), strconv.FormatInt(top, 10)))
		return
	}
	v.SetInt(i)
}

func (d *decoder) count(path string, n node, v reflect.Value) {
	if !d.isDigits(path, n) {
		return
	}
	bits := v.Type().Bits()
	u, err := strconv.ParseUint(n.word, 10, bits)
	if err != nil && n.word != "-0" { // too large, or negative
		d.add(outside(path, n, "0", strconv.FormatUint(1<<bits-1, 10)))
		return
	}
	v.SetUint(u)
}

// isDigits reports whether n is a number without fraction and exponent, or adds
// what is wanted.
func (d *decoder) isDigits(path string, n node) bool {
	const want = "a whole number such as 20"
	digits := n.form == number
	for i := 0; digits && i < len(n.word); i++ {
		digits = n.word[i] >= '0' && n.word[i] <= '9' || n.word[i] == '-'
	}
	switch {
	case digits:
		return true
	case n.form == number:
		d.add(wrong(path, CodeWhole, n, want, "write it in digits, without a fraction or an exponent"))
	default:
		d.numberless(path, n, want)
	}
	return false
}

func (d *decoder) number(path string, n node, v reflect.Value) {
	if n.form != number {
		d.numberless(path, n, "a number such as 1.5")
		return
	}
	f, err := parseFloat(n.word)
	if err != nil {
		d.add(wrong(path, CodePrecision, n, "a number that 64 bits can hold", ""))
		return
	}
	v.SetFloat(f)
}

func (d *decoder) rate(path string, n node, v reflect.Value) {
	const want = "a share such as 50% or 0.5"
	if n.form != number && n.form != text {
		d.add(wrong(path, CodeType, n, want, ""))
		return
	}
	share, err := ParseRate(n.word)
	if err != nil {
		d.add(wrong(path, CodeRate, n, want, ""))
		return
	}
	v.SetFloat(share)
}

// numberless reports something else in the place of a number.
func (d *decoder) numberless(path string, n node, want string) {
	fix := ""
	if _, err := parseFloat(n.word); n.form == text && err == nil {
		fix = "remove the quotes"
	}
	d.add(wrong(path, CodeType, n, want, fix))
}

func outside(path string, n node, lo, hi string) fuseboard.Problem {
	return fuseboard.Problem{
		Path: path, Code: CodeRange, Value: n.given(), Message: "does not fit", Accepted: lo + " to " + hi,
	}
}
