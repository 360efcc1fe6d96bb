// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package watch

import "os"

const openFlags = os.O_RDONLY
