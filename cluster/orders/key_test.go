// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard"
)

func TestAKeyComesBackFromItsFilesAndItsPublicHalfIsTrusted(t *testing.T) {
	s, err := GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "ada")
	if err := s.WriteFiles(path, "ada@ops"); err != nil {
		t.Fatal(err)
	}
	again, err := ReadSigner(path)
	if err != nil || again.Key() != s.Key() {
		t.Fatal(again, err)
	}
	trust, err := ReadTrust(fleet, path+".pub")
	if err != nil {
		t.Fatal(err)
	}
	o, err := again.Sign(hold(noon))
	if err == nil {
		_, err = trust.Verify(o, noon)
	}
	if all := trust.Operators(); err != nil || len(all) != 1 || all[0].Name != "ada@ops" || all[0].Key() != s.Key() {
		t.Error(all, err)
	}
}

func TestKeyFilesHaveTheRightModesAndReplaceNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ada")
	if err := fixed(1).WriteFiles(path, "ada"); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]fs.FileMode{path: 0o600, path + ".pub": 0o644} {
		info, err := os.Stat(name)
		if err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&^mode != 0 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if err := fixed(2).WriteFiles(path, "ada"); !errors.Is(err, fs.ErrExist) {
		t.Error(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := fixed(2).WriteFiles(path, "ada"); !errors.Is(err, fs.ErrExist) { // the public half is there
		t.Error(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("half of a pair was left", err)
	}
	if err := fixed(2).WriteFiles(path, "Ada!"); !errors.As(err, new(fuseboard.Problems)) {
		t.Error(err)
	}
	if err := (Signer{}).WriteFiles(path, "ada"); !errors.As(err, new(fuseboard.Problems)) {
		t.Error(err)
	}
}

func TestAPrivateKeyThatOthersMayReadIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes say nothing")
	}
	path := filepath.Join(t.TempDir(), "ada")
	if err := fixed(1).WriteFiles(path, "ada"); err != nil {
		t.Fatal(err)
	}
	for mode, fine := range map[fs.FileMode]bool{0o600: true, 0o400: true, 0o640: false, 0o604: false, 0o620: false, 0o601: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := ReadSigner(path)
		if (err == nil) != fine {
			t.Errorf("%#o: %v", mode, err)
		}
		if err != nil && !strings.Contains(err.Error(), "chmod 600") {
			t.Error(err)
		}
	}
}

func TestWhatIsNoPrivateKeyIsToldAsThat(t *testing.T) {
	dir := t.TempDir()
	if err := fixed(1).WriteFiles(filepath.Join(dir, "ada"), "ada"); err != nil {
		t.Fatal(err)
	}
	public, err := os.ReadFile(filepath.Join(dir, "ada.pub"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"empty": "", "public": string(public), "broken": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		"other": "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var p fuseboard.Problem
		if _, err := ReadSigner(path); !errors.As(err, &p) || p.Path != path || p.Fix == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ReadSigner(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := ReadSigner(dir); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("a directory is a key: %v", err)
	}
	if _, err := ReadSigner(filepath.Join(dir, "ada.pub")); err == nil || !strings.Contains(err.Error(), "give the private key's file, "+filepath.Join(dir, "ada")+" ") {
		t.Errorf("the public line, which everybody may read, is told as something else: %v", err)
	}
}

func TestASignerNeverPrintsItsKey(t *testing.T) {
	s := fixed(1)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%X", "%q", "%p"} {
		for _, text := range []string{fmt.Sprintf(verb, s), fmt.Sprintf(verb, struct{ S Signer }{s}), fmt.Sprintf(verb, struct{ s Signer }{s}), fmt.Sprintf(verb, &s)} {
			for _, secret := range []string{hex.EncodeToString(s.secret()[:4]), fmt.Sprint([]byte(s.secret()[:3]))[1:6]} {
				if strings.Contains(strings.ToLower(text), secret) {
					t.Errorf("%s prints %s", verb, text)
				}
			}
		}
	}
	if got := fmt.Sprintf("%#v", s); got != "signer "+s.Key().String() {
		t.Error(got)
	}
}

func TestAFingerprintIsFourGroupsThatTwoPeopleCanCompare(t *testing.T) {
	got := fixed(1).Key().String()
	if !regexp.MustCompile(`^([a-z2-7]{4}-){3}[a-z2-7]{4}$`).MatchString(got) || got == fixed(2).Key().String() {
		t.Error(got)
	}
	if text, err := fixed(1).Key().MarshalText(); err != nil || string(text) != got {
		t.Error(string(text), err)
	}
}

func TestAFileOfOperatorsTellsAllThatIsWrongWithLines(t *testing.T) {
	good := operator(t, 1).String()
	all, err := ParseOperators([]byte("# the shop's\r\n\n" + good + "\r\n  " + operator(t, 2).String()))
	if err != nil || len(all) != 2 || all[1].Name != "c" {
		t.Error(all, err)
	}
	_, err = ParseOperators([]byte(good + "\nssh-ed25519 AAAA ada\n" + kind + " AAAA Ada\n"))
	var problems fuseboard.Problems
	if !errors.As(err, &problems) || len(problems) != 3 || problems[0].Path != "line[2].operator" || problems[2].Path != "line[3].operator.name" {
		t.Errorf("%v", err)
	}
	path := filepath.Join(t.TempDir(), "operators")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadTrust(fleet, path); !errors.As(err, &problems) || !strings.Contains(err.Error(), path) {
		t.Error(err)
	}
}

func TestATrustTellsAllThatIsWrong(t *testing.T) {
	twice := operator(t, 1)
	twice.Name = "eve"
	_, err := NewTrust("Shop", operator(t, 1), twice, Operator{Name: "x"}, Operator{})
	var problems fuseboard.Problems
	if !errors.As(err, &problems) || len(problems) != 5 {
		t.Errorf("%d: %v", len(problems), err)
	}
	if trust, err := NewTrust(fleet, operator(t, 1), operator(t, 1)); err != nil || len(trust.Operators()) != 1 || trust.Fleet() != fleet {
		t.Error(err)
	}
}

func TestTheZeroSignerSignsNothing(t *testing.T) {
	if _, err := (Signer{}).Sign(hold(noon)); !errors.As(err, new(fuseboard.Problems)) {
		t.Error(err)
	}
	_ = (Signer{}).Key()
}
