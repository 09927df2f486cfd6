// Package torture ends the agent, the modem or the server at every step that can
// be seen from outside while a long text goes out and another comes in, and
// looks at what has become of both.
package torture

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"asms/sms"
)

// patience is how long either text may take, and what follows a kill.
const patience = 60 * time.Second

// together is how many runs there are at a time: most of a run is waiting.
const together = "32"

// binary is the program, built once.
var binary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "test.parallel" })
	if !asked {
		_ = flag.Set("test.parallel", together) // it is a number
	}
	dir, err := os.MkdirTemp("", "torture")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "asms")
	if out, err := exec.Command("go", "build", "-o", binary, "asms/cmd/asms").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// The numbers of the SIM and of those it writes to. One of them answers.
const own = "+15550001111"

var others = []string{"+15550002222", "+15550003333", "+15550004444"}

// The two texts take five segments each.
var (
	outbound = strings.Repeat("Ελληνικά, русский, हिन्दी, العربية, 日本語 und 😀. ", 6)
	inbound  = strings.Repeat("Ответ: ναι, はい, نعم, हाँ, 👍🏽! ", 9)
)

const segments = 5

// victim is who is killed.
type victim string

const (
	nobody victim = "nobody"
	agent  victim = "agent"  // the process, by SIGKILL; what it was told meanwhile is lost
	modem  victim = "modem"  // power: the line breaks, its settings go, its store stays
	server victim = "server" // the process, by SIGKILL
)

// TestEveryStep first has the two texts carried undisturbed, and writes down
// every step: each command to the modem, each PDU and each HTTP request, before
// it arrives and again when it is answered but the answer has not arrived. Then
// it does the same again for every step and every victim, kills the victim at the
// step, starts it again and lets it finish. It holds that
//   - no segment was handed to the modem twice, whatever became of it, and so the
//     network has none twice; and none before the server knew that this phone has
//     the text;
//   - whoever misses a segment is named in exactly one non-delivery report; and
//     nobody else is but a recipient whose segment was at the modem when agent or
//     modem was killed;
//   - the text is in Sent Items once, the server says what became of each
//     recipient, and the Outbox is empty;
//   - the text that came in is in the Inbox, once and whole, and has left the modem;
//   - there is nothing else in any folder.
//
// When the victim is killed while the first text goes out, the other comes at that
// very moment, otherwise afterwards.
//
// The agent speaks to the modem as over a serial line: when it is killed the
// modem does not notice, keeps its settings, and may wait for a PDU.
//
// All steps are taken for all victims, but for those that set the modem up, before
// the first segment: of these every fourth, since nothing was sent or received by
// then, and what follows is the same.
//
// A killed process leaves the kernel's page cache whole: what a power cut of the
// computer would do is not seen here.
func TestEveryStep(t *testing.T) {
	for _, text := range []string{outbound, inbound} {
		if parts, err := sms.Split(text, nil); err != nil || len(parts) != segments {
			t.Fatalf("%q has %d segments, %v", text, len(parts), err)
		}
	}
	furnished := furnish(t)
	var steps []string
	t.Run("nobody", func(t *testing.T) {
		s := newScene(t, furnished, kill{victim: nobody})
		s.play()
		steps = s.steps
	})
	t.Run("nobody, the proof comes late", func(t *testing.T) {
		s := newScene(t, furnished, kill{victim: nobody})
		s.proveLate()
		s.play()
	})
	if t.Failed() {
		return
	}
	all := len(steps)
	steps = worthKilling(steps)
	t.Logf("%d steps, %d of them worth a run for each victim", all, len(steps))
	began := time.Now()
	var missed atomic.Int32
	runs := 0
	t.Run("killed", func(t *testing.T) {
		for i, step := range steps {
			if testing.Short() && i%10 != 0 {
				continue
			}
			for _, v := range []victim{modem, agent, server} {
				runs++
				t.Run(fmt.Sprintf("%s %s", v, step), func(t *testing.T) {
					t.Parallel()
					s := newScene(t, furnished, kill{v, step})
					s.play()
					if !s.struck {
						missed.Add(1)
						t.Logf("the step did not come")
					}
				})
			}
		}
	})
	t.Logf("%d runs in %s, %d steps did not come again", runs, time.Since(began).Round(time.Second), missed.Load())
	if int(missed.Load()) > 1+runs/50 {
		t.Errorf("too many steps did not come again")
	}
}

// worthKilling leaves out three of four steps with the modem before the first
// segment.
func worthKilling(steps []string) []string {
	first := slices.IndexFunc(steps, func(s string) bool { return strings.Contains(s, "+CMGS") })
	n := 0
	var list []string
	for i, s := range steps {
		if i < first && strings.Contains(s, " AT") {
			if n++; n%4 != 1 {
				continue
			}
		}
		list = append(list, s)
	}
	return list
}
