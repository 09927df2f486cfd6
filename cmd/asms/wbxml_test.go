package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWBXML(t *testing.T) {
	t.Parallel()
	const document = "\x03\x01\x6a\x00\x00\x07\x56\x52\x03" + "0\x00\x01\x01" // FolderSync with sync key 0
	name := filepath.Join(t.TempDir(), "request.wbxml")
	if err := os.WriteFile(name, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	xml := ok(t, "", "wbxml", "decode", name)
	if !strings.Contains(xml, "<SyncKey>0</SyncKey>") {
		t.Errorf("%s", xml)
	}
	if again := ok(t, document, "wbxml", "decode"); again != xml {
		t.Errorf("from standard input: %s", again)
	}
	if back := ok(t, xml, "wbxml", "encode", "-"); back != document {
		t.Errorf("encoded: %q", back)
	}
	r := asms(t, "\x03\x01\x6a\x00\x45", nil, "wbxml", "decode")
	r.says(t, 1, "wbxml")
	if r.out != "" {
		t.Errorf("it prints %q of a broken document", r.out)
	}
	asms(t, "<Sync", nil, "wbxml", "encode").says(t, 1)
	asms(t, "", nil, "wbxml", "decode", "no-such-file").says(t, 1, "no-such-file")
}
