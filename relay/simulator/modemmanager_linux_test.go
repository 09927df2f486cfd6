package simulator_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"asms/relay/simulator"
)

// bus is a message bus of the test's own with ModemManager on it.
type bus struct {
	t       *testing.T
	address string
	gdbus   string
}

// modemManager has ModemManager drive the modem. Its test mode takes a socket
// in its working directory for a serial line.
func modemManager(t *testing.T, m *simulator.Modem) *bus {
	t.Helper()
	manager, daemon := program(t, "ModemManager", "modemmanager"), program(t, "dbus-daemon", "dbus-daemon")
	dir := t.TempDir()
	b := &bus{t: t, address: "unix:path=" + filepath.Join(dir, "bus"), gdbus: program(t, "gdbus", "libglib2.0-bin")}

	l, err := net.Listen("unix", filepath.Join(dir, "mmsim0"))
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() { defer close(served); _ = m.Serve(l) }()
	t.Cleanup(func() { l.Close(); <-served })

	config := filepath.Join(dir, "bus.conf")
	if err := os.WriteFile(config, []byte(`<busconfig><type>session</type><listen>`+b.address+`</listen>
		<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, exec.Command(daemon, "--config-file="+config, "--nofork", "--nopidfile"))
	eventually(t, "a message bus", func() bool {
		c, err := net.Dial("unix", filepath.Join(dir, "bus"))
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	cmd := exec.Command(manager, "--test-session", "--test-enable", "--test-no-udev", "--no-auto-scan", "--log-level=INFO")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "DBUS_SESSION_BUS_ADDRESS="+b.address)
	start(t, cmd)
	run(t, b.gdbus, "wait", "--address", b.address, "--timeout", "10", "org.freedesktop.ModemManager1")
	b.call("/org/freedesktop/ModemManager1", "Test.SetProfile", "test", "generic", "['mmsim0']")
	return b
}

// call calls a method and answers what it returned.
func (b *bus) call(object, method string, args ...string) string {
	b.t.Helper()
	return run(b.t, b.gdbus, append([]string{"call", "--address", b.address, "--dest", "org.freedesktop.ModemManager1",
		"--object-path", object, "--timeout", "20", "--method", "org.freedesktop.ModemManager1." + method}, args...)...)
}

// property reads a property of an object.
func (b *bus) property(object, face, name string) string {
	b.t.Helper()
	out := run(b.t, b.gdbus, "call", "--address", b.address, "--dest", "org.freedesktop.ModemManager1", "--object-path", object,
		"--method", "org.freedesktop.DBus.Properties.Get", "org.freedesktop.ModemManager1."+face, name)
	value := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(out), "(<"), ">,)")
	if quoted, found := strings.CutPrefix(value, "'"); found {
		text, err := strconv.Unquote(`"` + strings.ReplaceAll(strings.TrimSuffix(quoted, "'"), `"`, `\"`) + `"`)
		if err != nil {
			b.t.Fatalf("%s: %v", value, err)
		}
		return text
	}
	return value
}

var (
	modemPath = regexp.MustCompile(`/org/freedesktop/ModemManager1/Modem/\d+`)
	textPath  = regexp.MustCompile(`/org/freedesktop/ModemManager1/SMS/\d+`)
)

func TestModemManagerBothWays(t *testing.T) {
	t.Parallel()
	n := simulator.NewNetwork(&simulator.Options{Pace: 50 * time.Millisecond})
	defer n.Close()
	m := n.Modem(ours, nil)
	c := n.Correspondent(theirs, nil)
	early, late := texts[:2], texts[2:]
	for _, text := range early {
		if err := c.Send(ours, text); err != nil {
			t.Fatal(err)
		}
	}
	// ModemManager deletes no text whose segments are in two memories.
	eventually(t, "the early texts are on the SIM", func() bool { return n.Waiting(ours) == 0 })
	b := modemManager(t, m)
	var modem string
	eventually(t, "the modem is found", func() bool {
		out := run(t, b.gdbus, "call", "--address", b.address, "--dest", "org.freedesktop.ModemManager1", "--object-path", "/org/freedesktop/ModemManager1",
			"--method", "org.freedesktop.DBus.ObjectManager.GetManagedObjects")
		modem = modemPath.FindString(out)
		return modem != ""
	})
	b.call(modem, "Modem.Enable", "true")
	for property, want := range map[string]string{"Manufacturer": "asms", "Model": "Simulator", "EquipmentIdentifier": "490154203237518"} {
		if got := b.property(modem, "Modem", property); got != want {
			t.Errorf("%s is %q, want %q", property, got, want)
		}
	}
	eventually(t, "the modem is registered", func() bool { return b.property(modem, "Modem", "State") == "8" })

	// what came before it was enabled, and what comes while it is
	for _, text := range late {
		if err := c.Send(ours, text); err != nil {
			t.Fatal(err)
		}
	}
	var received []string
	eventually(t, "all texts are received", func() bool {
		received = nil
		for _, path := range textPath.FindAllString(b.call(modem, "Modem.Messaging.List"), -1) {
			if b.property(path, "Sms", "State") == "uint32 3" { // received
				received = append(received, b.property(path, "Sms", "Text"))
			}
		}
		return len(received) == len(texts)
	})
	slices.Sort(received)
	if want := slices.Sorted(slices.Values(texts)); !slices.Equal(received, want) {
		t.Errorf("received %q, sent %q", received, want)
	}

	for _, text := range texts {
		path := textPath.FindString(b.call(modem, "Modem.Messaging.Create",
			fmt.Sprintf("{'number': <%s>, 'text': <%s>, 'delivery-report-request': <true>}", strconv.Quote(theirs), strconv.Quote(text))))
		b.call(path, "Sms.Send")
		if state := b.property(path, "Sms", "State"); state != "uint32 5" { // sent
			t.Errorf("%q is in state %s", text, state)
		}
	}
	eventually(t, "all texts arrive", func() bool { return len(c.Received()) == len(texts) })
	for i, got := range c.Received() {
		if got.Body != texts[i] || got.From != ours {
			t.Errorf("received %+v, sent %q", got, texts[i])
		}
	}

	for _, path := range textPath.FindAllString(b.call(modem, "Modem.Messaging.List"), -1) {
		b.call(modem, "Modem.Messaging.Delete", path)
	}
	eventually(t, "an empty store", func() bool { return m.Stored() == 0 })
}
