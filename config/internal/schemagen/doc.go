// SPDX-License-Identifier: Apache-2.0

// Package schemagen writes the JSON Schema of policy files and docs/policy.md from the Go
// types, their comments and their checks, and keeps both true: it has tests alone. After a
// change of actors.Policy:
//
//	go test ./config/internal/schemagen -rewrite
//
// A field gets its type by reflection, its meaning from the comment in the source, its range from what
// Validate says to a hostile value, and its unit and default from docs/defaults.md, which is
// generated too. The worked examples are in testdata.
package schemagen
