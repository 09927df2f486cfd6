package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode"

	"golang.org/x/term"
)

// tone is how a word is shown on a terminal, as a parameter of SGR.
type tone string

const (
	plainTone tone = ""
	bold      tone = "1"
	dim       tone = "2"
	red       tone = "31"
	green     tone = "32"
	yellow    tone = "33"
	cyan      tone = "36"
)

// screen shows lines as they come, above the prompt if there is one.
type screen struct {
	in     *os.File
	out    io.Writer
	prompt *term.Terminal // nil without a terminal
	color  bool

	mu    sync.Mutex
	width int // columns, 0 unknown
}

// newScreen takes a terminal over, if there is one; restore gives it back.
func newScreen(t *terminal) (s *screen, restore func()) {
	s = &screen{in: t.in, out: t.out}
	out, ok := t.out.(*os.File)
	if !ok || !term.IsTerminal(int(out.Fd())) {
		return s, func() {}
	}
	s.color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	if w, _, err := term.GetSize(int(out.Fd())); err == nil {
		s.width = w
	}
	if !term.IsTerminal(int(t.in.Fd())) {
		return s, func() {}
	}
	old, err := term.MakeRaw(int(t.in.Fd()))
	if err != nil {
		return s, func() {}
	}
	s.prompt = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{t.in, out}, "> ")
	s.prompt.SetBracketedPasteMode(true)
	s.out = s.prompt
	resized := make(chan os.Signal, 1)
	signal.Notify(resized, syscall.SIGWINCH)
	measure := func() {
		if w, h, err := term.GetSize(int(out.Fd())); err == nil {
			s.mu.Lock()
			s.width = w
			s.mu.Unlock()
			_ = s.prompt.SetSize(w, h)
		}
	}
	measure()
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-resized:
				measure()
			case <-done:
				return
			}
		}
	}()
	return s, func() {
		signal.Stop(resized)
		close(done)
		s.prompt.SetBracketedPasteMode(false)
		_ = term.Restore(int(t.in.Fd()), old)
		fmt.Fprint(out, "\r\x1b[K") // the prompt
	}
}

// terminal reports whether somebody can type.
func (s *screen) terminal() bool { return s.prompt != nil }

// paint colours a word.
func (s *screen) paint(t tone, word string) string {
	if !s.color || t == plainTone || word == "" {
		return word
	}
	return "\x1b[" + string(t) + "m" + word + "\x1b[0m"
}

func (s *screen) print(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = io.WriteString(s.out, line+"\n") // nobody to tell
}

// The columns of a line.
const (
	timeColumn = 10
	whoColumn  = 12
	peerColumn = 16
	textColumn = timeColumn + whoColumn + peerColumn
)

// line shows what happened: when, where, with whom and what, long words folded
// into the last column.
func (s *screen) line(t tone, who, peer, what string) {
	s.mu.Lock()
	over := max(columns(peer)+1-peerColumn, 0) // several recipients are longer than their column
	room := max(s.width-textColumn-over-1, 30)
	if s.width == 0 {
		room = 1 << 20
	}
	s.mu.Unlock()
	var b strings.Builder
	b.WriteString(s.paint(dim, pad(time.Now().Format("15:04:05"), timeColumn)))
	b.WriteString(s.paint(t, pad(who, whoColumn)))
	b.WriteString(pad(peer, peerColumn))
	for i, part := range fold(tame(what), room) {
		if i > 0 {
			b.WriteString("\n" + strings.Repeat(" ", textColumn))
		}
		b.WriteString(part)
	}
	s.print(b.String())
}

// tame leaves out what would command the terminal: texts come from
// strangers.
func tame(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
}

// columns is how wide a string is on a terminal, more or less.
func columns(s string) (n int) {
	joined := false
	for _, r := range s {
		switch {
		case r == 0x200D: // joins an emoji to the one before
			joined = true
			continue
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case r >= 0x1F300 && r <= 0x1FAFF && joined:
		case r >= 0x1100 && r <= 0x115F, r >= 0x2E80 && r <= 0xA4CF, r >= 0xAC00 && r <= 0xD7A3, r >= 0xF900 && r <= 0xFAFF,
			r >= 0xFE30 && r <= 0xFE6F, r >= 0xFF00 && r <= 0xFF60, r >= 0x1F300 && r <= 0x1FAFF:
			n += 2
		default:
			n++
		}
		joined = false
	}
	return n
}

// pad fills a column, with a space at least.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(width-columns(s), 1))
}

// shorten cuts what does not fit on a line.
func (s *screen) shorten(text string) string {
	s.mu.Lock()
	room := s.width - 4
	s.mu.Unlock()
	if room < 20 || columns(text) <= room {
		return text
	}
	for columns(text) > room-1 {
		r := []rune(text)
		text = string(r[:len(r)-1])
	}
	return text + "…"
}

// fold breaks a text into lines between words.
func fold(s string, room int) (lines []string) {
	var line strings.Builder
	for _, word := range strings.Fields(s) {
		if line.Len() > 0 && columns(line.String())+1+columns(word) > room {
			lines = append(lines, line.String())
			line.Reset()
		}
		if line.Len() > 0 {
			line.WriteByte(' ')
		}
		line.WriteString(word)
	}
	return append(lines, line.String())
}
