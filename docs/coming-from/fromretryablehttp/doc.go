// SPDX-License-Identifier: Apache-2.0

// Package fromretryablehttp is one client before and after it came from
// go-retryablehttp; the guide go-retryablehttp.md is cut from it.
package fromretryablehttp
