// SPDX-License-Identifier: Apache-2.0

// Package throttle lets a client refuse its own calls to a dependency that refuses many.
package throttle
