package simulator_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"asms/relay/simulator"
)

// texts are what programs must read as it was sent, and send as it was read.
var texts = []string{
	"hello",
	strings.Repeat("Ein Preis von 12 € [netto] für {alle} ~ ", 9), // escapes, three segments
	strings.Repeat("Привет, мир! ", 12),                           // UCS-2, three segments
	"See you at 8 👍🏽 with the 👨‍👩‍👧‍👦",
	strings.Repeat("ab😀", 40), // surrogate pairs at every turn
}

// gammu has gammu do the commands in one session on a pseudo terminal, since
// each session spends seconds on asking what the modem is. It answers what
// gammu printed.
func gammu(t *testing.T, m *simulator.Modem, commands ...string) string {
	t.Helper()
	path, dir := program(t, "gammu", "gammu"), t.TempDir()
	config, batch := filepath.Join(dir, "gammurc"), filepath.Join(dir, "batch")
	for name, text := range map[string]string{
		config: fmt.Sprintf("[gammu]\ndevice = %s\nconnection = at115200\nsynchronizetime = no\n", serveTerminal(t, m)),
		batch:  strings.Join(commands, "\n") + "\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return run(t, path, "-c", config, "batch", batch)
}

func TestGammuReads(t *testing.T) {
	t.Parallel()
	n := simulator.NewNetwork(nil)
	defer n.Close()
	m := n.Modem(ours, nil)
	c := n.Correspondent(theirs, nil)
	for _, text := range texts {
		if err := c.Send(ours, text); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the texts are on the SIM", func() bool { return n.Waiting(ours) == 0 })
	stored := m.Stored()
	out := gammu(t, m, "identify", "getsmsc", "geteachsms", "deletesms 1 2", "deletesms 1 1")
	for _, want := range append([]string{
		"asms", "Simulator", "490154203237518", "001010123456789", "+15550000000", // the modem
		theirs, "UnRead", fmt.Sprintf("%d SMS parts in %d SMS sequences", stored, len(texts)),
	}, texts...) {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
	if got := m.Stored(); got != stored-2 {
		t.Errorf("%d messages, of %d two were deleted:\n%s", got, stored, out)
	}
}

func TestGammuSends(t *testing.T) {
	t.Parallel()
	n := simulator.NewNetwork(nil)
	defer n.Close()
	m := n.Modem(ours, nil)
	c := n.Correspondent(theirs, nil)
	var commands []string
	for _, text := range texts {
		command := fmt.Sprintf(`sendsms TEXT %s -report -autolen 500 -text "%s"`, theirs, text)
		if strings.ContainsAny(text, "и😀👍") {
			command += " -unicode"
		}
		commands = append(commands, command)
	}
	out := gammu(t, m, commands...)
	eventually(t, "the texts are there", func() bool { return n.Waiting(theirs) == 0 })
	got := c.Received()
	if len(got) != len(texts) {
		t.Fatalf("%d texts arrived of %d:\n%s", len(got), len(texts), out)
	}
	for i, text := range texts {
		if got[i].Body != text || got[i].From != ours {
			t.Errorf("received %+v, sent %q", got[i], text)
		}
	}
}
