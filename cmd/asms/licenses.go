package main

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

// notices holds the license of asms and, by module, what the licenses of linked
// modules ask to be passed on. notices/collect.sh writes it.
//
//go:embed notices/*.txt
var notices embed.FS

// noticeFile is the file of a module's notices.
func noticeFile(module string) string {
	return "notices/" + strings.ReplaceAll(module, "/", "_") + ".txt"
}

type licensesCmd struct{}

func (licensesCmd) Run(t *terminal) error {
	own := noticeFile("asms")
	text, err := notices.ReadFile(own)
	if err != nil {
		return err
	}
	if _, err := t.out.Write(text); err != nil {
		return err
	}
	all, err := fs.Glob(notices, "notices/*.txt")
	if err != nil {
		return err
	}
	for _, name := range all {
		if name == own {
			continue
		}
		text, err := notices.ReadFile(name)
		if err != nil {
			return err
		}
		module := strings.TrimSuffix(strings.TrimPrefix(name, "notices/"), ".txt")
		if _, err := fmt.Fprintf(t.out, "\n%s\n%s\n\n%s", strings.Repeat("=", 78), strings.ReplaceAll(module, "_", "/"), text); err != nil {
			return err
		}
	}
	return nil
}
