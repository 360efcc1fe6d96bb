// SPDX-License-Identifier: Apache-2.0

package orders_test

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/fuseboard/fuseboard/cluster/orders"
)

// keys makes an operator's key and what a node knows of him.
func keys() (orders.Signer, orders.Trust) {
	signer, err := orders.GenerateSigner()
	if err != nil {
		panic(err)
	}
	ada, err := signer.Operator("ada")
	if err != nil {
		panic(err)
	}
	trust, err := orders.NewTrust("shop/live", ada)
	if err != nil {
		panic(err)
	}
	return signer, trust
}

func order(now time.Time, book *orders.Book) orders.Order {
	return orders.Order{
		Fleet: "shop/live", Dependency: "payments", Verb: orders.HoldOpen,
		Author: "Ada", Reason: "their disk is full",
		Issued: now, Expires: now.Add(15 * time.Minute), Version: book.Next(now),
	}
}

func ExampleNewBook() {
	signer, trust := keys()
	now := time.Now()
	book := orders.NewBook(trust)

	signed, err := signer.Sign(order(now, book)) // where the operator is
	if err != nil {
		fmt.Println(err)
		return
	}
	change, err := book.Receive(now, signed.Bytes()) // on every node
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(change.Verdict, "from", change.Entry.Operator)
	fmt.Println(book.For("payments", now).Circuit.Verb)
	fmt.Println(book.For("payments", now.Add(15*time.Minute)).Circuit)
	fmt.Println(book.Durability())
	// Output:
	// taken from ada
	// hold-open
	// <nil>
	// memory
}

func ExampleOpenBook() {
	dir, err := os.MkdirTemp("", "orders")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	signer, trust := keys()
	now := time.Now()
	book, _, err := orders.OpenBook(dir, trust, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	signed, err := signer.Sign(order(now, book))
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := book.Apply(now, signed); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(book.Durability(), book.Save(), book.Durability())

	after, loaded, err := orders.OpenBook(dir, trust, now) // after a restart
	fmt.Println(loaded.Orders, after.For("payments", now).Circuit.Reason, err)
	// Output:
	// memory <nil> disk
	// 1 their disk is full <nil>
}

func ExampleTrust_Verify() {
	signer, _ := keys()
	_, others := keys() // a node that trusts somebody else
	now := time.Now()
	signed, err := signer.Sign(order(now, orders.NewBook(others)))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = others.Verify(signed, now)
	fmt.Println(err != nil)
	// Output: true
}

func ExampleSigner_WriteFiles() {
	dir, err := os.MkdirTemp("", "keys")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	signer, _ := keys()
	path := filepath.Join(dir, "ada")
	if err := signer.WriteFiles(path, "ada"); err != nil {
		fmt.Println(err)
		return
	}
	again, err := orders.ReadSigner(path)
	fmt.Println(again.Key() == signer.Key(), err)
	trust, err := orders.ReadTrust("shop/live", path+".pub") // a node's file has a line for each operator
	fmt.Println(len(trust.Operators()), err)
	// Output:
	// true <nil>
	// 1 <nil>
}
