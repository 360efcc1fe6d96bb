// SPDX-License-Identifier: Apache-2.0

// Package schematest judges the JSON Schema of policy files by a validator that is not
// ours: it compiles, accepts the files that are good, refuses those whose flaw a schema can see, and never
// disagrees with Validate about a policy that has no error. It is a module of its own, so
// that the validator is in no user's go.sum.
package schematest
