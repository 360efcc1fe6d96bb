// SPDX-License-Identifier: Apache-2.0

package schematest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// visible are the codes of flaws that a schema can see.
var visible = []string{
	"unknown-field", "wrong-type", "no-unit", "bad-duration", "bad-rate", "bad-value", "api-version", "missing", "name",
}

// sees reports whether one of the problems is one that a schema can see.
func sees(problems config.Problems) bool {
	return slices.ContainsFunc(problems.Errors(), func(p config.Problem) bool { return slices.Contains(visible, p.Code) })
}

// examples are the files of the policy page and the template.
func examples(t *testing.T) [][]byte {
	t.Helper()
	page, err := os.ReadFile("../../../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	files := [][]byte{config.Template("payments")}
	for _, file := range blocks.FindAllSubmatch(page, -1) {
		files = append(files, file[1])
	}
	return files
}

// TestSchemaAndReadAgree puts something else in the place of a value or name of a good file. What Read
// accepts then the schema must accept, and what has a flaw that a schema can see it must refuse.
func TestSchemaAndReadAgree(t *testing.T) {
	schema := compiled(t)
	var docs []any
	for _, file := range examples(t) {
		docs = append(docs, read(t, file))
	}
	accepted, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		doc := copied(t, rapid.SampledFrom(docs).Draw(t, "file"))
		for range rapid.IntRange(1, 2).Draw(t, "changes") {
			doc = spoilt(t, doc)
		}
		text, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		_, problems := config.Read([]config.Source{{Name: "a.yaml", Data: text}}, config.Options{})
		switch err := schema.Validate(doc); {
		case problems.Err() == nil:
			accepted++
			if err != nil {
				t.Fatalf("Read accepts, and the schema does not: %v\n%s", err, text)
			}
		case sees(problems):
			refused++
			if err == nil {
				t.Fatalf("the schema accepts, and Read does not: %v\n%s", problems.Errors(), text)
			}
		}
	})
	if !testing.Short() && (accepted == 0 || refused == 0) { // a short run has few files
		t.Errorf("%d accepted, %d refused", accepted, refused)
	}
}

func copied(t *rapid.T, doc any) (same any) {
	text, err := json.Marshal(doc)
	if err == nil {
		err = json.Unmarshal(text, &same)
	}
	if err != nil {
		t.Fatal(err)
	}
	return same
}

// others is what stands in the place of a value.
var others = rapid.SampledFrom([]string{
	"null", `"off"`, "false", "true", "0", "1", "3", "50", "0.5", "-1", `"5s"`, `"-5s"`, `"50%"`, `"x"`, `""`, "[]", "{}", `["timeout"]`, "[null]", `{"x":1}`, `{"timeout":1}`,
	`{"attempts":2}`, `"critical"`, `["critical"]`, `"1d"`, "1e3", "2.0", "1000000000000", `{"total":"1s"}`, `[{}]`, `[{"use":"computed"}]`, `"fifo"`, `"on"`, `"shadow"`,
})

// names is what stands in the place of a name.
var names = rapid.SampledFrom([]string{"retry", "deadline", "attempts", "total", "breaker", "x", "X y", "operations", "profiles", "extends", "max_wait", "cost", "use", "*"})

// spoilt is a document with one value or name replaced.
func spoilt(t *rapid.T, doc any) any {
	inside := func(n int) bool { return n > 0 && rapid.IntRange(0, 5).Draw(t, "deeper") > 0 }
	switch d := doc.(type) {
	case map[string]any:
		if !inside(len(d)) {
			break
		}
		keys := make([]string, 0, len(d))
		for k := range d {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		key := rapid.SampledFrom(keys).Draw(t, "member")
		if rapid.IntRange(0, 9).Draw(t, "rename") == 0 {
			d[names.Draw(t, "name")] = d[key]
			delete(d, key)
		} else {
			d[key] = spoilt(t, d[key])
		}
		return d
	case []any:
		if !inside(len(d)) {
			break
		}
		i := rapid.IntRange(0, len(d)-1).Draw(t, "item")
		d[i] = spoilt(t, d[i])
		return d
	}
	var other any
	if err := json.Unmarshal([]byte(others.Draw(t, "other")), &other); err != nil {
		t.Fatal(err)
	}
	return other
}

// TestSchemaRefusesTheBadFilesThatItCanSee goes through the files that Read is scored by.
func TestSchemaRefusesTheBadFilesThatItCanSee(t *testing.T) {
	schema := compiled(t)
	files, err := filepath.Glob("../../testdata/bad/*.yaml")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	seen := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s := config.Source{Name: file, Data: data}
		_, problems := config.Read([]config.Source{s}, config.Options{})
		tree, wrong := s.Tree() // under its bounds: there are bombs among them
		if wrong.Err() != nil || !sees(problems) {
			continue // no YAML, or nothing for a schema
		}
		seen++
		if schema.Validate(valueOf(tree)) == nil {
			t.Errorf("%s is accepted, though %v", filepath.Base(file), problems.Errors())
		}
	}
	t.Logf("of %d bad files the schema refuses %d", len(files), seen)
	if seen < 20 {
		t.Errorf("it judged %d files", seen)
	}
}

// valueOf is a tree as a validator knows it.
func valueOf(n plain.Node) any {
	switch n.Form {
	case plain.Truth:
		return n.Word == "true"
	case plain.Numeral:
		return json.Number(n.Word)
	case plain.Text:
		return n.Word
	case plain.List:
		list := make([]any, len(n.Items))
		for i, item := range n.Items {
			list[i] = valueOf(item)
		}
		return list
	case plain.Object:
		object := map[string]any{}
		for _, m := range n.Members {
			object[m.Name] = valueOf(m.Value)
		}
		return object
	case plain.Null:
	}
	return nil
}
