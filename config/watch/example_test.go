// SPDX-License-Identifier: Apache-2.0

package watch_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/fuseboard/fuseboard/config/watch"
)

// Who watches gets what is there, and then each change. A path that does not exist yet is
// an Err, and no reason to end.
func ExampleStart() {
	dir, _ := os.MkdirTemp("", "policies")
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "fuseboard.yaml")

	w, err := watch.Start(context.Background(), watch.Options{Path: file})
	if err != nil {
		fmt.Println(err) // options out of range
		return
	}
	defer w.Close()

	first := <-w.Changes()
	fmt.Println(first.Err != nil)

	beside := filepath.Join(dir, ".new") // who renames is never seen half way
	os.WriteFile(beside, []byte("apiVersion: fuseboard/v1\n"), 0o600)
	os.Rename(beside, file)
	for s := range w.Changes() {
		if s.Err == nil {
			fmt.Printf("%s: %s", filepath.Base(s.Files[0].Name), s.Files[0].Data)
			break
		}
	}
	// Output:
	// true
	// fuseboard.yaml: apiVersion: fuseboard/v1
}
