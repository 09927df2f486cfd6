package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificate is a pair of files that is read again when one of them changes.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger
	now               func() time.Time

	mu     sync.Mutex
	looked time.Time // when the files were last looked at
	seen   [2]stamp  // what they looked like
	pair   *tls.Certificate
}

// stamp tells one version of a file from the next.
type stamp struct {
	changed time.Time
	size    int64
}

// lookEvery is how often handshakes look at the files.
const lookEvery = 3 * time.Second

func loadCertificate(certFile, keyFile string, log *slog.Logger) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log, now: time.Now}
	seen, err := c.stamps()
	if err != nil {
		return nil, fmt.Errorf("the certificate: %w", err)
	}
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("the certificate %s with %s: %w", certFile, keyFile, err)
	}
	c.looked, c.seen, c.pair = c.now(), seen, &pair
	return c, nil
}

func (c *certificate) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current(), nil },
	}
}

// current returns the newest pair that is sound.
func (c *certificate) current() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if now.Sub(c.looked) < lookEvery {
		return c.pair
	}
	c.looked = now
	seen, err := c.stamps()
	if err == nil && seen == c.seen {
		return c.pair
	}
	var pair tls.Certificate
	if err == nil {
		c.seen = seen // a broken pair is complained of once
		pair, err = tls.LoadX509KeyPair(c.certFile, c.keyFile)
	}
	if err != nil {
		c.log.Error("the new certificate is not used", "err", err)
		return c.pair
	}
	c.log.Info("the certificate was read again", "file", c.certFile)
	c.pair = &pair
	return c.pair
}

func (c *certificate) stamps() (s [2]stamp, err error) {
	for i, name := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return s, err
		}
		s[i] = stamp{info.ModTime(), info.Size()}
	}
	return s, nil
}
