package simulator_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"asms/relay/simulator"
)

// smstools has smsd drive the modem over TCP, in a directory of its own, which
// it answers.
func smstools(t *testing.T, m *simulator.Modem) (dir string) {
	t.Helper()
	path := program(t, "smsd", "smstools")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() { defer close(served); _ = m.Serve(l) }()
	t.Cleanup(func() { l.Close(); <-served })

	dir = t.TempDir()
	config := "devices = GSM1\ndelaytime = 1\nerrorsleeptime = 1\nloglevel = 7\nautosplit = 3\nreceive_before_send = no\n" +
		"internal_combine = yes\ndecode_unicode_text = yes\nincoming_utf8 = yes\n"
	for _, name := range []string{"outgoing", "checked", "incoming", "report", "failed", "sent"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		config += fmt.Sprintf("%s = %s\n", name, filepath.Join(dir, name))
	}
	config += fmt.Sprintf("[GSM1]\ndevice = @%s\nincoming = yes\nreport = yes\ninit = AT+CNMI=2,1,0,2,0\n", l.Addr())
	file := filepath.Join(dir, "smsd.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(dir, "log")
	start(t, exec.Command(path, "-t", "-c"+file, "-p"+filepath.Join(dir, "pid"), "-i"+filepath.Join(dir, "info"), "-l"+log))
	t.Cleanup(func() {
		if t.Failed() {
			b, _ := os.ReadFile(log)
			t.Logf("smsd's log:\n%s", b)
		}
	})
	return dir
}

// files are the texts of the files in a directory. Those of segments whose
// fellows are missing, and what smsd is busy with, are left out.
func files(t *testing.T, dir, name string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, name, e.Name()))
		if text := string(b); err == nil && (strings.HasPrefix(text, "From: ") || strings.HasPrefix(text, "To: ")) {
			list = append(list, text)
		}
	}
	return list
}

func TestSmstoolsBothWays(t *testing.T) {
	t.Parallel()
	n := simulator.NewNetwork(nil)
	defer n.Close()
	m := n.Modem(ours, nil)
	c := n.Correspondent(theirs, nil)
	texts := texts[:3] // smsd cuts a text off at the first emoji
	for _, text := range texts {
		if err := c.Send(ours, text); err != nil {
			t.Fatal(err)
		}
	}
	dir := smstools(t, m)

	out := filepath.Join(dir, "outgoing")
	for i, text := range texts {
		file := fmt.Sprintf("To: %s\nReport: yes\nAlphabet: UTF-8\n", strings.TrimPrefix(theirs, "+"))
		if strings.Contains(text, "и") {
			file = strings.Replace(file, "UTF-8", "UCS", 1)
			text = ucs2(text)
		}
		hidden := filepath.Join(dir, "outgoing-")
		if err := os.WriteFile(hidden, []byte(file+"\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(hidden, filepath.Join(out, fmt.Sprint("text", i))); err != nil {
			t.Fatal(err)
		}
	}

	eventually(t, "the texts are received", func() bool { return len(files(t, dir, "incoming")) == len(texts) })
	got := files(t, dir, "incoming")
	for _, text := range texts {
		if !slices.ContainsFunc(got, func(file string) bool {
			return strings.Contains(file, "From: "+strings.TrimPrefix(theirs, "+")+"\n") && strings.HasSuffix(file, "\n\n"+text)
		}) {
			t.Errorf("no file with %q in %q", text, got)
		}
	}
	eventually(t, "the texts are sent", func() bool { return len(files(t, dir, "sent")) == len(texts) })
	var arrived []string
	for _, received := range c.Received() {
		arrived = append(arrived, received.Body)
	}
	slices.Sort(arrived)
	if want := slices.Sorted(slices.Values(texts)); !slices.Equal(arrived, want) {
		t.Errorf("arrived %q, sent %q", arrived, want)
	}
	eventually(t, "each text is reported", func() bool { return len(files(t, dir, "report")) >= len(texts) })
	for _, report := range files(t, dir, "report") {
		if !strings.Contains(report, "Status: 0,Ok") {
			t.Errorf("report %q", report)
		}
	}
	eventually(t, "an empty store", func() bool { return m.Stored() == 0 })
	if failed := files(t, dir, "failed"); len(failed) > 0 {
		t.Errorf("failed: %q", failed)
	}
}

// ucs2 is a text as big-endian 16-bit characters.
func ucs2(text string) string {
	var b []byte
	for _, r := range text {
		b = append(b, byte(r>>8), byte(r))
	}
	return string(b)
}
