// SPDX-License-Identifier: Apache-2.0

package schematest

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/fuseboard/fuseboard/config"
)

// compiled is the schema as its draft's metaschema allows it.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(config.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// read is a file as a validator sees it.
func read(t *testing.T, file []byte) any {
	t.Helper()
	asJSON, err := yaml.YAMLToJSON(file)
	if err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestSchemaIsOneOfItsDraft(t *testing.T) {
	compiled(t)
	var doc map[string]any
	if err := json.Unmarshal(config.Schema(), &doc); err != nil || doc["$schema"] != "https://json-schema.org/draft/2020-12/schema" {
		t.Errorf("%v: %v", doc["$schema"], err)
	}
}

var blocks = regexp.MustCompile("(?s)```yaml\n(.*?)```")

func TestSchemaAcceptsEveryFileOfThePolicyPage(t *testing.T) {
	schema := compiled(t)
	page, err := os.ReadFile("../../../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	files := blocks.FindAllSubmatch(page, -1)
	if len(files) < 20 {
		t.Fatalf("the page shows %d files", len(files))
	}
	for _, file := range files {
		if err := schema.Validate(read(t, file[1])); err != nil {
			t.Errorf("%v\n%s", err, file[1])
		}
	}
}

// commented are lines of the template that say something once their mark is taken off.
var commented = regexp.MustCompile(`(?m)^( *)# ((rules|  in-trouble|    when|    until|    profiles|    dependencies|brownout|  bulkhead):)`)

func TestSchemaAcceptsTheTemplate(t *testing.T) {
	schema := compiled(t)
	file := config.Template("payments")
	if err := schema.Validate(read(t, file)); err != nil {
		t.Errorf("%v\n%s", err, file)
	}
	whole := commented.ReplaceAll(file, []byte("$1$2"))
	if doc, _ := read(t, whole).(map[string]any); doc["rules"] == nil {
		t.Errorf("without its marks the rule is none:\n%s", whole)
	}
	if err := schema.Validate(read(t, whole)); err != nil {
		t.Errorf("%v\n%s", err, whole)
	}
	if !bytes.HasPrefix(file, []byte("# yaml-language-server: $schema=./fuseboard.schema.json\n")) {
		t.Error("editors do not find the schema of the template")
	}
}

// places are where a validator complains, innermost alone.
func places(err error) (all []string) {
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return nil
	}
	if len(invalid.Causes) == 0 {
		return []string{strings.Join(invalid.InstanceLocation, ".")}
	}
	for _, cause := range invalid.Causes {
		all = append(all, places(cause)...)
	}
	return all
}
