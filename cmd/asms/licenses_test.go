package main

import (
	"bytes"
	"debug/buildinfo"
	"os"
	"strings"
	"testing"
)

func TestEveryLinkedModuleHasANotice(t *testing.T) {
	t.Parallel()
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	out := ok(t, "", "licenses")
	modules := []string{"go"}
	for _, m := range info.Deps {
		modules = append(modules, m.Path)
	}
	if len(modules) < 5 {
		t.Fatalf("the binary knows of %v only", modules)
	}
	for _, m := range modules {
		text, err := notices.ReadFile(noticeFile(m))
		if err != nil || len(bytes.TrimSpace(text)) == 0 {
			t.Errorf("%s has no notice: run cmd/asms/notices/collect.sh (%v)", m, err)
		} else if !strings.Contains(out, string(text)) || !strings.Contains(out, "\n"+m+"\n") {
			t.Errorf("asms licenses leaves %s out", m)
		}
	}
	own, err := os.ReadFile("../../LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(out, string(own)) {
		t.Error("asms licenses does not begin with the license of asms: run cmd/asms/notices/collect.sh")
	}
}
