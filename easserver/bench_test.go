package easserver

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"asms/eas"
)

// BenchmarkSyncUnchanged is what a device costs that asks whether there is
// anything new, and there is not.
func BenchmarkSyncUnchanged(b *testing.B) {
	for _, c := range []struct{ name, inner string }{{"bare", ""}, {"options", smsOptions}, {"empty", "-"}} {
		b.Run(c.name, func(b *testing.B) {
			l := newLab(b, func(o *Options) { o.Log, o.DeviceRate, o.UserRate = slog.New(slog.DiscardHandler), -1, -1 })
			user := l.user("anna")
			for i := range 200 {
				l.place(user, inbox, aText(fmt.Sprint(i)))
			}
			d := l.phone("anna", "A", eas.Version141)
			d.begin(inbox, smsOptions)
			d.sync(inbox, "").wantEmpty(b)
			var body []byte
			if c.inner != "-" {
				body = l.wbxml(syncXML(d.collection(inbox, c.inner), ""))
			}
			hr := d.request("Sync", body)
			b.ReportAllocs()
			for b.Loop() {
				hr.Body, hr.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
				w := httptest.NewRecorder()
				l.server.ServeHTTP(w, hr)
				if w.Code != http.StatusOK || w.Body.Len() != 0 {
					b.Fatalf("HTTP %d, %d bytes", w.Code, w.Body.Len())
				}
			}
		})
	}
}

// BenchmarkWakeUp is the time from a text that is stored to the answer that
// brings it, for a device that waits, over HTTP.
func BenchmarkWakeUp(b *testing.B) {
	l := newLab(b, func(o *Options) { o.Log, o.DeviceRate, o.UserRate = slog.New(slog.DiscardHandler), -1, -1 })
	user := l.user("anna")
	d := l.phone("anna", "A", eas.Version141)
	d.begin(inbox, smsOptions)
	var total time.Duration
	n := 0
	for b.Loop() {
		b.StopTimer()
		p := d.hang(inbox, "", "<HeartbeatInterval>60</HeartbeatInterval>")
		b.StartTimer()
		began := time.Now()
		l.place(user, inbox, aText("wake"))
		r := <-p.came
		total += time.Since(began)
		n++
		d.take(r)
	}
	b.ReportMetric(float64(total.Microseconds())/float64(n), "µs/wake")
}

// BenchmarkSyncItems is a full window of texts, to the last byte of the answer.
func BenchmarkSyncItems(b *testing.B) {
	l := newLab(b, func(o *Options) { o.Log, o.DeviceRate, o.UserRate = slog.New(slog.DiscardHandler), -1, -1 })
	user := l.user("anna")
	for i := range 100 {
		l.place(user, inbox, aText(fmt.Sprint("text ", i)))
	}
	d := l.phone("anna", "A", eas.Version141)
	d.sync(inbox, smsOptions)
	body := l.wbxml(syncXML(d.collection(inbox, ""), "")) // the first key for ever: the answer is lost each time
	hr := d.request("Sync", body)
	b.ReportAllocs()
	for b.Loop() {
		hr.Body, hr.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		w := httptest.NewRecorder()
		l.server.ServeHTTP(w, hr)
		if w.Body.Len() < 15000 {
			b.Fatalf("%d bytes", w.Body.Len())
		}
	}
}
