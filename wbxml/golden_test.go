package wbxml

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite testdata/*.xml from *.wbxml, and make what *.wbxml is missing")

// TestGolden reads every pair in testdata in both directions. The bytes of the
// asms_4.x documents are those of the examples in [MS-ASMS] 4.
func TestGolden(t *testing.T) {
	t.Parallel()
	if *update {
		updateGolden(t)
	}
	for _, name := range golden(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, readable := testdata(t, name+".wbxml"), testdata(t, name+".xml")
			var got bytes.Buffer
			if err := ToXML(&got, data); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), readable) {
				t.Errorf("%s.wbxml reads\n%s\nwant\n%s", name, got.Bytes(), readable)
			}
			encoded, err := FromXML(bytes.NewReader(readable))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(encoded, data) {
				t.Errorf("%s.xml becomes\n%x\nwant\n%x", name, encoded, data)
			}
		})
	}
}

// golden returns the names of the pairs in testdata.
func golden(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.wbxml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents in testdata: %v", err)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".wbxml")
	}
	return files
}

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func updateGolden(t *testing.T) {
	readable, err := filepath.Glob("testdata/*.xml")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range readable {
		out := strings.TrimSuffix(f, ".xml") + ".wbxml"
		if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		in, err := os.Open(f)
		if err != nil {
			t.Fatal(err)
		}
		data, err := FromXML(in)
		in.Close()
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		write(t, out, data)
	}
	for _, name := range golden(t) {
		var b bytes.Buffer
		if err := ToXML(&b, testdata(t, name+".wbxml")); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		write(t, "testdata/"+name+".xml", b.Bytes())
	}
}

func write(t *testing.T, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(name, b, 0o644); err != nil {
		t.Fatal(err)
	}
}
