package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// file writes a configuration file.
func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "asms.toml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// Flags count more than the environment, and that more than the file. The three
// name different data directories, and what each holds tells which was used.
func TestWhereFlagsComeFrom(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	of := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"flag", "env", "file"} {
		ok(t, "p", "user", "add", "of-"+name, "--data", of(name), "--password-stdin")
	}
	name := file(t, `data = "`+of("file")+`"`)
	for _, c := range []struct {
		want string
		env  []string
		args []string
	}{
		{"file", nil, []string{"--config", name}},
		{"file", []string{"ASMS_CONFIG=" + name}, nil},
		{"env", []string{"ASMS_DATA=" + of("env")}, nil},
		{"env", []string{"ASMS_DATA=" + of("env"), "ASMS_CONFIG=" + name}, nil},
		{"flag", []string{"ASMS_DATA=" + of("env")}, []string{"--config", name, "--data", of("flag")}},
		{"flag", nil, []string{"--data", of("flag"), "--config", name}},
	} {
		r := asms(t, "", c.env, append([]string{"user", "list"}, c.args...)...)
		if r.code != 0 || !strings.Contains(r.out, "of-"+c.want) {
			t.Errorf("%v %v: exit %d, %s%s", c.env, c.args, r.code, r.out, r.err)
		}
	}
}

func TestConfigFilesThatAreWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		words      []string
	}{
		{"unknown key", "lsten = \"127.0.0.1:0\"\n", []string{"asms.toml", `unknown key "lsten"`}},
		{"a table", "[serve]\nlisten = \"127.0.0.1:0\"\n", []string{`unknown key "serve"`}},
		{"a flag of one call only", "password-stdin = true\n", []string{`unknown key "password-stdin"`}},
		{"itself", "config = \"x\"\n", []string{`unknown key "config"`}},
		{"syntax", "data = \"x\"\nlisten = \n", []string{"asms.toml", "line 2"}},
		{"a value of another kind", "listen = 1.5\n", []string{"listen"}},
		{"a table as value", "listen = { a = 1 }\n", []string{"listen"}},
		{"a list of numbers", "listen = [1]\n", []string{"listen"}},
		{"a value that is refused", "log-format = \"xml\"\n", []string{"log-format"}},
		{"not a truth", "behind-proxy = \"perhaps\"\n", []string{"behind-proxy"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			asms(t, "", nil, "serve", "--config", file(t, c.text)).says(t, 2, c.words...)
		})
	}
	asms(t, "", nil, "serve", "--config", filepath.Join(t.TempDir(), "none.toml")).says(t, 2, "none.toml", "no such file")
	asms(t, "", []string{"ASMS_LOG_FORMAT=xml"}, "serve").says(t, 2, "log-format")
}

func TestOneFileServesAllCommands(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	name := file(t, `
data = "`+data+`"
log-format = "json"
log-level = "debug"
`)
	s := serveIn(t, data, "--config", name)
	ok(t, "p", "user", "add", "ann", "--password-stdin", "--config", name)
	if code := s.options("ann", "p"); code != 200 {
		t.Errorf("HTTP %d", code)
	}
	s.signal(syscall.SIGTERM)
	s.wait(waitAtMost)
	if log := s.logs.String(); !strings.HasPrefix(log, `{"time":`) {
		t.Errorf("the log is not JSON: %s", log)
	}
}
